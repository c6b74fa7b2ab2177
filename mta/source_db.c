/*
 * A node beside its database: rows through the views of its role, rendered
 * here.
 */
#include "mta/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "db/name_rows.h"
#include "maps/wanted.h"
#include "mta/node.h"

#define ROWS_BYTES ((size_t)64 << 30)
#define ROUND_KEYS ((size_t)200000)

struct source_db {
	struct source base;
	const struct conf *conf;
	struct db *db;
	uint64_t node_id;
	bool is_over; /* the snapshot, which is still open */
};

static struct source_db *
of(struct source *s)
{
	return (struct source_db *)s;
}

/* The connection, out of a snapshot that is over. */
static struct db *
db_of(struct source *s)
{
	struct source_db *d = of(s);
	if (d->is_over && db_in_transaction(d->db))
		db_rollback(d->db);
	d->is_over = false;
	return d->db;
}

static void
close_db(struct source *s)
{
	db_close(&of(s)->db);
	free(of(s));
}

static bool
gate(struct source *s, struct gate_row *row_r, struct err *e)
{
	return gate_row_read(db_of(s), of(s)->node_id, row_r, e);
}

static bool
approvals(struct source *s, gate_row_each *each, void *ctx, struct err *e)
{
	return gate_row_approvals(db_of(s), each, ctx, e);
}

static bool
changed(struct source *s, const char *domain, uint64_t *serial_r, struct err *e)
{
	return gate_row_changed(db_of(s), domain, serial_r, e);
}

static bool
begin(struct source *s, uint64_t *serial_r, struct err *e)
{
	struct source_db *d = of(s);
	return db_begin(db_of(s), DB_SNAPSHOT, e)
		&& map_head(d->db, serial_r, e)
		&& (d->conf->node.role == NODE_MAILBOX
			|| name_row_next_hop(d->db, d->node_id, s->next_hop,
				sizeof(s->next_hop), e));
}

static void
end(struct source *s)
{
	/* At the next question: what was read goes live before. */
	of(s)->is_over = true;
}

static bool
changes(struct source *s, uint64_t after, uint64_t upto, size_t most,
	struct arena *a, struct map_changes *out, struct err *e)
{
	return map_changes(db_of(s), after, upto, most, a, out, e);
}

static struct wanted_for
wanted_for(struct source *s)
{
	return (struct wanted_for){ .db = db_of(s),
		.role = of(s)->conf->node.role,
		.next_hop = s->next_hop,
		.conf = &of(s)->conf->node };
}

static bool
lines(struct source *s, const struct source_want *w, struct map_set *out,
	struct hold_list *faults, struct err *e)
{
	const struct wanted_for f = wanted_for(s);
	return wanted_lines(&f, w->keys, w->domains, w->arena, out, faults, e);
}

static bool
take_relay(void *ctx, const char *network, int64_t expires_us, struct err *e)
{
	struct err why = ERR_EMPTY;
	(void)e;
	if (!relay_add(ctx, network, expires_us, &why))
		log_error(
			"whitelist: %s left out: %s", network, err_text(&why));
	return true;
}

static bool
relays(struct source *s, struct relay_list *out, struct err *e)
{
	return map_relays(db_of(s), of(s)->conf->node.role, take_relay, out, e);
}

static bool
all(struct source *s, struct source_all *out, struct err *e)
{
	struct arena *a = arena_new(ROWS_BYTES);
	if (!a)
		return err_memory(e);
	bool ok = begin(s, &out->serial, e) && relays(s, &out->relays, e);
	const struct wanted_for f = wanted_for(s);
	ok = ok && wanted_all(&f, a, &out->wanted, &out->faults, e);
	end(s);
	relay_sort(&out->relays);
	arena_free(&a);
	return ok;
}

static bool
write_held(struct source_db *d, const struct source_report *r, struct err *e)
{
	if (!map_held_clear(d->db, d->node_id, e))
		return false;
	for (size_t i = 0; i < r->held->n; i++)
		if (!map_held_add(d->db, d->node_id, r->held->hold[i].domain,
			    r->held->hold[i].reason, e))
			return false;
	return true;
}

static bool
report(struct source *s, const struct source_report *r, struct err *e)
{
	struct source_db *d = of(s);
	struct db *db = db_of(s);
	if (!r->held)
		return map_status_write(db, d->node_id, &r->status, e);
	if (!db_begin(db, DB_READ_COMMITTED, e))
		return false;
	if (write_held(d, r, e)
		&& map_status_write(db, d->node_id, &r->status, e)
		&& db_commit(db, e))
		return true;
	db_rollback(db);
	return false;
}

static bool
requests(struct source *s, size_t most, struct arena *a,
	struct request_row *list, size_t *n_r, struct err *e)
{
	return request_rows_open(
		db_of(s), of(s)->node_id, most, a, list, n_r, e);
}

static bool
reply(struct source *s, uint64_t id, const char *code, const char *body,
	struct err *e)
{
	return request_row_reply(db_of(s), id, code, body, e);
}

static const struct source_ops ops = { .close = close_db,
	.gate = gate,
	.approvals = approvals,
	.changed = changed,
	.begin = begin,
	.end = end,
	.changes = changes,
	.lines = lines,
	.relays = relays,
	.all = all,
	.report = report,
	.requests = requests,
	.reply = reply };

bool
source_db_open(const struct conf *conf, struct source **s_r, struct err *e)
{
	struct source_db *s = calloc(1, sizeof(*s));
	if (!s)
		return err_memory(e);
	s->base.ops = &ops;
	s->base.round_keys = ROUND_KEYS;
	s->conf = conf;
	if (!node_db_open(conf, &s->db, e)
		|| !map_node_id(s->db, conf->map.node, &s->node_id, e)) {
		close_db(&s->base);
		return false;
	}
	*s_r = &s->base;
	return true;
}
