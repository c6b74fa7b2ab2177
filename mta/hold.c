/*
 * See hold.h.
 */
#include "mta/hold.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "maps/rewind.h"
#include "mta/gate.h"
#include "mta/journal_read.h"
#include "mta/live.h"
#include "mta/reload.h"

#define STATE_BYTES 4096

static struct journal_hold
standing(const struct node *n)
{
	return (struct journal_hold){ n->gate.is_held, n->gate.hold };
}

static bool
is_same(struct journal_hold a, struct journal_hold b)
{
	return a.is_held == b.is_held && (!a.is_held || a.serial == b.serial);
}

bool
hold_load(struct node *n, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	size_t len;
	struct arena *a = arena_new(4 * STATE_BYTES);
	if (!a)
		return err_memory(e);
	node_state_path(&n->conf->node, "hold", path);
	struct node_order *o = &n->order;
	bool ok = true;
	if (!file_read(path, STATE_BYTES, a, &text, &len, &why))
		ok = why.code == ERR_NOT_FOUND || err_merge(e, &why, NULL);
	else if (sscanf(text, "hold %" SCNu64 " %" SCNd64 " %" SCNd64,
			 &o->hold.serial, &o->at_us, &o->after_us)
		== 3)
		o->is_set = o->hold.is_held = true;
	else if (sscanf(text, "follow %" SCNd64 " %" SCNd64, &o->at_us,
			 &o->after_us)
		== 2)
		o->is_set = true;
	arena_free(&a);
	return ok;
}

static bool
save(struct node *n, struct err *e)
{
	char path[NODE_PATH_SIZE], text[96];
	struct str s = STR_FIXED(text);
	const struct node_order *o = &n->order;
	node_state_path(&n->conf->node, "hold", path);
	if (!o->is_set)
		return file_remove(path, e);
	if (o->hold.is_held)
		str_addf(&s, "hold %" PRIu64 " %" PRId64 " %" PRId64 "\n",
			o->hold.serial, o->at_us, o->after_us);
	else
		str_addf(&s, "follow %" PRId64 " %" PRId64 "\n", o->at_us,
			o->after_us);
	return file_write(path, text, s.len, 0600, e);
}

/* The journal's lines, into a struct rewind. */
static bool
take_line(void *ctx, const struct journal_line *l, struct err *e)
{
	return rewind_take(ctx, l->map, l->key, l->before, l->after, l->tag, e);
}

static bool
take_anew(void *ctx, uint64_t serial, struct err *e)
{
	(void)serial;
	(void)e;
	rewind_clear(ctx);
	return true;
}

/* What must be live, and what is. */
struct move {
	struct rewind past;
	struct strset keys;
	struct map_set wanted, live;
	struct child answer;
	struct delta delta;
	size_t lost; /* mailboxes whose account is gone */
};

static bool
name_key(void *ctx, enum map_id map, const char *key, const char *value,
	struct err *e)
{
	struct move *m = ctx;
	(void)map;
	(void)value;
	return strset_add(&m->keys, key, NULL, e);
}

static bool
want_line(void *ctx, enum map_id map, const char *key, const char *value,
	struct err *e)
{
	struct move *m = ctx;
	/* Mail to it would be taken here and returned by Dovecot. */
	if (value && map == MAP_MAILBOXES
		&& !lines_find(&m->live.map[MAP_ACCOUNTS], key)) {
		m->lost++;
		return true;
	}
	return !value || lines_add_ref(&m->wanted.map[map], key, value, e);
}

/* Lines of the touched keys that the journal says nothing of stay. */
static void
keep_touched(struct move *m)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		struct map_lines *l = &m->live.map[i];
		const char *value;
		size_t kept = 0;
		for (size_t k = 0; k < l->n; k++)
			if (rewind_find(&m->past, (enum map_id)i,
				    l->line[k].key, &value))
				l->line[kept++] = l->line[k];
		l->n = kept;
	}
}

static bool
compare(struct node *n, struct move *m, struct err *e)
{
	if (!rewind_walk(&m->past, name_key, m, e)
		|| !live_read(n, &m->keys, NULL, &m->live, &m->answer, e)
		|| !rewind_walk(&m->past, want_line, m, e))
		return false;
	keep_touched(m);
	for (int i = 0; i < MAP_COUNT; i++)
		if (!lines_sort(&m->wanted.map[i], e))
			return false;
	return delta_set(&m->delta, &m->live, &m->wanted, e);
}

static void
move_free(struct move *m)
{
	rewind_free(&m->past);
	strset_free(&m->keys);
	map_set_free(&m->wanted);
	map_set_free(&m->live);
	child_free(&m->answer);
	delta_free(&m->delta);
}

/* The serial before the hold that stands began. */
struct origin {
	uint64_t serial;
	bool is_known;
};

static bool
note_line(void *ctx, const struct journal_line *l, struct err *e)
{
	struct origin *o = ctx;
	(void)e;
	if (l->is_back && !o->is_known)
		*o = (struct origin){ l->to, true };
	return true;
}

static bool
note_record(void *ctx, const struct journal_record *r, struct err *e)
{
	struct origin *o = ctx;
	(void)e;
	o->is_known = o->is_known && r->hold.is_held;
	return true;
}

/* To which serial the lines are read back. */
static bool
find_serial(const struct node *n, struct journal_hold to, uint64_t from,
	uint64_t *serial_r, struct err *e)
{
	struct origin o = { n->applied, false };
	const struct journal_reader reader = {
		.line = note_line, .record = note_record, .ctx = &o
	};
	*serial_r = to.serial;
	if (to.is_held)
		return true;
	if (!journal_read(n->conf->node.state, from, &reader, e))
		return false;
	*serial_r = o.is_known ? o.serial : n->applied;
	return true;
}

static bool
read_past(struct node *n, struct move *m, struct journal_hold to, struct err *e)
{
	const struct journal_reader reader = {
		.line = take_line, .anew = take_anew, .ctx = &m->past
	};
	uint64_t from = to.is_held ? to.serial : n->applied;
	if (n->gate.is_held && n->gate.hold < from)
		from = n->gate.hold;
	if (from > n->applied)
		from = n->applied;
	return find_serial(n, to, from, &m->past.serial, e)
		&& journal_read(n->conf->node.state, from, &reader, e);
}

static uint64_t
back_tag(void *ctx, const struct delta_line *d)
{
	const struct node *n = ctx;
	const uint64_t approved = gate_approved(&n->gate, key_domain(d->key));
	return (approved < n->applied ? approved : n->applied) + 1;
}

static bool
apply(struct node *n, const struct delta *d, struct journal_hold to,
	struct err *e)
{
	const bool reload = delta_wants_reload(d);
	if (!journal_intend_back(n->journal, n->applied, to,
		    reload ? RELOAD_POSTFIX : RELOAD_NONE, d, back_tag, n, e))
		return false;
	if (reload)
		reload_want(n, false);
	return d->n == 0 || live_apply(n, d, e);
}

/* Routing stands there now: from here on more waits, or less. */
static bool
stand(struct node *n, struct journal_hold to, const struct delta *d,
	struct err *e)
{
	if (to.is_held && to.serial < n->read_from)
		n->read_from = to.serial;
	n->gate.is_held = to.is_held;
	n->gate.hold = to.serial;
	n->is_moving = false;
	n->sweep_due = true;
	n->report_due = true;
	struct journal_mark mark = gate_mark(n, n->applied, NULL);
	if (n->read_from < mark.floor)
		mark.floor = n->read_from;
	return journal_applied(n->journal, &mark, d, e);
}

/* Put routing there by the journal alone. */
static bool
move(struct node *n, struct journal_hold to, struct err *e)
{
	struct move m = { .answer = { .fd = -1 } };
	bool ok = read_past(n, &m, to, e) && compare(n, &m, e)
		&& apply(n, &m.delta, to, e);
	if (ok) {
		ok = stand(n, to, &m.delta, e);
		n->added = m.delta.added + m.delta.changed;
		n->removed = m.delta.removed;
		log_info("routing moved: %zu added, %zu changed, %zu removed",
			m.delta.added, m.delta.changed, m.delta.removed);
		if (m.lost > 0)
			log_warn("%zu mailboxes stay away: their accounts "
				 "are gone",
				m.lost);
	}
	move_free(&m);
	return ok;
}

static bool
check_way(struct node *n, struct journal_hold to, struct err *e)
{
	const uint64_t from = journal_from(n->journal);
	if (!to.is_held || to.serial >= from)
		return true;
	return err_set(e, ERR_INVALID, "serial", "too_old", "",
		"the journal of this node begins at serial %" PRIu64
		": there is no way back to %" PRIu64,
		from, to.serial);
}

static bool
go(struct node *n, struct journal_hold to, struct err *e)
{
	if (!check_way(n, to, e))
		return false;
	if (to.is_held)
		log_info("holding routing at serial %" PRIu64, to.serial);
	return move(n, to, e);
}

bool
hold_order(struct node *n, struct journal_hold to, struct err *e)
{
	if (!check_way(n, to, e))
		return false;
	if (to.is_held && to.serial > n->applied)
		return err_set(e, ERR_INVALID, "serial", "not_live", "",
			"serial %" PRIu64 " is not live on this node: %" PRIu64
			" is",
			to.serial, n->applied);
	n->order = (struct node_order){ .is_set = true,
		.hold = to,
		.at_us = now_us(),
		.after_us = n->source ? n->target_us : 0 };
	n->report_due = true;
	if (!save(n, e))
		return false;
	/* With the database at hand the next round renders what waited. */
	return (!to.is_held && n->source) || hold_alone(n, e);
}

bool
hold_alone(struct node *n, struct err *e)
{
	if (n->order.is_set) {
		if (n->is_moving || !is_same(n->order.hold, standing(n)))
			return go(n, n->order.hold, e);
	} else if (n->is_moving) {
		return go(n, n->moving, e);
	}
	return true;
}

/*
 * Was the target set after the operator's order? Which one the order came
 * after is known where the database was at hand; else, once, the two clocks
 * have to tell.
 */
static bool
is_later(struct node *n, const struct gate_row *row)
{
	struct node_order *o = &n->order;
	struct err e = ERR_EMPTY;
	const int64_t before = o->after_us ? o->after_us : o->at_us;
	if (row->target != GATE_TARGET_NONE && row->target_us > before)
		return true;
	if (o->after_us == 0) {
		o->after_us = n->target_us;
		if (!save(n, &e))
			log_warn("%s", err_text(&e));
	}
	return false;
}

/* The later of the two decisions. */
static struct journal_hold
wanted(struct node *n, const struct gate_row *row)
{
	struct err e = ERR_EMPTY;
	n->target_us = row->target == GATE_TARGET_NONE ? 1 : row->target_us;
	if (n->order.is_set && is_later(n, row)) {
		n->order = (struct node_order){ 0 };
		n->report_due = true;
		if (!save(n, &e))
			log_warn("%s", err_text(&e));
	}
	if (n->order.is_set)
		return n->order.hold;
	return (struct journal_hold){ row->target == GATE_TARGET_HOLD,
		row->target_serial };
}

void
hold_follow(struct node *n, const struct gate_row *row)
{
	struct err e = ERR_EMPTY;
	const struct journal_hold to = wanted(n, row);
	bool ok = true;
	if (is_same(to, standing(n)) && !n->is_moving) {
		n->hold_problem[0] = '\0';
		return;
	}
	if (to.is_held) {
		ok = go(n, to, &e);
	} else {
		/* The next round renders what waited. */
		log_info("publishing resumed");
		ok = stand(n, to, NULL, &e);
	}
	snprintf(n->hold_problem, sizeof(n->hold_problem), "%s",
		ok ? "" : err_text(&e));
}
