/*
 * iRedMail's vmail database. One destination is one row of `forwardings`;
 * before version 0.9.8 they were a list in `alias`. The catch-all is a row
 * whose address is the domain alone.
 */
#include "core/importer.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/importer_admins.h"
#include "db/foreign.h"

#define MEBIBYTE (UINT64_C(1) << 20)
#define LIST_BYTES ((size_t)1 << 20)

static int64_t
number(const char *text)
{
	return strtoll(text, NULL, 10);
}

static bool
domain(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;
	static const char *const column[] = { "max_aliases", "max_mailboxes" };
	const char *over = NULL;

	importer_row(im, "domain", n);
	importer_cell(im, "domain", cell[0]);
	importer_cell(im, "note", cell[1]);
	importer_active(im, number(cell[6]) != 0);
	for (size_t i = 0; i < 2; i++) {
		const int64_t allowed = number(cell[2 + i]);
		const int64_t has = number(cell[8 - i]);

		if (allowed > 0 && has <= allowed)
			importer_cell(im, column[i], cell[2 + i]);
		else if (allowed != 0)
			over = column[i];
	}
	return importer_end(im, e)
		&& importer_limits_over(im, n, cell[0], over, e)
		&& importer_domain_notes(
			im, n, cell[0], number(cell[5]) != 0, cell[4], e);
}

static bool
mailbox(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	static const char *const service[] = { "IMAP", "POP3", "sending" };
	struct importer *im = ctx;
	const int64_t quota = number(cell[3]);

	importer_row(im, "mailbox", n);
	importer_cell(im, "address", cell[0]);
	importer_cell(im, "name", cell[2]);
	if (number(cell[4]) == 0)
		importer_active(im, false);
	importer_password(im, cell[1]);
	importer_quota(im, "quota", quota > 0 ? (uint64_t)quota * MEBIBYTE : 0);
	if (!importer_end(im, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(service); i++)
		if (number(cell[5 + i]) == 0
			&& !importer_lost(im, "mailbox", n, "services",
				arena_printf(im->arena, "%s: %s", cell[0],
					service[i]),
				"service_not_kept",
				"this service is closed for the account", e))
			return false;
	return true;
}

/* Rows of one address, put together. */
struct gathering {
	struct importer *im;
	struct arena *arena;
	char address[320];
	struct str list;
	bool is_mailbox, is_active;
	uint64_t n;
};

static bool
flush(struct gathering *g, struct err *e)
{
	const char *address = g->address;
	bool is_ok;

	if (!*address || g->list.len == 0) {
		g->address[0] = '\0';
		return true;
	}
	if (!strchr(address, '@'))
		address = arena_printf(g->arena, "@%s", address);
	if (!address)
		return err_memory(e);
	is_ok = g->is_mailbox
		? importer_forwards(g->im, g->n, address, str_text(&g->list), e)
		: importer_alias(g->im, g->n, address, str_text(&g->list),
			g->is_active, e);
	g->address[0] = '\0';
	arena_reset(g->arena);
	return is_ok;
}

static bool
gather(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct gathering *g = ctx;

	if (strcmp(g->address, cell[0]) != 0) {
		if (!flush(g, e))
			return false;
		if (!str_copy(g->address, sizeof(g->address), cell[0]))
			return importer_lost(g->im, "alias", n, "address",
				cell[0], "too_long", "the address is too long",
				e);
		g->list = str_in(g->arena, LIST_BYTES);
		g->is_mailbox = number(cell[3]) > 0;
		g->is_active = false;
		g->n = n;
	}
	g->is_active = g->is_active || number(cell[2]) != 0;
	str_addf(&g->list, "%s%s", g->list.len ? "," : "", cell[1]);
	return str_is_ok(&g->list) || err_memory(e);
}

static bool
forwardings(struct importer *im, struct db *db, const struct foreign_query *q,
	struct err *e)
{
	struct gathering g = { .im = im, .arena = arena_new(4 * LIST_BYTES) };
	bool is_ok;

	if (!g.arena)
		return err_memory(e);
	is_ok = foreign_each(db, q, "", gather, &g, e) && flush(&g, e);
	arena_free(&g.arena);
	return is_ok;
}

static bool
policy(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;

	return importer_lost(im, "alias", n, "address",
		arena_printf(im->arena, "%s: %s", cell[0], cell[1]),
		"policy_not_kept",
		"who may write to this address was limited: everybody may now",
		e);
}

static bool
alias_domain(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	return importer_alias(
		ctx, n, cell[0], cell[1], number(cell[2]) != 0, e);
}

static bool
maillist(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	return importer_lost(ctx, "alias", n, "address", cell[0],
		"list_not_kept", "a mailing list with members of its own", e);
}

static bool
bcc(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;

	return importer_lost(im, "mailbox", n, "address",
		arena_printf(im->arena, "%s -> %s", cell[0], cell[1]),
		"bcc_not_kept", "copies of this account's mail went elsewhere",
		e);
}

static bool
each_if_there(struct importer *im, struct db *db, const char *table,
	const struct foreign_query *q, foreign_row *row, struct err *e)
{
	bool has;

	return foreign_has(db, table, NULL, &has, e)
		&& (!has || foreign_each(db, q, "", row, im, e));
}

bool
importer_iredmail(struct importer *im, struct db *db, struct err *e)
{
	bool has, has_forwardings, has_policy;

	if (!foreign_has(db, "mailbox", "storagebasedirectory", &has, e)
		|| !foreign_has(db, "forwardings", NULL, &has_forwardings, e)
		|| !foreign_has(db, "alias", "accesspolicy", &has_policy, e))
		return false;
	if (!has)
		return err_set(e, ERR_NOT_FOUND, "database", "not_this_system",
			NULL,
			"this is no vmail database of iRedMail: it has no "
			"mailbox.storagebasedirectory");
	return foreign_each(db, &iredmail_domains, "", domain, im, e)
		&& foreign_each(db, &iredmail_mailboxes, "", mailbox, im, e)
		&& forwardings(im, db,
			has_forwardings ? &iredmail_forwardings
					: &iredmail_old_aliases,
			e)
		&& (!has_policy
			|| foreign_each(
				db, &iredmail_policies, "", policy, im, e))
		&& each_if_there(im, db, "alias_domain",
			&iredmail_alias_domains, alias_domain, e)
		&& importer_admins(im, db, &iredmail_admins, "", e)
		&& each_if_there(
			im, db, "maillists", &iredmail_maillists, maillist, e)
		&& each_if_there(im, db, "recipient_bcc_user",
			&iredmail_recipient_bcc, bcc, e)
		&& each_if_there(im, db, "sender_bcc_user",
			&iredmail_sender_bcc, bcc, e);
}
