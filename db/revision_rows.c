/*
 * SQL of the list of revisions.
 */
#include "db/revision_rows.h"

#include <string.h>

#include "base/str.h"

#define SCOPE_MAX 256
#define ARGS_MAX (SCOPE_MAX + 16)

#define COLUMNS                                                                \
	"SELECT r.serial, r.prov_id, r.action, r.actor_kind, r.admin_id, "     \
	"r.actor_name, r.client, r.request_id, r.note, r.undoes, r.job_id, "   \
	"r.changes, r.created, (SELECT MIN(u.serial) FROM revision u "         \
	"WHERE u.undoes = r.serial), c.noun, c.noun_id, c.domain_id, c.op, "   \
	"c.subject FROM revision r LEFT JOIN `change` c "                      \
	"ON c.prov_id = r.prov_id AND c.seq = 0 WHERE 1 = 1"
#define OUT                                                                    \
	"uusuussssuuut"                                                        \
	"u"                                                                    \
	"suuus"

struct build {
	struct str text;
	char buf[4096];
	char in[ARGS_MAX + 1];
	struct arg arg[ARGS_MAX];
	size_t n;
};

static void
term(struct build *b, const char *text, char kind, struct arg a)
{
	str_add(&b->text, text);
	b->in[b->n] = kind;
	b->arg[b->n++] = a;
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
add_filter(struct build *b, const struct revision_filter *f)
{
	if (f->serial)
		term(b, " AND r.serial = ?", 'u', arg_u64(f->serial));
	if (f->is_scoped)
		add_scope(b, f);
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
	if (f->admin_id)
		term(b, " AND r.admin_id = ?", 'u', arg_u64(f->admin_id));
	if (f->from_us != TIME_NONE)
		term(b, " AND r.created >= ?", 't', arg_time(f->from_us));
	if (f->to_us != TIME_NONE)
		term(b, " AND r.created < ?", 't', arg_time(f->to_us));
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

bool
revision_rows(struct db *db, struct arena *a, const struct revision_filter *f,
	size_t max, struct revision_view **items_r, size_t *n_r, struct err *e)
{
	struct build *b = arena_alloc(a, sizeof(*b));
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!b)
		return err_memory(e);
	b->text = str_over(b->buf, sizeof(b->buf));
	str_add(&b->text, COLUMNS);
	add_filter(b, f);
	str_add(&b->text,
		f->is_back ? " ORDER BY r.serial" : " ORDER BY r.serial DESC");
	term(b, " LIMIT ?", 'u', arg_u64(max));
	if (!str_is_ok(&b->text))
		return err_memory(e);
	if (!db_query_text(db, &(const struct sql){ b->buf, b->in, OUT },
		    b->arg, b->n, &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r))
		ok = load(&r, a, &(*items_r)[(*n_r)++]);
	return rows_done(&r, e) && (ok || err_memory(e));
}
