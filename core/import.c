/*
 * Imports: their rows, upload, and the jobs that are asked for. What the jobs
 * do is in core/import_check.c and core/import_run.c.
 */
#include "core/import.h"

#include <string.h>

#include "base/csv.h"
#include "base/jsonw.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/import_internal.h"

#define SPOOL_US US_PER_DAY
#define LIST_MAX 200

static const char *const states[] = {
	[IMPORT_UPLOADING] = "uploading",
	[IMPORT_CHECKING] = "checking",
	[IMPORT_READY] = "ready",
	[IMPORT_RUNNING] = "importing",
	[IMPORT_DONE] = "done",
	[IMPORT_FAILED] = "failed",
	[IMPORT_CANCELLED] = "cancelled",
};
static const char *const outcomes[] = { "", "new", "changed", "unchanged",
	"wrong" };
static const char *const noun_words[] = { "mailbox", "alias", "domain",
	"whitelist", NULL };
static const enum staged_noun noun_of_word[] = { STAGED_MAILBOX, STAGED_ALIAS,
	STAGED_DOMAIN, STAGED_WHITELIST };

/* clang-format off */
const struct field import_create_form[] = {
	{ FIELD_AT(struct import_in, noun), .words = noun_words,
		.required = true },
	{ FIELD_AT(struct import_in, file_name), .check = check_line },
	{ 0 }
};
const struct field import_run_form[] = {
	{ FIELD_NAMED(struct import_run_in, is_all, "all_or_nothing") },
	{ FIELD_AT(struct import_run_in, expected_new), .required = true },
	{ FIELD_AT(struct import_run_in, expected_changed),
		.required = true },
	{ FIELD_AT(struct import_run_in, expected_missing) },
	{ 0 }
};
/* clang-format on */

const char *
import_state_name(enum import_state state)
{
	return (unsigned)state < ARRAY_LEN(states) && states[state]
		? states[state]
		: "";
}

const char *
import_outcome_name(enum import_outcome outcome)
{
	return (unsigned)outcome < ARRAY_LEN(outcomes) ? outcomes[outcome] : "";
}

bool
import_owned(const struct actor *a, const struct import *i)
{
	return actor_sees_all(a) || (a->admin_id && a->admin_id == i->admin_id);
}

/* What is for superadmins only. */
static bool
check_noun(const struct actor *a, enum staged_noun noun, struct err *e)
{
	if (noun == STAGED_MAILBOX || noun == STAGED_ALIAS)
		return actor_need_right_somewhere(a, RIGHT_IMPORT, e);
	return actor_need_superadmin(a, e);
}

struct make {
	struct import *im;
};

static bool
make_in(struct tx *t, void *ctx, struct err *e)
{
	struct import *im = ((struct make *)ctx)->im;

	im->created_us = t->now_us;
	im->spool_us = t->now_us + SPOOL_US;
	im->purge_us = t->now_us + t->c->conf->retention.jobs_days * US_PER_DAY;
	return import_row_insert(t->db, im, e);
}

bool
import_create_of(struct core *c, const struct actor *a, const char *source,
	enum staged_noun noun, const char *file_name, struct import *out,
	struct err *e)
{
	struct make m = { out };

	if (!check_noun(a, noun, e))
		return false;
	*out = (struct import){ .state = IMPORT_UPLOADING,
		.source = source,
		.noun = noun,
		.file_name = file_name,
		.options = "{}",
		.notices = "[]",
		.message = "",
		.at.at_line = 1,
		.actor_kind = a->kind,
		.admin_id = a->admin_id,
		.actor_name = a->name ? a->name : "",
		.finished_us = TIME_NONE };
	return core_run(c, a, "import.create", make_in, &m, NULL, e);
}

bool
import_create(struct core *c, const struct actor *a, const struct import_in *in,
	struct import *out, struct err *e)
{
	const char *name = arena_strdup(c->arena, in->file_name);

	return name ? import_create_of(
		       c, a, "csv", noun_of_word[in->noun], name, out, e)
		    : err_memory(e);
}

/*
 * A job that ended otherwise than by its last batch leaves the import as it
 * was: what its job says counts.
 */
static bool
true_state(struct core *c, struct import *i, struct err *e)
{
	const struct actor reader = actor_clock();
	bool is_check = i->state == IMPORT_CHECKING;
	struct job j;

	if (!is_check && i->state != IMPORT_RUNNING)
		return true;
	if (!job_get(c, &reader, is_check ? i->check_job : i->run_job, &j, e)) {
		if (e->code != ERR_NOT_FOUND)
			return false;
		err_clear(e);
		i->state = IMPORT_FAILED;
		return true;
	}
	if (j.state == JOB_FAILED || j.state == JOB_CANCELLED) {
		i->state = j.state == JOB_FAILED ? IMPORT_FAILED
						 : IMPORT_CANCELLED;
		i->message = j.message;
		i->finished_us = j.finished_us;
	}
	return true;
}

bool
import_get(struct core *c, const struct actor *a, uint64_t id,
	struct import *out, struct err *e)
{
	bool found;

	if (!import_row_get(c->db, c->arena, id, false, out, &found, e))
		return false;
	if (!found || !import_owned(a, out))
		return no_such("import", e);
	return true_state(c, out, e);
}

bool
import_list(struct core *c, const struct actor *a, uint64_t before, size_t max,
	struct import **items_r, size_t *n_r, struct err *e)
{
	uint64_t owner = actor_sees_all(a) ? 0 : a->admin_id;

	if (max == 0 || max > LIST_MAX)
		max = LIST_MAX;
	if (!import_row_list(
		    c->db, c->arena, before, owner, max, items_r, n_r, e))
		return false;
	for (size_t i = 0; i < *n_r; i++)
		if (!true_state(c, &(*items_r)[i], e))
			return false;
	return true;
}

bool
import_locked(struct tx *t, uint64_t id, struct import *out, struct err *e)
{
	bool found;

	return import_row_get(t->db, t->arena, id, true, out, &found, e)
		&& (found || no_such("import", e));
}

static void
spool_context(char out[static 64], uint64_t id, unsigned kind, uint64_t seq)
{
	(void)snprintf(out, 64, "import/%llu/%u/%llu", (unsigned long long)id,
		kind, (unsigned long long)seq);
}

bool
import_spool_open(struct tx *t, uint64_t id, unsigned kind,
	const struct spool_row *row, const char **text_r, size_t *len_r,
	struct err *e)
{
	char context[64], *out = arena_alloc(t->arena, row->len + 1);

	spool_context(context, id, kind, row->seq);
	if (!out)
		return err_memory(e);
	*text_r = out;
	return seal_open(&t->c->seal, context, row->data, row->len,
		(uint8_t *)out, row->len, len_r, e);
}

bool
import_spool_put(struct tx *t, uint64_t id, unsigned kind, uint64_t seq,
	uint64_t at_byte, const void *data, size_t len, struct err *e)
{
	uint8_t *out = arena_alloc(t->arena, len + SEAL_OVERHEAD);
	struct spool_row row = {
		.seq = seq, .at_byte = at_byte, .n_bytes = len, .data = out
	};
	char context[64];

	spool_context(context, id, kind, seq);
	if (!out)
		return err_memory(e);
	return seal_close(&t->c->seal, context, data, len, out,
		       len + SEAL_OVERHEAD, &row.len, e)
		&& spool_row_insert(t->db, id, kind, &row, e);
}

struct piece {
	uint64_t id, seq;
	const void *data;
	size_t len;
	struct import im;
};

static bool
piece_in(struct tx *t, void *ctx, struct err *e)
{
	struct piece *p = ctx;
	struct import *im = &p->im;

	if (!import_locked(t, p->id, im, e))
		return false;
	if (!import_owned(t->a, im))
		return no_such("import", e);
	if (im->state != IMPORT_UPLOADING)
		return err_set(e, ERR_CONFLICT, NULL, "not_uploading", NULL,
			"the file is complete already");
	if (p->seq < im->pieces)
		return true;
	if (p->seq > im->pieces)
		return err_set(e, ERR_CONFLICT, "seq", "out_of_order", NULL,
			"piece %llu is next", (unsigned long long)im->pieces);
	if (im->file_bytes + p->len > IMPORT_FILE_MAX)
		return err_set(e, ERR_TOO_LARGE, "file", "file_too_large", NULL,
			"a file may have %llu MB at most",
			(unsigned long long)(IMPORT_FILE_MAX >> 20));
	if (!import_spool_put(t, im->id, SPOOL_FILE, p->seq, im->file_bytes,
		    p->data, p->len, e))
		return false;
	im->pieces++;
	im->file_bytes += p->len;
	return import_row_update(t->db, im, e);
}

bool
import_piece(struct core *c, const struct actor *a, uint64_t id, uint64_t seq,
	const void *data, size_t len, struct import *out, struct err *e)
{
	struct piece p = { .id = id, .seq = seq, .data = data, .len = len };

	if (len == 0)
		return err_set(e, ERR_INVALID, "file", "empty_file", NULL,
			"the file is empty");
	if (len > IMPORT_PIECE_MAX)
		return err_set(e, ERR_TOO_LARGE, "file", "piece_too_large",
			NULL, "a piece has %zu bytes at most",
			IMPORT_PIECE_MAX);
	if ((seq == 0 && !charset_check_text(data, len, e))
		|| !core_run(c, a, "import.upload", piece_in, &p, NULL, e))
		return false;
	*out = p.im;
	return true;
}

/* A job for the import, in the write that asks for it. */
static bool
job_for(struct tx *t, const struct import *im, const char *kind, bool is_all,
	uint64_t total, struct job_row *j, struct err *e)
{
	*j = (struct job_row){ .kind = kind,
		.state = JOB_QUEUED,
		.subject = im->file_name,
		.phase = "",
		.message = "",
		.total = total,
		.args = arena_printf(t->arena, "{\"import\":%llu,\"all\":%s}",
			(unsigned long long)im->id, is_all ? "true" : "false"),
		.created_us = t->now_us,
		.started_us = TIME_NONE,
		.finished_us = TIME_NONE };
	return (j->args || err_memory(e)) && job_make(t, j, e);
}

bool
import_of_job(const struct job *j, uint64_t *id_r, bool *is_all_r)
{
	unsigned long long id = 0;

	if (sscanf(j->args, "{\"import\":%llu", &id) != 1)
		return false;
	*id_r = id;
	*is_all_r = strstr(j->args, "\"all\":true") != NULL;
	return true;
}

static bool
is_active(struct core *c, uint64_t id, const struct actor *a, struct import *im,
	struct err *e)
{
	if (!import_get(c, a, id, im, e))
		return false;
	if (im->state == IMPORT_CHECKING || im->state == IMPORT_RUNNING)
		return err_set(e, ERR_CONFLICT, NULL, "is_running", NULL,
			"a job is at work on it");
	return true;
}

struct ask {
	uint64_t id;
	const char *options, *notices;
	const struct import_run_in *run;
	struct job_row job;
};

static bool
check_in(struct tx *t, void *ctx, struct err *e)
{
	struct ask *p = ctx;
	struct import im;

	if (!import_locked(t, p->id, &im, e))
		return false;
	im.state = IMPORT_CHECKING;
	im.options = p->options;
	im.notices = p->notices;
	im.at = (struct import_place){ .phase = PHASE_CLEAR, .at_line = 1 };
	im.n = (struct import_counts){ 0 };
	im.message = "";
	im.run_job = 0;
	im.finished_us = TIME_NONE;
	im.spool_us = t->now_us + SPOOL_US;
	if (!job_for(t, &im, "import.check", false, im.file_bytes, &p->job, e))
		return false;
	im.check_job = p->job.id;
	return spool_row_delete(t->db, im.id, SPOOL_FAILED, e)
		&& import_row_update(t->db, &im, e);
}

bool
import_check(struct core *c, const struct actor *a, uint64_t id,
	const struct import_options *o, struct job *job_r, struct err *e)
{
	struct ask p = { .id = id, .notices = "[]" };
	struct import_guess g = { 0 };
	struct import im;

	if (!is_active(c, id, a, &im, e))
		return false;
	if (im.state == IMPORT_DONE)
		return err_set(e, ERR_CONFLICT, NULL, "done_already", NULL,
			"it was imported already: upload the file anew");
	if (im.pieces == 0)
		return err_set(e, ERR_CONFLICT, "file", "no_file", NULL,
			"no file was uploaded");
	if (im.spool_us == TIME_NONE)
		return err_set(e, ERR_CONFLICT, "file", "spool_gone", NULL,
			"the file was kept for a day: upload it anew");
	if (strcmp(im.source, "csv") == 0) {
		if (!import_guess(c, a, id, o, &g, e)
			|| !import_options_check(&g, im.noun, e)
			|| !import_options_write(&g, im.noun, c->arena,
				&p.options, &p.notices, e))
			return false;
	} else {
		g.options = *o;
		if (!import_options_write(
			    &g, im.noun, c->arena, &p.options, &p.notices, e))
			return false;
	}
	if (!core_run(c, a, "import.check", check_in, &p, NULL, e))
		return false;
	job_of_row(job_r, &p.job);
	return true;
}

static bool
moved(const char *field, uint64_t is, struct err *e)
{
	return err_set(e, ERR_CONFLICT, field, "count_moved", NULL,
		"these are %llu now", (unsigned long long)is);
}

/* One transaction for all: few enough rows, and nothing wrong. */
static bool
check_all(struct tx *t, const struct import *im, struct err *e)
{
	uint64_t n = im->n.new_ + im->n.changed, weight;

	if (im->n.wrong > 0)
		return err_set(e, ERR_INVALID, "all_or_nothing",
			"has_wrong_rows", NULL,
			"%llu rows are wrong: correct them or import the good "
			"rows",
			(unsigned long long)im->n.wrong);
	if (n > IMPORT_ALL_ROWS)
		return err_set(e, ERR_INVALID, "all_or_nothing",
			"too_many_rows", NULL,
			"all or nothing is one transaction, which carries "
			"%d rows at most: import the good rows, one undo takes "
			"them all back",
			IMPORT_ALL_ROWS);
	if (!staging_row_weight(t->db, im->id, &weight, e))
		return false;
	return weight < IMPORT_ALL_WEIGHT
		|| err_set(e, ERR_INVALID, "all_or_nothing", "too_many_rows",
			NULL,
			"all or nothing is one transaction of under %d rows "
			"in the database, and these need some %llu (the parts "
			"of names count too): import the good rows, one undo "
			"takes them all back",
			IMPORT_ALL_WEIGHT, (unsigned long long)weight);
}

static bool
run_in(struct tx *t, void *ctx, struct err *e)
{
	struct ask *p = ctx;
	struct import im;
	bool is_again;
	uint64_t total;

	if (!import_locked(t, p->id, &im, e))
		return false;
	is_again = im.at.phase > PHASE_READY;
	if ((uint64_t)p->run->expected_new != im.n.new_)
		return moved("expected_new", im.n.new_, e);
	if ((uint64_t)p->run->expected_changed != im.n.changed)
		return moved("expected_changed", im.n.changed, e);
	if ((uint64_t)p->run->expected_missing != im.n.missing)
		return moved("expected_missing", im.n.missing, e);
	if (p->run->is_all && !check_all(t, &im, e))
		return false;
	total = im.n.new_ + im.n.changed;
	if (!is_again)
		im.at = (struct import_place){ .phase = PHASE_HASH };
	im.state = IMPORT_RUNNING;
	im.message = "";
	im.finished_us = TIME_NONE;
	im.spool_us = t->now_us + SPOOL_US;
	if (!job_for(t, &im, "import.run", p->run->is_all, total, &p->job, e))
		return false;
	im.run_job = p->job.id;
	return import_row_update(t->db, &im, e);
}

bool
import_run(struct core *c, const struct actor *a, uint64_t id,
	const struct import_run_in *in, struct job *job_r, struct err *e)
{
	struct ask p = { .id = id, .run = in };
	struct import im;

	if (!is_active(c, id, a, &im, e) || !check_noun(a, im.noun, e))
		return false;
	if (im.state == IMPORT_DONE)
		return err_set(e, ERR_CONFLICT, NULL, "done_already", NULL,
			"it was imported already");
	if (im.at.phase < PHASE_READY)
		return err_set(e, ERR_CONFLICT, NULL, "not_checked", NULL,
			"check the file first");
	if (im.n.new_ + im.n.changed == 0)
		return err_set(e, ERR_CONFLICT, NULL, "nothing_to_do", NULL,
			"no row is new or changed");
	if (im.spool_us == TIME_NONE)
		return err_set(e, ERR_CONFLICT, "file", "spool_gone", NULL,
			"the rows were kept for a day: upload the file anew");
	if (!core_run(c, a, "import.run", run_in, &p, NULL, e))
		return false;
	job_of_row(job_r, &p.job);
	return true;
}

static void
write_counts(struct jsonw *w, const struct import_counts *n)
{
	jsonw_object(w, "counts");
	jsonw_uint(w, "rows", n->rows);
	jsonw_uint(w, "new", n->new_);
	jsonw_uint(w, "changed", n->changed);
	jsonw_uint(w, "unchanged", n->unchanged);
	jsonw_uint(w, "wrong", n->wrong);
	jsonw_uint(w, "missing", n->missing);
	jsonw_uint(w, "failed", n->failed);
	jsonw_uint(w, "made", n->made);
	jsonw_uint(w, "passwords", n->passwords);
	jsonw_end(w);
}

static void
write_id(struct jsonw *w, const char *key, uint64_t id)
{
	if (id)
		jsonw_uint(w, key, id);
	else
		jsonw_null(w, key);
}

void
import_write_json(struct jsonw *w, const char *key, const struct import *i)
{
	jsonw_object(w, key);
	jsonw_uint(w, "id", i->id);
	jsonw_str(w, "state", import_state_name(i->state));
	jsonw_str(w, "source", i->source);
	jsonw_str(w, "noun", staged_noun_name((enum staged_noun)i->noun));
	jsonw_str(w, "file_name", i->file_name);
	jsonw_uint(w, "file_bytes", i->file_bytes);
	jsonw_uint(w, "pieces", i->pieces);
	jsonw_raw(w, "options", i->options);
	jsonw_raw(w, "notices", i->notices);
	write_counts(w, &i->n);
	write_id(w, "check_job_id", i->check_job);
	write_id(w, "run_job_id", i->run_job);
	jsonw_bool(w, "is_checked", i->at.phase >= PHASE_READY);
	jsonw_bool(w, "has_spool", i->spool_us != TIME_NONE);
	jsonw_str(w, "message", i->message);
	jsonw_object(w, "actor");
	jsonw_str(w, "kind", actor_kind_name((enum actor_kind)i->actor_kind));
	write_id(w, "admin_id", i->admin_id);
	jsonw_str(w, "name", i->actor_name);
	jsonw_end(w);
	jsonw_time(w, "created_at", i->created_us);
	jsonw_time(w, "finished_at", i->finished_us);
	jsonw_end(w);
}

struct gone {
	uint64_t id;
	uint64_t n;
	struct import im;
};

/* A batch of what it staged, then its spool. */
static bool
sweep_in(struct tx *t, void *ctx, struct err *e)
{
	struct gone *p = ctx;

	if (!import_locked(t, p->id, &p->im, e)
		|| !staging_row_delete(t->db, p->id, 2000, &p->n, e))
		return false;
	if (p->n > 0)
		return true;
	p->im.spool_us = TIME_NONE;
	return spool_row_delete(t->db, p->id, SPOOL_FILE, e)
		&& spool_row_delete(t->db, p->id, SPOOL_PASSWORDS, e)
		&& spool_row_delete(t->db, p->id, SPOOL_FAILED, e)
		&& import_row_update(t->db, &p->im, e);
}

static bool
end_in(struct tx *t, void *ctx, struct err *e)
{
	struct gone *p = ctx;

	if (!import_locked(t, p->id, &p->im, e))
		return false;
	if (p->im.state != IMPORT_DONE) {
		p->im.state = IMPORT_CANCELLED;
		p->im.finished_us = t->now_us;
	}
	/* The clock takes the rest away. */
	p->im.spool_us = t->now_us;
	return import_row_update(t->db, &p->im, e);
}

bool
import_discard(struct core *c, const struct actor *a, uint64_t id,
	struct import *out, struct err *e)
{
	struct gone p = { .id = id };

	if (!is_active(c, id, a, out, e)
		|| !core_run(c, a, "import.discard", end_in, &p, NULL, e))
		return false;
	*out = p.im;
	return true;
}

static bool
purge_in(struct tx *t, void *ctx, struct err *e)
{
	return import_row_delete(t->db, *(const uint64_t *)ctx, e);
}

bool
due_imports(struct core *c, uint64_t *done_r, struct err *e)
{
	const struct actor clock = actor_clock();
	struct gone p = { 0 };
	uint64_t id;

	*done_r = 0;
	if (!import_row_due_spool(c->db, c->now(), &p.id, e))
		return false;
	if (p.id) {
		*done_r = 1;
		return core_run(
			c, &clock, "import.sweep", sweep_in, &p, NULL, e);
	}
	if (!import_row_due(c->db, c->now(), &id, e) || id == 0)
		return !err_is_set(e);
	*done_r = 1;
	return core_run(c, &clock, "import.purge", purge_in, &id, NULL, e);
}
