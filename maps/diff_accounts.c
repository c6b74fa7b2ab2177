/*
 * Accounts for people: in words, with the fingerprint of the password.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "maps/account.h"
#include "maps/diff_work.h"

#define ACCOUNT_TEXT 1024

/* `secret:12` of an account's password, or 0. */
static uint64_t
secret_of(const char *value)
{
	size_t len = strlen(PAST_SECRET);

	return value && strncmp(value, PAST_SECRET, len) == 0
		? strtoull(value + len, NULL, 10)
		: 0;
}

static bool
read_secrets(struct diff_work *w, struct past_secret **items_r, size_t *n_r,
	struct err *e)
{
	const struct diff *d = w->out;
	uint64_t *ids = arena_array(w->arena, 2 * d->n_lines + 1, sizeof(*ids));
	size_t n = 0;

	if (!ids)
		return err_memory(e);
	for (size_t i = 0; i < d->n_lines; i++) {
		const struct diff_line *x = &d->line[i];

		if (x->map != MAP_ACCOUNTS)
			continue;
		if (secret_of(x->before))
			ids[n++] = secret_of(x->before);
		if (secret_of(x->after))
			ids[n++] = secret_of(x->after);
	}
	return past_secrets(w->c->db, w->arena, ids, n, items_r, n_r, e);
}

/* A secret that is not there: not written yet, or purged. */
static const char *
fingerprint_of(const struct diff_work *w, const struct past_secret *items,
	size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].id == id)
			return items[i].fingerprint;
	return w->q->trial ? "new" : "purged";
}

/* `password=1f0c... home=/srv/mail/0a/10 quota_rule=*:bytes=0` */
static const char *
account_words(struct diff_work *w, const char *value,
	const struct past_secret *items, size_t n, bool *ok)
{
	static const char *const names[ACCOUNT_FIELDS] = {
		[ACCOUNT_PASSWORD] = "password=",
		[ACCOUNT_HOME] = " home=",
		[ACCOUNT_UID] = " uid=",
		[ACCOUNT_GID] = " gid=",
		[ACCOUNT_QUOTA_RULE] = " quota_rule=",
		[ACCOUNT_ALLOW_NETS] = " allow_nets=",
		[ACCOUNT_NOLOGIN] = " nologin=",
	};
	char buf[ACCOUNT_VALUE_MAX], text[ACCOUNT_TEXT];
	struct str s = STR_FIXED(text);
	struct account a;
	uint64_t id = secret_of(value);

	if (!value || !account_split(value, buf, &a))
		return value;
	a.field[ACCOUNT_PASSWORD] = id ? fingerprint_of(w, items, n, id) : "-";
	for (unsigned i = 0; i < ACCOUNT_FIELDS; i++)
		if (names[i] && *a.field[i]) {
			str_add(&s, names[i]);
			str_add(&s, a.field[i]);
		}
	value = arena_strdup(w->arena, str_text(&s));
	*ok = *ok && value;
	return value;
}

bool
diff_show_accounts(struct diff_work *w, struct err *e)
{
	struct diff *d = w->out;
	struct past_secret *items;
	bool ok = true;
	size_t n;

	if (!read_secrets(w, &items, &n, e))
		return false;
	for (size_t i = 0; i < d->n_lines && ok; i++) {
		struct diff_line *x = &d->line[i];

		if (x->map != MAP_ACCOUNTS)
			continue;
		x->before = account_words(w, x->before, items, n, &ok);
		x->after = account_words(w, x->after, items, n, &ok);
	}
	return ok || err_memory(e);
}
