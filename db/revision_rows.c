/*
 * SQL of the list of revisions, and of what an undo of many of them meets.
 */
#include "db/revision_rows.h"

#include <string.h>

#include "base/str.h"

#define SCOPE_MAX 256
#define ARGS_MAX (SCOPE_MAX + 48)
#define TEXT_MAX 12288

/* Undone, as long as the undo was not undone itself. NOT EXISTS would be made
 * a table of all undos first; a LIMIT keeps it a look at one key. */
#define UNDONE_BY(serial)                                                      \
	"SELECT MIN(u.serial) FROM revision u WHERE u.undoes = " serial        \
	" AND (SELECT v.serial FROM revision v WHERE v.undoes = u.serial "     \
	"LIMIT 1) IS NULL"

#define COLUMNS                                                                \
	"SELECT r.serial, r.prov_id, r.action, r.actor_kind, r.admin_id, "     \
	"r.actor_name, r.client, r.request_id, r.note, r.undoes, r.job_id, "   \
	"r.changes, r.created, (" UNDONE_BY(                                   \
		"r.serial") "), c.noun, "                                      \
			    "c.noun_id, c.domain_id, c.op, "                   \
			    "c.subject FROM revision r LEFT JOIN `change` c "  \
			    "ON c.prov_id = r.prov_id AND c.seq = 0 WHERE 1 "  \
			    "= 1"
#define OUT                                                                    \
	"uusuussssuuut"                                                        \
	"u"                                                                    \
	"suuus"

struct build {
	struct str text;
	char buf[TEXT_MAX];
	char in[ARGS_MAX + 1];
	struct arg arg[ARGS_MAX];
	size_t n;
	char prefix[2 * REVISION_PREFIX_MAX + 2];
};

static void
term(struct build *b, const char *text, char kind, struct arg a)
{
	if (b->n == ARGS_MAX)
		return;
	str_add(&b->text, text);
	b->in[b->n] = kind;
	b->arg[b->n++] = a;
}

/* ` AND ALIAS.COLUMN OP ?` */
static void
column(struct build *b, const char *alias, const char *test, char kind,
	struct arg a)
{
	str_add(&b->text, " AND ");
	str_add(&b->text, alias);
	term(b, test, kind, a);
}

static void
add_scope(struct build *b, const struct revision_filter *f)
{
	size_t n = f->n_scope < SCOPE_MAX ? f->n_scope : SCOPE_MAX, size = 1;

	while (size < n)
		size *= 2;
	str_add(&b->text,
		" AND EXISTS (SELECT 1 FROM `change` s "
		"WHERE s.prov_id = r.prov_id AND s.domain_id IN (");
	for (size_t i = 0; i < size; i++)
		term(b, i ? ", ?" : "?", 'u',
			arg_u64(n == 0 ? 0 : f->scope[i < n ? i : n - 1]));
	str_add(&b->text, "))");
}

static void
add_range(struct build *b, const struct revision_range *r, const char *alias)
{
	if (r->job_id)
		column(b, alias, ".job_id = ?", 'u', arg_u64(r->job_id));
	if (r->from_serial)
		column(b, alias, ".serial >= ?", 'u', arg_u64(r->from_serial));
	if (r->to_serial)
		column(b, alias, ".serial <= ?", 'u', arg_u64(r->to_serial));
	if (r->admin_id)
		column(b, alias, ".admin_id = ?", 'u', arg_u64(r->admin_id));
	if (r->actor)
		column(b, alias, ".actor_name = ?", 's', arg_text(r->actor));
	if (r->from_us != TIME_NONE)
		column(b, alias, ".created >= ?", 't', arg_time(r->from_us));
	if (r->to_us != TIME_NONE)
		column(b, alias, ".created < ?", 't', arg_time(r->to_us));
}

static void
add_undoable(struct build *b, const struct revision_filter *f)
{
	str_add(&b->text,
		" AND r.action NOT IN ('domain.delete.rows', "
		"'domain.restore.rows') AND (" UNDONE_BY(
			"r.serial") ") IS "
				    "NULL AND (SELECT y.serial FROM revision y "
				    "WHERE y.serial = r.undoes");
	add_range(b, &f->range, "y");
	str_add(&b->text, " LIMIT 1) IS NULL");
}

/* An underscore or a percent sign in it stands for itself. */
static void
add_prefix(struct build *b, const char *prefix)
{
	struct str s = STR_FIXED(b->prefix);

	for (; *prefix; prefix++) {
		if (strchr("\\%_", *prefix))
			str_add_char(&s, '\\');
		str_add_char(&s, *prefix);
	}
	str_add_char(&s, '%');
	term(b,
		" AND r.prov_id IN (SELECT p.prov_id FROM `change` p "
		"WHERE p.subject LIKE ?)",
		's', arg_text(b->prefix));
}

static void
add_noun(struct build *b, const struct revision_filter *f)
{
	if (f->noun && f->noun_id) {
		term(b,
			" AND r.prov_id IN (SELECT n.prov_id FROM `change` n "
			"WHERE n.noun = ?",
			's', arg_text(f->noun));
		term(b, " AND n.noun_id = ?)", 'u', arg_u64(f->noun_id));
	} else if (f->noun) {
		term(b,
			" AND EXISTS (SELECT 1 FROM `change` n "
			"WHERE n.prov_id = r.prov_id AND n.noun = ?)",
			's', arg_text(f->noun));
	}
	if (f->domain_id)
		term(b,
			" AND EXISTS (SELECT 1 FROM `change` g "
			"WHERE g.prov_id = r.prov_id AND g.domain_id = ?)",
			'u', arg_u64(f->domain_id));
}

static void
add_filter(struct build *b, const struct revision_filter *f)
{
	if (f->serial)
		term(b, " AND r.serial = ?", 'u', arg_u64(f->serial));
	if (f->is_scoped)
		add_scope(b, f);
	add_noun(b, f);
	add_range(b, &f->range, "r");
	if (f->action)
		term(b, " AND r.action = ?", 's', arg_text(f->action));
	if (f->prefix)
		add_prefix(b, f->prefix);
	if (f->is_undoable)
		add_undoable(b, f);
	if (f->has_cursor)
		term(b, f->is_back ? " AND r.serial > ?" : " AND r.serial < ?",
			'u', arg_u64(f->cursor));
}

static bool
load(const struct rows *r, struct arena *a, struct revision_view *v)
{
	v->serial = row_u64(r, 0);
	v->prov_id = row_u64(r, 1);
	v->action = row_dup(r, 2, a);
	v->actor_kind = (unsigned)row_u64(r, 3);
	v->admin_id = row_u64(r, 4);
	v->actor_name = row_dup(r, 5, a);
	v->client = row_dup(r, 6, a);
	v->request_id = row_dup(r, 7, a);
	v->note = row_dup(r, 8, a);
	v->undoes = row_u64(r, 9);
	v->job_id = row_u64(r, 10);
	v->changes = row_u64(r, 11);
	v->created_us = row_time(r, 12);
	v->undone_by = row_u64(r, 13);
	v->has_first = !row_is_null(r, 14);
	v->noun = row_dup(r, 14, a);
	v->noun_id = row_u64(r, 15);
	v->domain_id = row_u64(r, 16);
	v->op = (unsigned)row_u64(r, 17);
	v->subject = row_dup(r, 18, a);
	return v->action && v->actor_name && v->client && v->request_id
		&& v->note && v->noun && v->subject;
}

static void
start(struct build *b, const char *text)
{
	b->n = 0;
	b->text = str_over(b->buf, sizeof(b->buf));
	str_add(&b->text, text);
}

static bool
run(struct db *db, struct build *b, const char *out, struct rows *r,
	struct err *e)
{
	if (!str_is_ok(&b->text) || b->n == ARGS_MAX)
		return err_memory(e);
	b->in[b->n] = '\0';
	return db_query_text(db, &(const struct sql){ b->buf, b->in, out },
		b->arg, b->n, r, e);
}

bool
revision_rows(struct db *db, struct arena *a, const struct revision_filter *f,
	size_t max, struct revision_view **items_r, size_t *n_r, struct err *e)
{
	struct build b;
	struct rows r;
	bool ok;

	*n_r = 0;
	start(&b, COLUMNS);
	add_filter(&b, f);
	str_add(&b.text,
		f->is_back ? " ORDER BY r.serial" : " ORDER BY r.serial DESC");
	term(&b, " LIMIT ?", 'u', arg_u64(max));
	if (!run(db, &b, OUT, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
revision_row_count(struct db *db, const struct revision_filter *f,
	uint64_t *revisions_r, uint64_t *changes_r, struct err *e)
{
	struct build b;
	struct rows r;

	*revisions_r = *changes_r = 0;
	start(&b,
		"SELECT COUNT(*), CAST(COALESCE(SUM(r.changes), 0) AS "
		"UNSIGNED) FROM revision r WHERE 1 = 1");
	add_filter(&b, f);
	if (!run(db, &b, "uu", &r, e))
		return false;
	if (rows_next(&r)) {
		*revisions_r = row_u64(&r, 0);
		*changes_r = row_u64(&r, 1);
	}
	return rows_done(&r, e);
}

static bool
load_obstacle(
	const struct rows *r, struct arena *a, struct revision_obstacle *o)
{
	o->serial = row_u64(r, 0);
	o->noun = row_dup(r, 1, a);
	o->noun_id = row_u64(r, 2);
	o->domain_id = row_u64(r, 3);
	o->subject = row_dup(r, 4, a);
	o->later = row_u64(r, 5);
	return o->noun && o->subject;
}

bool
revision_row_obstacles(struct db *db, struct arena *a,
	const struct revision_filter *f, size_t max,
	struct revision_obstacle **items_r, size_t *n_r, struct err *e)
{
	struct build b;
	struct rows r;
	bool ok;

	*n_r = 0;
	start(&b,
		"SELECT r.serial, c.noun, c.noun_id, c.domain_id, c.subject, "
		"l.serial FROM revision r JOIN `change` c "
		"ON c.prov_id = r.prov_id JOIN `change` d ON d.noun = c.noun "
		"AND d.noun_id = c.noun_id AND d.prov_id > c.prov_id "
		"JOIN revision l ON l.prov_id = d.prov_id WHERE (" UNDONE_BY(
			"l.serial") ") IS NULL AND l.undoes IS NULL "
				    "AND NOT (1 = 1");
	add_range(&b, &f->range, "l");
	str_add(&b.text, ")");
	add_filter(&b, f);
	term(&b, " ORDER BY r.serial DESC LIMIT ?", 'u', arg_u64(max));
	if (!run(db, &b, "usuusu", &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load_obstacle(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}
