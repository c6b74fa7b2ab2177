/*
 * One row of each noun as CSV.
 */
#include "core/export_rows.h"

#include <iconv.h>
#include <string.h>

#include "base/text.h"
#include "base/timeutil.h"
#include "core/alias.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/whitelist.h"
#include "db/log_rows.h"

/* Longest cell: an alias with all its targets. */
#define CELL_MAX ((size_t)512 << 10)

#define END '\0' /* the last cell of a row has nothing behind it */

static bool
put(struct str *out, const char *subject, const char *cell, char end,
	struct err *e)
{
	if (text_csv_guarded(out, cell)
		&& (end == END || str_add_char(out, end)))
		return true;
	if (!str_is_ok(out))
		return err_memory(e);
	return err_set(e, ERR_INTERNAL, NULL, "not_writable", subject,
		"a text of %s cannot stand in a CSV file", subject);
}

/* Bytes in the largest unit that leaves nothing over: `2G`, `1500M`, `77B`. */
static void
size_text(int64_t bytes, char out[static 32])
{
	static const char units[] = "BKMGT";
	size_t i = 0;

	while (bytes != 0 && bytes % 1024 == 0 && i + 2 < sizeof(units)) {
		bytes /= 1024;
		i++;
	}
	if (bytes == 0)
		(void)snprintf(out, 32, "none");
	else
		(void)snprintf(out, 32, "%lld%c", (long long)bytes, units[i]);
}

static bool
put_size(struct str *out, const char *subject, int64_t bytes, char end,
	struct err *e)
{
	char text[32];

	size_text(bytes, text);
	return put(out, subject, text, end, e);
}

static bool
put_number(struct str *out, const char *subject, int64_t n, char end,
	struct err *e)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	return put(out, subject, text, end, e);
}

static bool
put_time(struct str *out, const char *subject, int64_t us, char end,
	struct err *e)
{
	char text[TIME_TEXT_SIZE] = "";

	if (us != TIME_NONE)
		time_rfc3339(us, text);
	return put(out, subject, text, end, e);
}

static bool
write_domain(const void *item, struct str *out, struct err *e)
{
	const struct domain *d = item;

	return put(out, d->name, d->name, ',', e)
		&& put(out, d->name, d->description, ',', e)
		&& put(out, d->name, domain_state_name(d->state), ',', e)
		&& put_number(out, d->name, d->max_mailboxes, ',', e)
		&& put_number(out, d->name, d->max_aliases, ',', e)
		&& put_size(out, d->name, d->max_quota_bytes, ',', e)
		&& put_size(out, d->name, d->default_quota_bytes, ',', e)
		&& put(out, d->name, d->transport, END, e);
}

static bool
write_mailbox(const void *item, struct str *out, struct err *e)
{
	const struct mailbox *m = item;

	return put(out, m->address, m->address, ',', e)
		&& put(out, m->address, m->name, ',', e)
		&& put_size(out, m->address, m->quota_bytes, ',', e)
		&& put(out, m->address, mailbox_state_name(m->state), END, e);
}

static bool
write_alias(const void *item, struct str *out, struct err *e)
{
	const struct alias *al = item;
	struct arena *a = arena_new(CELL_MAX + 4096);
	struct str all = str_in(a, CELL_MAX);
	bool ok = a != NULL;

	for (int64_t i = 0; ok && i < al->target_count; i++)
		ok = (i == 0 || str_add_char(&all, ' '))
			&& str_add(&all, al->targets[i]);
	ok = (ok || err_memory(e)) && put(out, al->address, al->address, ',', e)
		&& put(out, al->address, str_text(&all), ',', e)
		&& put(out, al->address, alias_state_name(al->state), ',', e)
		&& put(out, al->address, al->send_as ? "yes" : "no", ',', e)
		&& put(out, al->address, al->description, END, e);
	arena_free(&a);
	return ok;
}

static bool
write_whitelist(const void *item, struct str *out, struct err *e)
{
	const struct whitelist *w = item;
	const char *state = whitelist_state_name(w->state);

	return put(out, w->network, w->network, ',', e)
		&& put(out, w->network, w->note, ',', e)
		&& put(out, w->network, w->owner, ',', e)
		&& put_time(out, w->network, w->expires_us, ',', e)
		&& put(out, w->network, state, END, e);
}

static bool
load_targets(
	struct db *db, struct arena *a, void *items, size_t n, struct err *e)
{
	return alias_load_targets(db, a, items, n, e);
}

const struct export_kind export_kinds[EXPORT_NOUNS] = {
	[EXPORT_DOMAINS] = { "domains", LIST_DOMAINS, sizeof(struct domain),
		"domain,note,active,max_mailboxes,max_aliases,max_quota,"
		"default_quota,transport",
		false, write_domain, NULL },
	[EXPORT_MAILBOXES] = { "mailboxes", LIST_MAILBOXES,
		sizeof(struct mailbox), "address,name,quota,active", true,
		write_mailbox, NULL },
	[EXPORT_ALIASES] = { "aliases", LIST_ALIASES, sizeof(struct alias),
		"address,targets,active,send_as,note", false, write_alias,
		load_targets },
	[EXPORT_WHITELIST] = { "whitelist", LIST_WHITELIST,
		sizeof(struct whitelist),
		"network,note,owner,expires_at,active", false, write_whitelist,
		NULL },
};

void
export_write_header(
	const struct export_kind *kind, bool has_hashes, struct str *out)
{
	str_add(out, kind->header);
	str_add(out, has_hashes ? ",password\r\n" : "\r\n");
}

/* The hashes of a page's mailboxes, in its order. */
static bool
load_hashes(struct db *db, struct arena *a, const struct mailbox *m, size_t n,
	const char ***out, struct err *e)
{
	uint64_t *ids = arena_array(a, n + 1, sizeof(*ids));

	if (!ids)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		ids[i] = m[i].secret_id;
	return secret_row_values(db, a, ids, n, out, e);
}

bool
export_write_rows(const struct export_kind *kind, struct db *db,
	struct arena *a, const void *items, size_t n, bool has_hashes,
	struct str *out, struct err *e)
{
	const char **hash = NULL;

	if (has_hashes && !load_hashes(db, a, items, n, &hash, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *item = (const char *)items + i * kind->size;

		if (!kind->write(item, out, e)
			|| (hash
				&& (!str_add_char(out, ',')
					|| !put(out, kind->name, hash[i], END,
						e)))
			|| !str_add(out, "\r\n"))
			return err_is_set(e) ? false : err_memory(e);
	}
	return true;
}

/* The line that holds the byte at `at`. */
static void
blame(const char *text, size_t at, char out[static 200])
{
	size_t from = at, to = at;

	while (from > 0 && text[from - 1] != '\n')
		from--;
	to += strcspn(text + at, "\r\n");
	if (to - from > 199)
		to = from + 199;
	memcpy(out, text + from, to - from);
	out[to - from] = '\0';
}

bool
export_to_shift_jis(
	struct arena *a, size_t from, struct str *out, struct err *e)
{
	char *utf8 = arena_strdup(a, out->data + from), *in = utf8, *to;
	size_t left = out->len - from, room = 2 * left + 16;
	char *sjis = arena_alloc(a, room), line[200];
	iconv_t cd = iconv_open("CP932", "UTF-8");
	bool ok;

	if (cd == (iconv_t)-1)
		return err_set(e, ERR_INTERNAL, "encoding", "no_encoding", NULL,
			"this system has no tables for Shift_JIS");
	to = sjis;
	ok = utf8 && sjis && iconv(cd, &in, &left, &to, &room) != (size_t)-1;
	(void)iconv_close(cd);
	if (!utf8 || !sjis)
		return err_memory(e);
	if (!ok) {
		blame(utf8, (size_t)(in - utf8), line);
		return err_set(e, ERR_INVALID, "encoding", "not_encodable",
			line,
			"Shift_JIS lacks a character of this row: take "
			"UTF-8");
	}
	str_cut(out, from);
	return str_add_n(out, sjis, (size_t)(to - sjis)) || err_memory(e);
}
