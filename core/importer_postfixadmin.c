/*
 * PostfixAdmin's database. An address of a mailbox has an alias row of its own
 * there, which leads to itself; other targets in it are the mailbox's forwards.
 */
#include "core/importer.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/importer_admins.h"
#include "db/foreign.h"

#define MEBIBYTE (INT64_C(1) << 20)

static int64_t
number(const char *text)
{
	return strtoll(text, NULL, 10);
}

/* What is the system's own, and what would be somewhere else. */
static bool
is_local_transport(const char *t)
{
	static const char *const own[] = { "virtual", "dovecot", "maildrop",
		"local", "lmtp" };

	if (!*t)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		const size_t len = strlen(own[i]);

		if (strncmp(t, own[i], len) == 0
			&& (t[len] == '\0' || t[len] == ':'))
			return true;
	}
	return false;
}

bool
importer_domain_notes(struct importer *im, uint64_t n, const char *name,
	bool is_relay, const char *transport, struct err *e)
{
	if (is_relay)
		return importer_lost(im, "domain", n, "domain", name,
			"relay_domain",
			"the mail of this domain was only passed on (backup "
			"MX): it becomes a domain of its own here",
			e);
	return is_local_transport(transport)
		|| importer_lost(im, "domain", n, "transport",
			arena_printf(im->arena, "%s %s", name, transport),
			"transport_not_kept",
			"the domain's mail went to another host: set its "
			"transport by hand",
			e);
}

/* A limit is kept where what is there keeps to it, else named. */
static void
limit(struct importer *im, const char *column, int64_t allowed, int64_t has,
	const char **over)
{
	if (allowed > 0 && has <= allowed)
		importer_cell(im, column,
			arena_printf(im->arena, "%lld", (long long)allowed));
	else if (allowed != 0)
		*over = column;
}

bool
importer_limits_over(struct importer *im, uint64_t n, const char *name,
	const char *over, struct err *e)
{
	return !over
		|| importer_lost(im, "domain", n, over, name, "limit_not_kept",
			"the domain has more than this limit allows, or the "
			"limit was `none at all`: set another one",
			e);
}

static bool
domain(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;
	const int64_t quota = number(cell[4]);
	const char *over = NULL;

	importer_row(im, "domain", n);
	importer_cell(im, "domain", cell[0]);
	importer_cell(im, "note", cell[1]);
	importer_active(im, number(cell[8]) != 0);
	limit(im, "max_aliases", number(cell[2]), number(cell[10]), &over);
	limit(im, "max_mailboxes", number(cell[3]), number(cell[9]), &over);
	if (quota > 0 && number(cell[12]) == 0
		&& number(cell[11]) / MEBIBYTE < quota)
		importer_quota(im, "max_quota", (uint64_t)(quota * MEBIBYTE));
	else if (quota > 0)
		over = "max_quota";
	return importer_end(im, e)
		&& importer_limits_over(im, n, cell[0], over, e)
		&& importer_domain_notes(
			im, n, cell[0], number(cell[7]) != 0, cell[6], e);
}

/* Without the targets of vacations, user#domain@autoreply.HOST. */
static const char *
without_autoreply(struct importer *im, const char *list)
{
	struct str out = str_in(im->arena, (size_t)1 << 20);

	while (*list) {
		const size_t len = strcspn(list, ",");
		const char *mark = memchr(list, '#', len);
		const bool is_reply = mark
			&& strstr(mark, "@autoreply.") != NULL
			&& strstr(mark, "@autoreply.") < list + len;

		if (!is_reply && len > 0) {
			if (out.len)
				str_add_char(&out, ',');
			str_add_n(&out, list, len);
		}
		list += len + (list[len] == ',');
	}
	return str_text(&out);
}

bool
importer_forwards(struct importer *im, uint64_t n, const char *address,
	const char *list, struct err *e)
{
	struct importer_targets t;
	char name[512];

	if (!str_copy(name, sizeof(name), address))
		return true; /* the mailbox's own row says that it is too long */
	if (!importer_targets(im, list, "", name, &t, e))
		return false;
	if (t.lost)
		return importer_lost(im, "mailbox", n, "forwards",
			arena_printf(im->arena, "%s -> %s", name, t.lost),
			t.reason, t.why, e);
	return !*t.text
		|| importer_lost(im, "mailbox", n, "forwards",
			arena_printf(im->arena, "%s -> %s", name, t.text),
			"forwards_not_kept",
			t.has_skipped
				? "the mailbox's mail is forwarded too: set it "
				  "up by hand"
				: "the mailbox's mail is forwarded and not "
				  "kept: set it up by hand",
			e);
}

static bool
mailbox(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;
	const int64_t quota = number(cell[3]);

	importer_row(im, "mailbox", n);
	importer_cell(im, "address", cell[0]);
	importer_cell(im, "name", cell[2]);
	if (number(cell[4]) == 0)
		importer_active(im, false);
	importer_password(im, cell[1]);
	importer_quota(im, "quota", quota > 0 ? (uint64_t)quota : 0);
	return importer_end(im, e)
		&& importer_forwards(
			im, n, cell[0], without_autoreply(im, cell[5]), e);
}

bool
importer_alias(struct importer *im, uint64_t n, const char *address,
	const char *list, bool is_active, struct err *e)
{
	struct importer_targets t;

	if (!importer_targets(im, list, "", NULL, &t, e))
		return false;
	importer_row(im, "alias", n);
	if (*t.text) {
		importer_cell(im, "address", address);
		importer_cell(im, "targets", t.text);
		importer_active(im, is_active);
	} else if (t.lost) {
		importer_refuse(im, "targets",
			arena_printf(im->arena, "%s -> %s", address, t.lost),
			t.reason, t.why);
	} else {
		importer_refuse(im, "targets", address, "no_targets",
			"the address leads nowhere that can be kept");
	}
	if (t.lost && *t.text) {
		const struct importer_row kept = im->row;

		importer_row(im, "alias", n);
		importer_refuse(im, "targets",
			arena_printf(im->arena, "%s -> %s", address, t.lost),
			t.reason, t.why);
		im->n_rows++;
		im->n_lost++;
		if (!im->sink(im->ctx, &im->row, e))
			return false;
		im->row = kept;
	}
	return importer_end(im, e);
}

static bool
alias(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;

	return importer_alias(im, n, cell[0], without_autoreply(im, cell[1]),
		number(cell[2]) != 0, e);
}

static bool
vacation(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;

	return importer_lost(im, "mailbox", n, "address", cell[0],
		"vacation_not_kept",
		number(cell[2]) != 0
			? "the absence message is on and is not kept"
			: "the absence message is off and its text is not kept",
		e);
}

static bool
fetchmail(void *ctx, const char *const *cell, uint64_t n, struct err *e)
{
	struct importer *im = ctx;

	return importer_lost(im, "mailbox", n, "address",
		arena_printf(
			im->arena, "%s <- %s@%s", cell[0], cell[2], cell[1]),
		"fetchmail_not_kept",
		"mail is fetched from another server for this mailbox: that "
		"ends",
		e);
}

/* Tables that old versions have not. */
static bool
each_if_there(struct importer *im, struct db *db, const char *prefix,
	const char *table, const struct foreign_query *q, foreign_row *row,
	struct err *e)
{
	const char *name = arena_printf(im->arena, "%s%s", prefix, table);
	bool has;

	if (!name)
		return err_memory(e);
	return foreign_has(db, name, NULL, &has, e)
		&& (!has || foreign_each(db, q, prefix, row, im, e));
}

bool
importer_postfixadmin(
	struct importer *im, struct db *db, const char *prefix, struct err *e)
{
	const char *name = arena_printf(im->arena, "%sdomain_admins", prefix);
	bool has;

	if (!foreign_is_name(prefix))
		return err_set(e, ERR_INVALID, "prefix", "bad_character",
			prefix, "a prefix is letters, digits and underscores");
	if (!name || !foreign_has(db, name, NULL, &has, e))
		return err_memory(e);
	if (!has)
		return err_set(e, ERR_NOT_FOUND, "database", "not_this_system",
			name,
			"this is no database of PostfixAdmin: it has no table "
			"%s; --prefix names the beginning of its tables",
			name);
	return foreign_each(db, &postfixadmin_domains, prefix, domain, im, e)
		&& foreign_each(
			db, &postfixadmin_mailboxes, prefix, mailbox, im, e)
		&& foreign_each(db, &postfixadmin_aliases, prefix, alias, im, e)
		&& each_if_there(im, db, prefix, "alias_domain",
			&postfixadmin_alias_domains, alias, e)
		&& importer_admins(im, db, &postfixadmin_admins, prefix, e)
		&& each_if_there(im, db, prefix, "vacation",
			&postfixadmin_vacations, vacation, e)
		&& each_if_there(im, db, prefix, "fetchmail",
			&postfixadmin_fetchmail, fetchmail, e);
}
