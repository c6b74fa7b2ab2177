/*
 * See sessions.h.
 */
#include "mta/sessions.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/file.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "db/strset.h"
#include "maps/account.h"
#include "mta/rootd_client.h"

/* More barred accounts of one domain than this end everybody's sessions
 * there: clients sign in again by themselves. */
#define EACH_MAX 20
/* Of more people at once than this, everybody's of their domains: an ended
 * session takes some 30 ms, and all should be out within seconds. */
#define LOGINS_MAX 100
/* How long one turn of the publisher spends on it, but for the last call. */
#define TURN_US (US_PER_S / 10)
#define RETRY_US (2 * US_PER_S)
#define TRIES 150
#define FILE_BYTES (16UL * 1024 * 1024)

static bool
end_one(struct node *n, const char *login)
{
	char mask[ADDR_SIZE + 2];
	struct err e = ERR_EMPTY;
	/* A leading hyphen would read as an option: everybody there then. */
	if (login[0] == '@' || login[0] == '-') {
		snprintf(mask, sizeof(mask), "*%s", strrchr(login, '@'));
		login = mask;
	}
	if (rootd_call(n->conf->rootd.listen, ROOT_END_SESSIONS, login, &e))
		return true;
	/* A server that is not running has no session, nor has who is away. */
	if (e.code == ERR_INTERNAL
		&& (strstr(err_text(&e), "not running")
			|| strstr(err_text(&e), "no users kicked")))
		return true;
	log_warn("%s", err_text(&e));
	return false;
}

static void
clear_file(const struct node *n)
{
	char path[NODE_PATH_SIZE];
	node_state_path(&n->conf->node, "sessions", path);
	unlink(path);
}

static void
keep_failed(struct node_sessions *s, const char *login)
{
	struct err e = ERR_EMPTY;
	if (s->tries >= TRIES)
		log_error("sessions of %s were not ended", login);
	else if (!node_recheck_add(&s->failed, login, &e))
		log_warn("%s: %s", login, err_text(&e));
}

/* All that was due has been tried once. */
static void
pass_done(struct node *n)
{
	struct node_sessions *s = &n->sessions;
	node_recheck_clear(&s->due);
	s->next = 0;
	if (s->failed.n > 0) {
		s->retry_us = monotonic_us() + RETRY_US;
		return;
	}
	s->tries = 0;
	clear_file(n);
}

static void
try_failed_again(struct node_sessions *s)
{
	const struct node_recheck again = s->failed;
	s->failed = s->due;
	s->due = again;
	s->tries++;
}

void
sessions_run(struct node *n)
{
	struct node_sessions *s = &n->sessions;
	const int64_t now = monotonic_us();
	if (now < sessions_next_us(n))
		return;
	if (s->due.n == 0)
		try_failed_again(s);
	do {
		const char *login = s->due.key[s->next++];
		if (!end_one(n, login))
			keep_failed(s, login);
	} while (s->next < s->due.n && monotonic_us() < now + TURN_US);
	if (s->next == s->due.n)
		pass_done(n);
}

int64_t
sessions_next_us(const struct node *n)
{
	if (n->sessions.due.n > 0)
		return 0;
	return n->sessions.failed.n > 0 ? n->sessions.retry_us : INT64_MAX;
}

static bool
add_lines(const struct node_recheck *r, size_t from, struct str *out)
{
	for (size_t i = from; i < r->n; i++)
		str_addf(out, "%s\n", r->key[i]);
	return str_is_ok(out);
}

static bool
save(const struct node *n, struct err *e)
{
	const struct node_sessions *s = &n->sessions;
	char path[NODE_PATH_SIZE];
	struct arena *a = arena_new(2 * FILE_BYTES);
	if (!a)
		return err_memory(e);
	struct str text = str_in(a, FILE_BYTES);
	node_state_path(&n->conf->node, "sessions", path);
	bool ok = add_lines(&s->due, s->next, &text)
		&& add_lines(&s->failed, 0, &text);
	ok = ok ? file_write(path, str_text(&text), text.len, 0600, e)
		: err_memory(e);
	arena_free(&a);
	return ok;
}

static bool
load(struct node *n, struct arena *a, struct err *e)
{
	char path[NODE_PATH_SIZE], *text, *rest;
	size_t len;
	node_state_path(&n->conf->node, "sessions", path);
	if (!file_read(path, FILE_BYTES, a, &text, &len, e))
		return e->code == ERR_NOT_FOUND;
	for (char *line = strtok_r(text, "\n", &rest); line;
		line = strtok_r(NULL, "\n", &rest))
		if (strchr(line, '@') && strlen(line) < ADDR_SIZE
			&& !node_recheck_add(&n->sessions.due, line, e))
			return false;
	return true;
}

void
sessions_load(struct node *n)
{
	struct err e = ERR_EMPTY;
	struct arena *a = arena_new(2 * FILE_BYTES);
	if (!a || !load(n, a, &e))
		log_warn("sessions that are to end: %s", err_text(&e));
	arena_free(&a);
}

static bool
is_barred(const struct delta_line *d)
{
	return d->map == MAP_ACCOUNTS && d->before
		&& !account_is_locked(d->before)
		&& (!d->after || account_is_locked(d->after));
}

struct leavers {
	const char *const *login;
	size_t logins, barred;
	const struct delta *delta;
};

/* Do more people of a domain leave than are worth a command each? */
static bool
are_many(const struct leavers *l, const char *domain)
{
	size_t n = 0;
	if (l->logins + l->barred > LOGINS_MAX)
		return true;
	for (size_t i = 0; i < l->logins && n <= EACH_MAX; i++)
		n += strcmp(key_domain(l->login[i]), domain) == 0;
	for (size_t i = 0; i < l->delta->n && n <= EACH_MAX; i++)
		n += is_barred(&l->delta->line[i])
			&& strcmp(key_domain(l->delta->line[i].key), domain)
				== 0;
	return n > EACH_MAX;
}

/* Add a login, or `@domain` in its place. */
static bool
add_leaver(const struct leavers *l, const char *login, struct strset *out,
	struct err *e)
{
	const char *at = strrchr(login, '@');
	if (!at || strset_has(out, at))
		return true;
	return strset_add(out, are_many(l, at + 1) ? at : login, NULL, e);
}

static bool
collect(const struct leavers *l, struct strset *out, struct err *e)
{
	for (size_t i = 0; i < l->logins; i++)
		if (!add_leaver(l, l->login[i], out, e))
			return false;
	for (size_t i = 0; i < l->delta->n; i++)
		if (is_barred(&l->delta->line[i])
			&& !add_leaver(l, l->delta->line[i].key, out, e))
			return false;
	return true;
}

bool
sessions_end(struct node *n, const char *const *login, size_t logins,
	const struct delta *d, struct err *e)
{
	struct strset all = { 0 };
	struct leavers l = { login, logins, 0, d };
	for (size_t i = 0; i < d->n; i++)
		l.barred += is_barred(&d->line[i]);
	bool ok = collect(&l, &all, e);
	for (size_t i = 0; ok && i < all.n; i++) {
		const char *at = strrchr(all.list[i], '@');
		if (at == all.list[i] || !strset_has(&all, at))
			ok = node_recheck_add(&n->sessions.due, all.list[i], e);
	}
	ok = ok && (all.n == 0 || save(n, e));
	strset_free(&all);
	return ok;
}
