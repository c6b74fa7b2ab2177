/*
 * See explain_saved.h. The rows of the recipient, the sender and the login are
 * read with all that they reach, so every line that is asked for can be
 * rendered.
 */
#include "maps/explain_saved.h"

#include <string.h>

#include "base/str.h"
#include "base/timeutil.h"
#include "db/map_rows.h"
#include "db/strset.h"
#include "maps/render.h"
#include "maps/whitelist.h"

#define TABLE_BYTES ((size_t)16 << 20)

struct saved {
	struct map_rows rows;
	struct render render;
	struct arena *arena;
};

static bool
look_up(void *ctx, enum map_id map, const char *key, const char **value_r,
	struct err *e)
{
	struct saved *s = ctx;
	struct map_set lines = { 0 };
	bool ok = strchr(key, '@') ? render_address(&s->render, key, &lines, e)
				   : render_domain(&s->render, key, &lines, e);
	const struct map_lines *l = &lines.map[map];
	*value_r = NULL;
	for (size_t i = 0; ok && i < l->n && !*value_r; i++) {
		if (strcmp(l->line[i].key, key) != 0)
			continue;
		*value_r = arena_strdup(s->arena, l->line[i].value);
		ok = *value_r || err_memory(e);
	}
	map_set_free(&lines);
	return ok;
}

/* What is not ASCII is no row's; its domain may be one. */
static bool
want(struct strset *keys, const char *text, const char *origin, struct arena *a,
	struct err *e)
{
	struct envelope x;
	envelope_read(text, origin, &x);
	if (x.domain[0] == '\0')
		return true;
	const char *key = arena_strdup(
		a, str_is_ascii(x.address) ? x.address : x.domain - 1);
	return key ? strset_add(keys, key, NULL, e) : err_memory(e);
}

static bool
load(struct db *db, const struct explain_query *q, const char *origin,
	struct saved *s, struct err *e)
{
	struct strset keys = { 0 };
	bool ok = want(&keys, q->recipient, origin, s->arena, e)
		&& want(&keys, q->sender, origin, s->arena, e)
		&& want(&keys, q->login, origin, s->arena, e);
	const struct map_rows_want w = { .address = keys.list,
		.addresses = keys.n };
	ok = ok && map_rows_load(db, &w, s->arena, &s->rows, e);
	strset_free(&keys);
	rows_index(&s->rows);
	return ok;
}

static bool
add_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	return relay_add(ctx, network, expires_us, e);
}

static bool
relay_text(struct db *db, struct arena *a, const char **text_r, struct err *e)
{
	struct relay_list l = { 0 };
	struct str s = str_in(a, TABLE_BYTES);
	bool ok = map_relays(db, NODE_MAILBOX, add_relay, &l, e);
	relay_sort(&l);
	ok = ok && (relay_table(&l, now_us(), &s) || err_memory(e));
	relay_free(&l);
	*text_r = str_text(&s);
	return ok;
}

static uint64_t
upto_now(void *ctx, const struct explain_step *s)
{
	(void)s;
	return *(const uint64_t *)ctx;
}

static bool
answer(struct db *db, const struct conf_node *conf,
	const struct explain_query *q, struct saved *s,
	struct explain_config *c, struct explain_saved *out, struct err *e)
{
	s->render = (struct render){ .rows = &s->rows,
		.mail_root = conf->mail_root,
		.mail_uid = conf->mail_uid,
		.mail_gid = conf->mail_gid,
		.faults = &out->faults };
	c->lookup = look_up;
	c->ctx = s;
	return map_head(db, &out->serial, e) && load(db, q, c->origin, s, e)
		&& relay_text(db, s->arena, &c->relay_table, e)
		&& explain_run(c, q, s->arena, &out->x, e)
		&& explain_name_persons(db, KEY_LOG, upto_now, &out->serial,
			s->arena, &out->x, e);
}

bool
explain_saved(struct db *db, const struct conf_node *conf,
	const struct explain_in *in, const char *origin, struct arena *a,
	struct explain_saved *out, struct err *e)
{
	const struct explain_query q = explain_query_of(in);
	struct explain_config c = {
		.virtual_transport = conf->virtual_transport,
		.origin = origin,
	};
	struct saved s = { .arena = a };
	*out = (struct explain_saved){ 0 };
	if (!db_begin(db, DB_SNAPSHOT, e))
		return false;
	const bool ok = answer(db, conf, &q, &s, &c, out, e);
	db_rollback(db);
	map_rows_free(&s.rows);
	return ok;
}

void
explain_saved_free(struct explain_saved *s)
{
	holds_free(&s->faults);
}

void
explain_saved_json(
	struct jsonw *w, const char *key, const struct explain_saved *s)
{
	jsonw_object(w, key);
	jsonw_uint(w, "serial", s->serial);
	explain_write_members(w, &s->x);
	jsonw_array(w, "faults");
	for (size_t i = 0; i < s->faults.n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "domain", s->faults.hold[i].domain);
		jsonw_str(w, "reason", s->faults.hold[i].reason);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

bool
explain_name_persons(struct db *db, enum key_source source, explain_upto *upto,
	void *ctx, struct arena *a, struct explain *x, struct err *e)
{
	for (size_t i = 0; i < x->steps; i++) {
		struct explain_step *s = &x->step[i];
		const char kind = explain_key_kind(s);
		struct key_revision r;
		/* No key of the log is anything but ASCII. */
		if (kind == 0 || !str_is_ascii(s->key))
			continue;
		if (!key_revision_find(
			    db, source, kind, s->key, upto(ctx, s), a, &r, e))
			return false;
		s->serial = r.serial;
		s->action = r.action;
		s->actor_name = r.actor_name;
		s->at_us = r.at_us;
	}
	return true;
}
