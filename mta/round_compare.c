/*
 * Rows to wanted lines, the same keys from the files, and the difference.
 */
#include "mta/round.h"

#include <string.h>

#include "base/addr.h"
#include "maps/render.h"
#include "mta/live.h"

void
round_clear(struct round *r)
{
	map_set_free(&r->wanted);
	map_set_free(&r->live);
	child_free(&r->answer);
	delta_free(&r->delta);
	holds_free(&r->faults);
}

static bool
read_rows(struct round *r, struct err *e)
{
	struct db *db = r->node->db;
	for (size_t i = 0; i < r->domains.n; i++)
		if (!map_rows_load_domain(
			    db, r->domains.list[i], r->arena, &r->rows, e))
			return false;
	if (!map_rows_load(db, r->keys.list, r->keys.n, r->arena, &r->rows, e))
		return false;
	rows_index(&r->rows);
	return true;
}

static bool
in_domains(const struct round *r, const char *address)
{
	return strset_has(&r->domains, key_domain(address));
}

static bool
render_round(struct round *r, struct err *e)
{
	const struct conf_node *c = &r->node->conf->node;
	const struct render x = { .rows = &r->rows,
		.mail_root = c->mail_root,
		.mail_uid = c->mail_uid,
		.mail_gid = c->mail_gid,
		.faults = &r->faults };
	const struct map_rows *rows = &r->rows;

	for (size_t i = 0; i < r->domains.n; i++)
		if (!render_domain(&x, r->domains.list[i], &r->wanted, e))
			return false;
	for (size_t i = 0; i < r->keys.n; i++)
		if (!in_domains(r, r->keys.list[i])
			&& !render_address(&x, r->keys.list[i], &r->wanted, e))
			return false;
	const char *last = "";
	for (size_t i = 0; r->domains.n && i < rows->mailboxes; i++) {
		const char *a = rows->mailbox[i].address;
		if (strcmp(a, last) != 0 && in_domains(r, a)
			&& !render_address(&x, a, &r->wanted, e))
			return false;
		last = a;
	}
	for (size_t i = 0; r->domains.n && i < rows->aliases; i++) {
		const char *a = rows->alias[i].address;
		if (in_domains(r, a) && !rows_account(rows, a)
			&& !render_address(&x, a, &r->wanted, e))
			return false;
	}
	return render_finish(&x, &r->wanted, e);
}

/* Split the domains into those that are live and those that are new. */
static bool
find_live_domains(
	struct round *r, struct strset *old, struct strset *keys, struct err *e)
{
	struct map_set found = { 0 };
	struct child answer = { .fd = -1 };
	bool ok = r->domains.n == 0
		|| live_read(r->node, &r->domains, NULL, &found, &answer, e);
	for (size_t i = 0; ok && i < r->domains.n; i++) {
		const char *d = r->domains.list[i];
		const bool is_live = lines_find(&found.map[MAP_DOMAINS], d);
		ok = strset_add(is_live ? old : keys, d, NULL, e);
	}
	map_set_free(&found);
	child_free(&answer);
	return ok;
}

/*
 * A domain that is live can have lines that no row stands for any more, so
 * its part of the files is read; for a new one the wanted keys are enough.
 */
static bool
read_live(struct round *r, struct err *e)
{
	struct strset keys = { 0 }, old = { 0 };
	bool ok = find_live_domains(r, &old, &keys, e);
	for (size_t i = 0; ok && i < r->keys.n; i++)
		if (!strset_has(&old, key_domain(r->keys.list[i])))
			ok = strset_add(&keys, r->keys.list[i], NULL, e);
	for (int m = 0; ok && r->domains.n && m < MAP_COUNT; m++) {
		const struct map_lines *l = &r->wanted.map[m];
		for (size_t i = 0; ok && i < l->n; i++)
			if (!strset_has(&old, key_domain(l->line[i].key)))
				ok = strset_add(&keys, l->line[i].key, NULL, e);
	}
	ok = ok && live_read(r->node, &keys, &old, &r->live, &r->answer, e);
	strset_free(&keys);
	strset_free(&old);
	return ok;
}

static bool
compare(struct round *r, struct err *e)
{
	round_clear(r);
	return render_round(r, e) && read_live(r, e)
		&& delta_set(&r->delta, &r->live, &r->wanted, e);
}

/*
 * When a catch-all comes or goes, every mailbox of its domain gets or loses
 * the line that keeps its own mail: such a domain is rendered whole.
 */
static bool
widen(struct round *r, bool *widened_r, struct err *e)
{
	*widened_r = false;
	for (size_t i = 0; i < r->delta.n; i++) {
		const struct delta_line *d = &r->delta.line[i];
		bool is_new;
		if (d->map != MAP_ALIASES || d->key[0] != '@'
			|| (d->before && d->after))
			continue;
		const char *copy = arena_strdup(r->arena, d->key + 1);
		if (!copy)
			return err_memory(e);
		if (!strset_add(&r->domains, copy, &is_new, e))
			return false;
		*widened_r = *widened_r || is_new;
	}
	return true;
}

bool
round_compare(struct round *r, struct err *e)
{
	bool widened;
	do {
		if (!read_rows(r, e) || !compare(r, e)
			|| !widen(r, &widened, e))
			return false;
	} while (widened);
	return true;
}
