/*
 * Admins of other systems: one row each, gathered from a row for each domain.
 * Their passwords are not taken: a one-time link sets a new one.
 */
#include "core/importer_admins.h"

#include <string.h>

#include "base/str.h"

#define DOMAINS_BYTES ((size_t)1 << 20)

struct gathering {
	struct importer *im;
	struct arena *arena; /* of the admin at hand */
	char login[320];
	struct str domains;
	bool is_super, is_active;
	uint64_t n;
};

static bool
flush(struct gathering *g, struct err *e)
{
	struct importer *im = g->im;
	bool is_ok = true;

	if (!g->login[0])
		return true;
	importer_row(im, "admin", ++g->n);
	importer_cell(im, "login", g->login);
	importer_cell(
		im, "domains", g->is_super ? "ALL" : str_text(&g->domains));
	if (!g->is_active)
		importer_refuse(im, "login", g->login, "admin_not_active",
			"the admin was switched off and is not made");
	else if (!g->is_super && g->domains.len == 0)
		importer_refuse(im, "login", g->login, "admin_without_domains",
			"the admin has no domain and is not made");
	is_ok = importer_end(im, e);
	g->login[0] = '\0';
	arena_reset(g->arena);
	return is_ok;
}

static bool
gather(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct gathering *g = ctx;

	(void)n;
	if (strcmp(g->login, cell[0]) != 0) {
		if (!flush(g, e))
			return false;
		if (!str_copy(g->login, sizeof(g->login), cell[0]))
			return importer_lost(g->im, "admin", g->n, "login",
				cell[0], "too_long", "the login is too long",
				e);
		g->domains = str_in(g->arena, DOMAINS_BYTES);
		g->is_active = strcmp(cell[1], "0") != 0;
		g->is_super = strcmp(cell[2], "1") == 0;
	}
	if (strcmp(cell[3], "ALL") == 0)
		g->is_super = true;
	else if (*cell[3])
		str_addf(&g->domains, "%s%s", g->domains.len ? "," : "",
			cell[3]);
	return str_is_ok(&g->domains) || err_memory(e);
}

bool
importer_admins(struct importer *im, struct db *db,
	const struct foreign_query *q, const char *prefix, struct err *e)
{
	struct gathering g = { .im = im,
		.arena = arena_new(2 * DOMAINS_BYTES) };
	bool is_ok;

	if (!g.arena)
		return err_memory(e);
	is_ok = foreign_each(db, q, prefix, gather, &g, e) && flush(&g, e);
	arena_free(&g.arena);
	return is_ok;
}
