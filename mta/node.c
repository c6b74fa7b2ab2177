/*
 * See node.h.
 */
#include "mta/node.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "db/gate_rows.h"
#include "db/map_rows.h"
#include "db/explain_rows.h"
#include "db/name_rows.h"
#include "db/request_rows.h"

#define STATE_BYTES (64UL * 1024 * 1024)

void
node_map_path(const struct conf_node *c, enum map_id map,
	char out[static NODE_PATH_SIZE])
{
	if (map == MAP_ACCOUNTS)
		snprintf(out, NODE_PATH_SIZE, "%s", c->dovecot_db);
	else
		snprintf(out, NODE_PATH_SIZE, "%s/%s.lmdb", c->postfix_maps,
			role_map_file(c->role, map));
}

void
node_text_path(const struct conf_node *c, enum map_id map,
	char out[static NODE_PATH_SIZE])
{
	snprintf(out, NODE_PATH_SIZE, "%s/%s.txt", c->postfix_maps,
		role_map_file(c->role, map));
}

void
node_cidr_path(const struct conf_node *c, char out[static NODE_PATH_SIZE])
{
	snprintf(out, NODE_PATH_SIZE, "%s/whitelist.cidr", c->postfix_maps);
}

void
node_state_path(const struct conf_node *c, const char *name,
	char out[static NODE_PATH_SIZE])
{
	snprintf(out, NODE_PATH_SIZE, "%s/%s", c->state, name);
}

static bool
load_holds(struct node *n, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	size_t len;
	bool ok;
	struct arena *a = arena_new(STATE_BYTES);
	if (!a)
		return err_memory(e);
	node_state_path(&n->conf->node, "held", path);
	if (!file_read(path, STATE_BYTES / 2, a, &text, &len, &why))
		ok = why.code == ERR_NOT_FOUND || err_merge(e, &why, NULL);
	else
		ok = holds_parse(text, &n->held, e);
	arena_free(&a);
	return ok;
}

bool
node_open(struct node *n, const struct conf *conf, struct err *e)
{
	struct journal_state s;
	*n = (struct node){ .conf = conf,
		.own_maps = role_maps(conf->node.role),
		.applied_at_us = TIME_NONE,
		.report_due = true,
		.asked.child.fd = -1,
		.drift.checked_us = TIME_NONE,
		.check_due = true };
	if (!journal_open(&conf->node, &n->journal, &s, e) || !load_holds(n, e))
		return false;
	n->applied = s.applied;
	n->read_from = s.floor < s.applied ? s.floor : s.applied;
	n->gate.is_held = s.hold.is_held;
	n->gate.hold = s.hold.serial;
	n->is_moving = s.is_moving;
	n->moving = s.moving;
	n->live = s.applied;
	n->reload_due = (s.reloads & RELOAD_POSTFIX) != 0;
	n->reload_urgent = n->reload_due;
	n->dovecot_reload_due = (s.reloads & RELOAD_DOVECOT) != 0;
	return true;
}

void
node_close(struct node *n)
{
	child_free(&n->asked.child);
	node_disconnect(n);
	worker_end(&n->maps);
	user_db_close(&n->users);
	journal_close(&n->journal);
	holds_free(&n->held);
	gate_free(&n->gate);
	waiting_free(&n->waiting);
	relay_free(&n->relays);
	node_recheck_clear(&n->recheck);
	free(n->recheck.key);
	node_recheck_clear(&n->sessions.due);
	free(n->sessions.due.key);
	node_recheck_clear(&n->sessions.failed);
	free(n->sessions.failed.key);
}

bool
node_db_open(const struct conf *conf, struct db **db_r, struct err *e)
{
	static const struct sql_table *const tables[] = { &map_sql,
		&map_all_sql, &gate_sql, &request_sql, &name_sql, &key_view_sql,
		NULL };
	char secret[256] = "", *text;
	size_t len;
	const char *file = conf->database.password_file;
	if (file[0]) {
		struct arena *a = arena_new(8192);
		const bool ok = a
			&& file_read(
				file, sizeof(secret) - 1, a, &text, &len, e)
			&& str_copy_n(secret, sizeof(secret), text,
				strcspn(text, "\r\n"));
		arena_free(&a);
		if (!ok)
			return err_set(e, ERR_INTERNAL, "", "password_file",
				file, "%s: cannot be read", file);
	}
	const struct db_options o = { .socket = conf->database.socket,
		.name = conf->database.name,
		.user = conf->map.user,
		.password = file[0] ? secret : NULL,
		.tables = tables,
		.isolation = DB_SNAPSHOT,
		.statement_s = 300 };
	const bool ok = db_open(db_r, &o, e);
	explicit_bzero(secret, sizeof(secret));
	return ok;
}

bool
node_connect(struct node *n, struct err *e)
{
	if (n->source)
		return true;
	if (!source_open(n->conf, &n->source, e))
		return false;
	n->report_due = true;
	n->held_reported = true;
	log_info("connected");
	return true;
}

void
node_disconnect(struct node *n)
{
	source_close(&n->source);
}

bool
node_users(struct node *n, struct err *e)
{
	if (n->users && user_db_is_current(n->users))
		return true;
	user_db_close(&n->users);
	return user_db_open(n->conf->node.dovecot_db, &n->users, e);
}

bool
node_fork(struct node *n, struct child *c, child_fn *fn, void *ctx,
	int deadline_ms, struct err *e)
{
	if (n->users) {
		user_db_close(&n->users);
		node_mark(n, MAP_ACCOUNTS);
	}
	return child_start(c, fn, ctx, deadline_ms, e);
}

bool
node_save_holds(struct node *n, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct arena *a = arena_new(STATE_BYTES);
	if (!a)
		return err_memory(e);
	struct str s = str_in(a, STATE_BYTES / 2);
	node_state_path(&n->conf->node, "held", path);
	const bool ok = holds_write(&n->held, &s)
		? file_write(path, str_text(&s), s.len, 0600, e)
		: err_memory(e);
	arena_free(&a);
	n->report_due = true;
	return ok;
}

void
node_mark(struct node *n, enum map_id map)
{
	char path[NODE_PATH_SIZE];
	node_map_path(&n->conf->node, map, path);
	n->mark[map] = file_mark_of(path);
}

void
node_set_message(struct node *n, const char *text)
{
	if (strncmp(n->message, text, sizeof(n->message) - 1) == 0)
		return;
	if (text[0])
		log_error("%s", text);
	else
		log_info("well again");
	snprintf(n->message, sizeof(n->message), "%s", text);
	n->report_due = true;
}

bool
node_recheck_add(struct node_recheck *r, const char *key, struct err *e)
{
	if (r->n == r->cap) {
		const size_t cap = r->cap ? r->cap * 2 : 16;
		char **p = reallocarray(r->key, cap, sizeof(*p));
		if (!p)
			return err_memory(e);
		r->key = p;
		r->cap = cap;
	}
	r->key[r->n] = strdup(key);
	if (!r->key[r->n])
		return err_memory(e);
	r->n++;
	return true;
}

void
node_recheck_clear(struct node_recheck *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->key[i]);
	r->n = 0;
}
