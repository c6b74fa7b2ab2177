/*
 * See wanted.h.
 */
#include "maps/wanted.h"

#include <string.h>

#include "base/addr.h"
#include "db/name_rows.h"
#include "maps/render.h"
#include "maps/role.h"
#include "maps/secondary.h"

struct reading {
	const struct wanted_for *f;
	struct map_rows rows;
	struct render x;
	const struct strset *domains;
	struct map_set host; /* lines of a mailbox host */
};

static void
start(struct reading *r, const struct wanted_for *f, struct hold_list *faults)
{
	*r = (struct reading){ .f = f };
	r->rows.without_passwords = !role_has(f->role, MAP_ACCOUNTS);
	r->x = (struct render){ .rows = &r->rows,
		.mail_root = f->conf->mail_root,
		.mail_uid = f->conf->mail_uid,
		.mail_gid = f->conf->mail_gid,
		.faults = faults };
}

static bool
in_domains(const struct reading *r, const char *address)
{
	return strset_has(r->domains, key_domain(address));
}

static bool
read_rows(struct reading *r, const struct strset *keys, struct arena *a,
	struct err *e)
{
	const struct map_rows_want w = { keys->list, keys->n, r->domains->list,
		r->domains->n };
	if (!map_rows_load(r->f->db, &w, a, &r->rows, e))
		return false;
	rows_index(&r->rows);
	return true;
}

static bool
render_domains(struct reading *r, struct err *e)
{
	const struct map_rows *rows = &r->rows;
	const struct strset *domains = r->domains;
	for (size_t i = 0; i < domains->n; i++)
		if (!render_domain(&r->x, domains->list[i], &r->host, e))
			return false;
	const char *last = "";
	for (size_t i = 0; domains->n && i < rows->mailboxes; i++) {
		const char *address = rows->mailbox[i].address;
		if (strcmp(address, last) != 0 && in_domains(r, address)
			&& !render_address(&r->x, address, &r->host, e))
			return false;
		last = address;
	}
	for (size_t i = 0; domains->n && i < rows->aliases; i++) {
		const char *address = rows->alias[i].address;
		if (in_domains(r, address) && !rows_account(rows, address)
			&& !render_address(&r->x, address, &r->host, e))
			return false;
	}
	return true;
}

/* Sort, and turn a mailbox host's lines into those of the role. */
static bool
finish(struct reading *r, const struct strset *keys, struct map_set *out,
	struct err *e)
{
	const struct secondary s = { &r->rows, r->f->next_hop };
	bool ok;
	if (role_maps(r->f->role) == 0) {
		ok = true;
	} else if (r->f->role == NODE_MAILBOX) {
		*out = r->host;
		r->host = (struct map_set){ 0 };
		ok = render_finish(&r->x, out, e);
	} else {
		ok = render_finish(&r->x, &r->host, e)
			&& secondary_lines(&s, &r->host, out, e);
		for (size_t i = 0; ok && keys && i < keys->n; i++)
			ok = secondary_reserved(&s, keys->list[i], out, e);
		ok = ok && render_finish(&r->x, out, e);
	}
	map_set_free(&r->host);
	map_rows_free(&r->rows);
	return ok;
}

static bool
fail(struct reading *r)
{
	map_set_free(&r->host);
	map_rows_free(&r->rows);
	return false;
}

bool
wanted_lines(const struct wanted_for *f, const struct strset *keys,
	const struct strset *domains, struct arena *a, struct map_set *out,
	struct hold_list *faults, struct err *e)
{
	struct reading r;
	start(&r, f, faults);
	r.domains = domains;
	bool ok = read_rows(&r, keys, a, e) && render_domains(&r, e);
	for (size_t i = 0; ok && i < keys->n; i++)
		if (!in_domains(&r, keys->list[i]))
			ok = render_address(&r.x, keys->list[i], &r.host, e);
	return ok ? finish(&r, keys, out, e) : fail(&r);
}

/* A domain's row comes with the row of its catch-all. */
static bool
as_keys(const struct strset *names, struct arena *a, struct strset *keys,
	struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *key = names->list[i];
		if (!strchr(key, '@'))
			key = arena_printf(a, "@%s", key);
		if (!key)
			return err_memory(e);
		if (!strset_add(keys, key, NULL, e))
			return false;
	}
	return true;
}

static bool
render_names(struct reading *r, const struct strset *names, struct err *e)
{
	for (size_t i = 0; i < names->n; i++) {
		const char *name = names->list[i];
		if (strchr(name, '@')
				? !render_address(&r->x, name, &r->host, e)
				: !render_domain(&r->x, name, &r->host, e))
			return false;
	}
	return true;
}

bool
wanted_page(const struct wanted_for *f, const char *domain, const char *from,
	size_t most, struct arena *a, struct map_set *out,
	struct hold_list *faults, const char **next_r, struct err *e)
{
	static const struct strset none = { 0 };
	struct strset names = { 0 }, keys = { 0 };
	struct reading r;
	start(&r, f, faults);
	r.domains = &none;
	*next_r = NULL;
	bool ok = name_rows_after(f->db, domain, from, most, a, &names, e)
		&& as_keys(&names, a, &keys, e) && read_rows(&r, &keys, a, e)
		&& render_names(&r, &names, e);
	if (ok && names.n == most)
		*next_r = names.list[names.n - 1];
	ok = ok ? finish(&r, &names, out, e) : fail(&r);
	strset_free(&names);
	strset_free(&keys);
	return ok;
}

bool
wanted_all(const struct wanted_for *f, struct arena *a, struct map_set *out,
	struct hold_list *faults, struct err *e)
{
	struct reading r;
	start(&r, f, faults);
	if (!map_rows_load_all(f->db, a, &r.rows, e))
		return fail(&r);
	rows_index(&r.rows);
	return render_everything(&r.x, &r.host, e) ? finish(&r, NULL, out, e)
						   : fail(&r);
}
