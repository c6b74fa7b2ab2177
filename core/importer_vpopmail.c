/*
 * vpopmail's tables: one table of all accounts, or one a domain, whose name
 * has `_` for both `.` and `-`; the real names come from its other tables.
 */
#include "core/importer_vpopmail.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/importer_admins.h"
#include "db/foreign.h"
#include "db/strset.h"

#define NAMES_BYTES ((size_t)512 << 20)
#define LIST_BYTES ((size_t)1 << 20)

struct reading {
	struct importer *im;
	struct db *db;
	struct arena *arena;
	struct strset known;     /* names of domains, from other tables */
	struct strset domains;   /* that a row was made for */
	struct strset tables;    /* of the layout with one a domain */
	struct strset addresses; /* of mailboxes and aliases */
	struct strset mailboxes;
	const char *domain; /* of the table at hand */
	/* valias: rows of one address, put together */
	struct arena *own;
	char address[320];
	struct str list;
	uint64_t n;
};

static bool
note(struct reading *r, struct strset *set, const char *text, bool *is_new_r,
	struct err *e)
{
	char *copy = arena_strdup(r->arena, text);

	if (!copy)
		return err_memory(e);
	str_lower(copy);
	return strset_add(set, copy, is_new_r, e);
}

static bool
need_domain(struct reading *r, const char *name, struct err *e)
{
	bool is_new = false;

	if (!note(r, &r->domains, name, &is_new, e))
		return false;
	if (!is_new)
		return true;
	importer_row(r->im, "domain", r->domains.n);
	importer_cell(r->im, "domain", name);
	return importer_end(r->im, e);
}

static bool
account(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct reading *r = ctx;
	const char *domain = r->domain ? r->domain : cell[1];
	const char *address;

	if (!need_domain(r, domain, e))
		return false;
	address = importer_address(r->im, cell[0], domain);
	if (!address)
		return err_memory(e);
	return note(r, &r->mailboxes, address, NULL, e)
		&& note(r, &r->addresses, address, NULL, e)
		&& importer_vpopmail_account(r->im,
			&(const struct vpopmail_account){ .line = n,
				.name = cell[0],
				.domain = domain,
				.hash = cell[2],
				.flags = strtoull(cell[3], NULL, 10),
				.gecos = cell[4],
				.quota = cell[5] },
			e);
}

static bool
known(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct reading *r = ctx;

	(void)n;
	return strchr(cell[0], '.') == NULL
		|| note(r, &r->known, cell[0], NULL, e);
}

static bool
table(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct reading *r = ctx;

	(void)n;
	return note(r, &r->tables, cell[0], NULL, e);
}

static bool
is_munged(const char *table_name, const char *domain)
{
	if (strlen(table_name) != strlen(domain))
		return false;
	for (; *domain; domain++, table_name++) {
		const char c = *domain == '.' || *domain == '-'
			? '_'
			: char_lower(*domain);

		if (c != *table_name)
			return false;
	}
	return true;
}

/* The domain of a table; *is_sure_r when exactly one is known by that name. */
static const char *
domain_of(struct reading *r, const char *name, bool *is_sure_r)
{
	const char *found = NULL;
	size_t n = 0;
	char *guess;

	for (size_t i = 0; i < r->known.n; i++)
		if (is_munged(name, r->known.list[i])) {
			found = r->known.list[i];
			n++;
		}
	*is_sure_r = n == 1;
	if (n == 1)
		return found;
	guess = arena_strdup(r->arena, name);
	for (char *p = guess; p && *p; p++)
		if (*p == '_')
			*p = '.';
	return guess;
}

static bool
own_table(struct reading *r, const char *name, struct err *e)
{
	bool is_sure;

	r->domain = domain_of(r, name, &is_sure);
	if (!r->domain)
		return err_memory(e);
	if (!is_sure
		&& !importer_lost(r->im, "domain", 0, "domain",
			arena_printf(r->im->arena, "%s: %s", name, r->domain),
			"domain_guessed",
			"the table's name stands for several domains: check "
			"the name, and give it by --domain where it is wrong",
			e))
		return false;
	return foreign_each(r->db, &vpopmail_own_accounts, name, account, r, e);
}

static bool
own_tables(struct reading *r, struct err *e)
{
	if (!foreign_each(r->db, &vpopmail_own_tables, "", table, r, e))
		return false;
	for (size_t i = 0; i < r->tables.n; i++)
		if (strcmp(r->tables.list[i], "vpopmail") != 0
			&& !own_table(r, r->tables.list[i], e))
			return false;
	r->domain = NULL;
	return true;
}

/* An alias that leads somewhere; only such ones exist in alias domains too. */
static bool
put_alias(struct reading *r, struct err *e)
{
	struct importer_targets t;

	return importer_targets(r->im, str_text(&r->list), "", NULL, &t, e)
		&& (!*t.text || note(r, &r->addresses, r->address, NULL, e))
		&& importer_alias(
			r->im, r->n, r->address, str_text(&r->list), true, e);
}

static bool
flush(struct reading *r, struct err *e)
{
	bool is_ok;

	if (!r->address[0])
		return true;
	is_ok = strset_has(&r->mailboxes, r->address) ? importer_forwards(
			r->im, r->n, r->address, str_text(&r->list), e)
						      : put_alias(r, e);
	r->address[0] = '\0';
	arena_reset(r->own);
	return is_ok;
}

/* `&user@dom`, an address, a Maildir, a command. */
static bool
valias(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct reading *r = ctx;
	const char *address = importer_address(r->im, cell[0], cell[1]);
	const char *line = cell[2] + (*cell[2] == '&');
	char lower[320];

	if (!address || !str_copy(lower, sizeof(lower), address))
		return importer_lost(r->im, "alias", n, "address", cell[0],
			"too_long", "the address is too long", e);
	str_lower(lower);
	if (strcmp(lower, r->address) != 0) {
		if (!flush(r, e) || !need_domain(r, cell[1], e))
			return false;
		memcpy(r->address, lower, sizeof(lower));
		r->list = str_in(r->own, LIST_BYTES);
		r->n = n;
	}
	str_addf(&r->list, "%s%s", r->list.len ? "," : "", line);
	return str_is_ok(&r->list) || err_memory(e);
}

static bool
alias_domain(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct reading *r = ctx;
	char name[256], target[256];

	if (!str_copy(name, sizeof(name), cell[0])
		|| !str_copy(target, sizeof(target), cell[1]))
		return importer_lost(r->im, "domain", n, "domain", cell[0],
			"too_long", "the name is too long", e);
	if (!need_domain(r, name, e))
		return false;
	str_lower(target);
	for (size_t i = 0; i < r->addresses.n; i++) {
		const char *to = r->addresses.list[i];
		const char *at = strrchr(to, '@');

		if (!at || strcmp(at + 1, target) != 0)
			continue;
		if (!importer_alias(r->im, n,
			    arena_printf(r->im->arena, "%.*s@%s",
				    (int)(at - to), to, name),
			    to, true, e))
			return false;
	}
	return true;
}

static bool
limits(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	const struct reading *r = ctx;

	return importer_lost(r->im, "domain", n, "max_mailboxes", cell[0],
		"limit_not_kept", "the domain has limits: set them by hand", e);
}

static bool
each_if_there(struct reading *r, const char *name,
	const struct foreign_query *q, foreign_row *row, struct err *e)
{
	bool has;

	return foreign_has(r->db, name, NULL, &has, e)
		&& (!has || foreign_each(r->db, q, "", row, r, e));
}

static bool
read_all(struct reading *r, bool has_one_table, struct err *e)
{
	return each_if_there(r, "dir_control", &vpopmail_dir_control, known, e)
		&& each_if_there(
			r, "valias", &vpopmail_valias_domains, known, e)
		&& (!*r->im->domain || known(r, &r->im->domain, 0, e))
		&& (!has_one_table
			|| foreign_each(
				r->db, &vpopmail_accounts, "", account, r, e))
		&& own_tables(r, e)
		&& each_if_there(r, "valias", &vpopmail_valias, valias, e)
		&& flush(r, e)
		&& each_if_there(r, "aliasdomains", &vpopmail_alias_domains,
			alias_domain, e)
		&& each_if_there(r, "limits", &vpopmail_limits, limits, e);
}

bool
importer_vpopmail(struct importer *im, struct db *db, struct err *e)
{
	struct reading r = { .im = im, .db = db };
	bool has_one_table, is_ok;

	r.arena = arena_new(NAMES_BYTES);
	r.own = arena_new(4 * LIST_BYTES);
	if (!r.arena || !r.own)
		is_ok = err_memory(e);
	else
		is_ok = foreign_has(
				db, "vpopmail", "pw_domain", &has_one_table, e)
			&& read_all(&r, has_one_table, e);
	if (is_ok && r.domains.n == 0)
		is_ok = err_set(e, ERR_NOT_FOUND, "database", "not_this_system",
			NULL, "no table here has accounts of vpopmail");
	strset_free(&r.known);
	strset_free(&r.domains);
	strset_free(&r.tables);
	strset_free(&r.addresses);
	strset_free(&r.mailboxes);
	arena_free(&r.arena);
	arena_free(&r.own);
	return is_ok;
}
