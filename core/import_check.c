/*
 * The check of an import: its rows are read into staging, then looked at by set
 * queries, range by range. No noun is touched. Each step is one transaction
 * that moves the place in the import's row on; who runs a step goes by that
 * row, so two daemons that both believe they have the job do no harm.
 */
#include <string.h>

#include "base/str.h"
#include "core/import_internal.h"

#define LOOK_ROWS 5000
#define CLEAR_ROWS 20000
#define LIMIT_ROWS 10000
#define DOMAINS_AT_ONCE 20
#define PASSES_MAX 12
/* The phases of a job, for its progress bar: reading counts bytes, the looks
 * count rows. */

struct check {
	uint64_t id;
	struct import im;
	bool is_last;
};

static void
go_to(struct import *im, enum import_phase phase)
{
	im->at.phase = phase;
	im->at.at_row = 0;
	im->at.place = 0;
}

static bool
clear(struct tx *t, struct import *im, struct err *e)
{
	uint64_t n;

	if (!staging_row_delete(t->db, im->id, CLEAR_ROWS, &n, e))
		return false;
	if (n > 0)
		return true;
	go_to(im, PHASE_READ);
	return import_error_delete(t->db, im->id, e);
}

static bool
read_some(struct tx *t, struct import *im, struct err *e)
{
	bool is_last = false;

	if (!import_read_step(t, im, &is_last, e))
		return false;
	if (is_last)
		go_to(im, PHASE_LOOK);
	return true;
}

/* Domains of the range that are not the actor's, or where he may not. */
static bool
look_rights(struct tx *t, const struct staged_range *r, struct err *e)
{
	const char **name;
	uint64_t *id;
	size_t n;

	if (actor_sees_all(t->a))
		return true;
	if (!staging_look_names(t->db, t->arena, r, &name, &id, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_his = id[i] && actor_has_domain(t->a, id[i]);
		const char *text = arena_printf(t->arena,
			is_his ? "you may not import into %s"
			       : "there is no domain %s here",
			name[i]);

		if (is_his && actor_has_right(t->a, id[i], RIGHT_IMPORT))
			continue;
		if (!text)
			return err_memory(e);
		if (!staging_look_foreign(t->db, r, name[i],
			    is_his ? "no_right_import" : "no_such_domain", text,
			    e))
			return false;
	}
	return true;
}

/* Domains and whitelist entries that exist: few, each by itself. */
static bool
look_pending(struct tx *t, const struct staged_range *r, struct err *e)
{
	struct staged *rows;
	size_t n;

	if (!staging_look_pending(t->db, t->arena, r, &rows, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool is_whitelist = rows[i].noun == STAGED_WHITELIST;
		const char *before, *after;

		if (!import_difference(t->c, &rows[i], &before, &after, e)
			|| !staging_row_decide(t->db, r->import_id,
				rows[i].row_no,
				after ? OUTCOME_CHANGED : OUTCOME_UNCHANGED,
				is_whitelist ? STEP_WHITELIST : STEP_DOMAIN, e))
			return false;
	}
	return true;
}

static bool
look(struct tx *t, struct import *im, struct err *e)
{
	const struct staged_range r = { im->id, im->at.at_row,
		im->at.at_row + LOOK_ROWS };
	struct import_options o;

	if (!import_options_read(im->options, &o, t->arena, e)
		|| !staging_look_domains(t->db, &r, e) || !look_rights(t, &r, e)
		|| !staging_look_doubles(t->db, &r, e)
		|| !staging_look_taken(t->db, &r, e)
		|| !staging_look_existing(t->db, &r, e)
		|| !staging_look_mode(
			t->db, &r, o.mode != MODE_UPDATE, o.mode != MODE_ADD, e)
		|| !staging_look_outcome(t->db, &r, e)
		|| !look_pending(t, &r, e))
		return false;
	im->at.at_row = r.to;
	if (r.to >= im->n.rows)
		go_to(im, PHASE_TARGETS);
	return true;
}

static bool
has_aliases(const struct import *im)
{
	return im->noun == STAGED_ALIAS || strcmp(im->source, "csv") != 0;
}

/*
 * An alias that became wrong is nowhere for those that name it, so the rows are
 * gone through until a pass finds nothing. `place` counts passes, twice, and
 * one more when this one found something.
 */
static bool
targets(struct tx *t, struct import *im, struct err *e)
{
	const struct staged_range r = { im->id, im->at.at_row,
		im->at.at_row + LOOK_ROWS };
	uint64_t n = 0;

	if (!has_aliases(im)) {
		go_to(im, PHASE_LEVELS);
		return true;
	}
	if (!staging_look_targets(t->db, &r, &n, e))
		return false;
	im->at.place |= n > 0;
	im->at.at_row = r.to;
	if (r.to < im->n.rows)
		return true;
	if ((im->at.place & 1) && im->at.place < 2 * PASSES_MAX) {
		im->at.place = (im->at.place | 1) + 1;
		im->at.at_row = 0;
		return true;
	}
	go_to(im, PHASE_LEVELS);
	return true;
}

/* Each pass gives a step to the aliases whose targets all have one. */
static bool
levels(struct tx *t, struct import *im, struct err *e)
{
	uint64_t n = 0;
	unsigned step = STEP_ALIAS + (unsigned)im->at.place;

	if (has_aliases(im) && step <= STEP_ALIAS_LAST) {
		if (!staging_look_level(t->db, im->id, step, &n, e))
			return false;
		im->at.place++;
		if (n > 0)
			return true;
	}
	if (has_aliases(im) && !staging_look_circle(t->db, im->id, e))
		return false;
	go_to(im, PHASE_LIMITS);
	return true;
}

/* The counters of a domain as they would be. */
struct limits {
	struct tx *t;
	const struct import *im;
	struct domain *d;
	size_t n, cap;
};

static bool
domain_in_mind(
	struct limits *l, uint64_t id, struct domain **out, struct err *e)
{
	struct domain *p;
	bool found;

	for (size_t i = l->n; i > 0; i--)
		if (l->d[i - 1].id == id) {
			*out = &l->d[i - 1];
			return true;
		}
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;

		p = arena_grow(l->t->arena, l->d, l->cap * sizeof(*p),
			cap * sizeof(*p));
		if (!p)
			return err_memory(e);
		l->d = p;
		l->cap = cap;
	}
	*out = &l->d[l->n];
	if (!domain_row_get(
		    l->t->db, l->t->arena, id, ROW_PLAIN, *out, &found, e))
		return false;
	l->n += found;
	return found || no_such("domain", e);
}

static bool
weigh(struct limits *l, const struct staged_load *row, struct err *e)
{
	struct err why = ERR_EMPTY;
	struct staged s = { .row_no = row->row_no, .line = row->line };
	struct domain *d = NULL;

	if (!domain_in_mind(l, row->domain_id, &d, e))
		return false;
	if (!row->is_mailbox) {
		if (!row->is_new || d->max_aliases == 0
			|| d->alias_count < d->max_aliases) {
			d->alias_count += row->is_new;
			return true;
		}
		(void)err_set(&why, ERR_LIMIT, "address", "max_aliases",
			d->name, "%s has its %lld aliases", d->name,
			(long long)d->max_aliases);
		return import_row_error(l->t, l->im, &s, ERROR_LIMIT, &why, e);
	}
	if (!domain_check_limits(
		    d, row->is_new, row->quota_before, row->quota_after, &why))
		return import_row_error(l->t, l->im, &s, ERROR_LIMIT, &why, e);
	d->mailbox_count += row->is_new;
	d->quota_allotted_bytes += row->quota_after - row->quota_before;
	return true;
}

/* In one step, because the counters are kept in mind; rows of domains without
 * limits are not even read. */
static bool
limits(struct tx *t, struct import *im, struct err *e)
{
	struct limits l = { .t = t, .im = im };
	struct staged_load *rows;
	uint64_t from = 0;
	size_t n;

	do {
		if (!staging_look_limits(t->db, t->arena, im->id, from,
			    LIMIT_ROWS, &rows, &n, e))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!weigh(&l, &rows[i], e))
				return false;
		from = n ? rows[n - 1].row_no : from;
	} while (n == LIMIT_ROWS);
	go_to(im, PHASE_MISSING);
	return true;
}

/* Mailboxes that the file does not name, behind its own rows. The name of the
 * last domain done is in `message` meanwhile. */
static bool
missing(struct tx *t, struct import *im, struct err *e)
{
	struct import_options o;
	const char **name;
	uint64_t added;
	size_t n;

	if (!import_options_read(im->options, &o, t->arena, e))
		return false;
	if (!o.disable_missing || im->noun != STAGED_MAILBOX) {
		go_to(im, PHASE_COUNT);
		return true;
	}
	if (!staging_row_domains(t->db, t->arena, im->id, im->message,
		    DOMAINS_AT_ONCE, &name, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct domain d;
		bool found;

		if (!domain_row_find(
			    t->db, t->arena, name[i], ROW_PLAIN, &d, &found, e))
			return false;
		if (!found || !actor_has_right(t->a, d.id, RIGHT_IMPORT))
			continue;
		if (!staging_row_missing(t->db, im->id, name[i],
			    im->n.rows + im->n.missing, &added, e))
			return false;
		im->n.missing += added;
	}
	im->message = n == DOMAINS_AT_ONCE ? name[n - 1] : "";
	if (n < DOMAINS_AT_ONCE)
		go_to(im, PHASE_COUNT);
	return true;
}

static bool
count(struct tx *t, struct import *im, struct err *e)
{
	struct staged_count *c;
	uint64_t n[OUTCOME_WRONG + 1] = { 0 };
	size_t n_counts;

	if (!staging_row_count(t->db, t->arena, im->id, &c, &n_counts, e))
		return false;
	for (size_t i = 0; i < n_counts; i++)
		if (c[i].outcome <= OUTCOME_WRONG)
			n[c[i].outcome] += c[i].n;
	im->n.new_ = n[OUTCOME_NEW];
	im->n.changed = n[OUTCOME_CHANGED];
	im->n.unchanged = n[OUTCOME_UNCHANGED];
	im->n.wrong = n[OUTCOME_WRONG];
	go_to(im, PHASE_FAILED);
	im->at.at_byte = 0;
	im->at.at_line = 1;
	return true;
}

static bool
failed(struct tx *t, struct import *im, struct err *e)
{
	bool is_last = true;

	if (im->n.wrong > 0 && !import_failed_step(t, im, &is_last, e))
		return false;
	if (!is_last)
		return true;
	go_to(im, PHASE_READY);
	im->state = IMPORT_READY;
	return true;
}

static bool
step_in(struct tx *t, void *ctx, struct err *e)
{
	static bool (*const steps[])(
		struct tx *, struct import *, struct err *) = {
		[PHASE_CLEAR] = clear,
		[PHASE_READ] = read_some,
		[PHASE_LOOK] = look,
		[PHASE_TARGETS] = targets,
		[PHASE_LEVELS] = levels,
		[PHASE_LIMITS] = limits,
		[PHASE_MISSING] = missing,
		[PHASE_COUNT] = count,
		[PHASE_FAILED] = failed,
	};
	struct check *p = ctx;
	struct import *im = &p->im;

	if (!import_locked(t, p->id, im, e))
		return false;
	if (im->state != IMPORT_CHECKING || im->at.phase >= ARRAY_LEN(steps)) {
		p->is_last = true;
		return true;
	}
	if (!steps[im->at.phase](t, im, e))
		return false;
	p->is_last = im->state != IMPORT_CHECKING;
	return import_row_update(t->db, im, e);
}

static void
show_progress(struct job *j, const struct import *im)
{
	bool is_reading = im->at.phase <= PHASE_READ;

	j->phase = is_reading ? "reading" : "checking";
	j->total = is_reading ? im->file_bytes : im->n.rows;
	j->done = is_reading                 ? im->at.at_byte
		: im->at.phase == PHASE_LOOK ? im->at.at_row
					     : im->n.rows;
	if (j->done > j->total)
		j->done = j->total;
	j->failed = im->n.wrong;
}

bool
import_check_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e)
{
	struct check p = { 0 };
	bool is_all;

	(void)max;
	if (!import_of_job(j, &p.id, &is_all))
		return err_set(e, ERR_INVALID, NULL, "bad_args", NULL,
			"the job does not say which import it is of");
	if (!core_run(c, a, "import.check", step_in, &p, NULL, e))
		return false;
	*is_last_r = p.is_last;
	show_progress(j, &p.im);
	return true;
}

bool
import_row_error(struct tx *t, const struct import *im,
	const struct staged *row, unsigned n, const struct err *why,
	struct err *e)
{
	const struct err_item *x = &why->item[0];
	char field[33];

	if (!str_copy(field, sizeof(field), x->field))
		field[0] = '\0';
	return import_error_insert(t->db,
		       (const struct arg[]){ arg_u64(im->id),
			       arg_u64(row->row_no), arg_u64(n),
			       arg_u64(row->line), arg_u64(0), arg_text(field),
			       arg_text(x->subject), arg_text(x->reason),
			       arg_text(x->text) },
		       1, e)
		&& staging_row_wrong(t->db, im->id, row->row_no, e);
}
