/*
 * See explain_live.h. Map files are opened on the first question and stay
 * open until the process ends, so that all answers are of one state.
 */
#include "mta/explain_live.h"

#include <string.h>

#include "base/file.h"
#include "db/gate_rows.h"
#include "maps/gate.h"
#include "mta/journal.h"
#include "mta/lmdb_map.h"
#include "mta/node.h"
#include "mta/requests.h"
#include "mta/rootd_client.h"
#include "mta/user_db.h"

#define TABLE_BYTES ((size_t)16 << 20)
#define ARENA_BYTES ((size_t)64 << 20)

struct files {
	const struct conf_node *conf;
	struct lmdb_reader *map[MAP_COUNT];
	struct user_db *users;
	struct map_lines accounts;
};

static bool
look_up_account(
	struct files *f, const char *key, const char **value_r, struct err *e)
{
	const size_t before = f->accounts.n;
	if (!f->users && !user_db_open(f->conf->dovecot_db, &f->users, e))
		return false;
	if (!user_db_lookup(f->users, &key, 1, &f->accounts, e))
		return false;
	*value_r =
		f->accounts.n > before ? f->accounts.line[before].value : NULL;
	return true;
}

static bool
look_up(void *ctx, enum map_id map, const char *key, const char **value_r,
	struct err *e)
{
	struct files *f = ctx;
	char path[NODE_PATH_SIZE];
	if (map == MAP_ACCOUNTS)
		return look_up_account(f, key, value_r, e);
	if (!f->map[map]) {
		node_map_path(f->conf, map, path);
		if (!lmdb_reader_open(&f->map[map], path, e))
			return false;
	}
	return lmdb_reader_get(f->map[map], key, value_r, e);
}

/* The mode, the approvals and the hold that decide what may be live. */
struct bounds {
	struct gate gate;
	uint64_t applied;
};

static bool
take_approval(void *ctx, const char *domain, uint64_t serial,
	uint64_t guard_serial, struct err *e)
{
	return gate_add(ctx, domain, serial, guard_serial, e);
}

static bool
read_bounds(struct db *db, const struct journal_state *s, struct bounds *b,
	struct err *e)
{
	struct gate_row row;
	if (!gate_row_read(db, 0, &row, e)
		|| !gate_row_approvals(db, take_approval, &b->gate, e))
		return false;
	gate_sort(&b->gate);
	b->gate.is_reviewed = row.is_reviewed;
	b->gate.is_held = s->hold.is_held;
	b->gate.hold = s->hold.serial;
	b->applied = s->applied;
	return true;
}

/* Routing is as old as what was approved; who may sign in or send is not. */
static uint64_t
upto_live(void *ctx, const struct explain_step *s)
{
	const struct bounds *b = ctx;
	const bool is_relay = strcmp(s->map, "whitelist") == 0;
	uint64_t upto = b->applied, approved;
	if (!is_relay && !gate_is_routing(map_by_name(s->map), true))
		return upto;
	approved = gate_approved(&b->gate, is_relay ? "" : key_domain(s->key));
	if (approved < upto)
		upto = approved;
	if (b->gate.is_held && b->gate.hold < upto)
		upto = b->gate.hold;
	return upto;
}

static bool
name_persons(struct db *db, const struct journal_state *s, struct arena *a,
	struct explain *x, struct err *e)
{
	struct bounds b = { .applied = 0 };
	const bool ok = read_bounds(db, s, &b, e)
		&& explain_name_persons(db, KEY_VIEW, upto_live, &b, a, x, e);
	gate_free(&b.gate);
	return ok;
}

/* Postfix's myorigin, where an address needs it; "" when nobody tells. */
static const char *
origin_for(
	const struct conf *conf, const struct explain_query *q, struct arena *a)
{
	static const char name[] = "myorigin = ";
	struct str said = str_in(a, 64 << 10);
	struct err e = ERR_EMPTY;
	if (strchr(q->recipient, '@')
		&& (q->sender[0] == '\0' || strchr(q->sender, '@')))
		return "";
	if (!rootd_ask(
		    conf->rootd.listen, ROOT_POSTFIX_SETTINGS, NULL, &said, &e))
		return "";
	for (const char *p = str_text(&said); *p;) {
		const size_t n = strcspn(p, "\n");
		if (strncmp(p, name, sizeof(name) - 1) == 0) {
			char *origin = arena_strndup(a, p + sizeof(name) - 1,
				n - (sizeof(name) - 1));
			return origin ? origin : "";
		}
		p += n + (p[n] == '\n');
	}
	return "";
}

bool
explain_live(const struct conf *conf, struct db *db,
	const struct explain_in *in, struct arena *a, struct explain_node *out,
	struct err *e)
{
	struct files f = { .conf = &conf->node };
	char path[NODE_PATH_SIZE], *table;
	struct journal_state s;
	size_t len;
	const struct explain_query q = explain_query_of(in);
	if (conf->node.role != NODE_MAILBOX)
		return err_set(e, ERR_INVALID, "node", "other_role", "",
			"what a mailbox host does is not known to this node");
	node_cidr_path(&conf->node, path);
	if (!file_read(path, TABLE_BYTES, a, &table, &len, e)
		|| !journal_peek(conf->node.state, &s, e))
		return false;
	const struct explain_config c = { .lookup = look_up,
		.ctx = &f,
		.relay_table = table,
		.virtual_transport = conf->node.virtual_transport,
		.origin = origin_for(conf, &q, a) };
	out->serial = s.applied;
	return explain_run(&c, &q, a, &out->x, e)
		&& (!db || name_persons(db, &s, a, &out->x, e));
}

/* The database may be away: then nobody is named. */
static bool
answer(const struct conf *conf, const struct explain_in *in, struct arena *a,
	struct jsonw *w, struct err *e)
{
	struct explain_node x;
	struct db *db = NULL;
	struct err away = ERR_EMPTY;
	if (!node_db_open(conf, &db, &away))
		db = NULL;
	const bool ok = explain_live(conf, db, in, a, &x, e);
	if (db)
		db_close(&db);
	if (!ok)
		return false;
	jsonw_uint(w, "serial", x.serial);
	explain_write_members(w, &x.x);
	return true;
}

bool
request_explain(struct request *q, struct err *e)
{
	struct explain_in in;
	struct arena *a = arena_new(ARENA_BYTES);
	if (!a)
		return err_memory(e);
	const bool ok = explain_read_in(q->args, a, &in, e)
		&& answer(q->node->conf, &in, a, q->out, e);
	arena_free(&a);
	return ok;
}
