/*
 * The import itself: passwords are hashed first, on all cores, then the rows
 * become nouns in batches of a thousand, each its own write and revision; or
 * all of them in one. The place moves in the same transaction.
 */
#include <string.h>

#include "base/str.h"
#include "base/text.h"
#include "core/import_internal.h"

#define APPLY_ROWS 1000
#define HASH_SLOW 64
#define HASH_QUICK 512
#define SWEEP_ROWS 10000

struct run {
	uint64_t id;
	bool is_all;
	struct import im;
	bool is_last;
	uint64_t hashed;
};

static void
go_to(struct import *im, enum import_phase phase)
{
	im->at.phase = phase;
	im->at.at_row = 0;
	im->at.place = 0;
}

/* The passwords of a batch: opened or made, wiped when they are hashed. */
struct plain {
	char (*text)[PASSWORD_MAX + 1];
	const char **list;
	char (*hash)[PASSWORD_HASH_SIZE];
};

static bool
open_one(struct tx *t, uint64_t id, const struct staged *row,
	char out[static PASSWORD_MAX + 1], struct err *e)
{
	char context[64];
	size_t len;

	if (!row->sealed) {
		password_generate(out);
		return true;
	}
	(void)snprintf(context, sizeof(context), "staging/%llu/%llu",
		(unsigned long long)id, (unsigned long long)row->row_no);
	if (row->sealed_len > PASSWORD_MAX + SEAL_OVERHEAD
		|| !seal_open(&t->c->seal, context, row->sealed,
			row->sealed_len, (uint8_t *)out, PASSWORD_MAX, &len, e))
		return false;
	out[len] = '\0';
	return true;
}

/* The passwords that were made, for the one who asked: lines of CSV. */
static bool
keep_made(struct tx *t, struct import *im, const struct staged *rows,
	const struct plain *p, size_t n, struct err *e)
{
	struct str out = str_in(t->arena, IMPORT_PIECE_MAX);
	uint64_t pieces, bytes;
	uint64_t made = 0;
	bool ok;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].sealed)
			continue;
		str_addf(&out, "%s,%s\r\n", rows[i].subject, p->text[i]);
		made++;
	}
	if (made == 0)
		return true;
	im->n.passwords += made;
	ok = str_is_ok(&out)
		&& spool_row_size(
			t->db, im->id, SPOOL_PASSWORDS, &pieces, &bytes, e)
		&& import_spool_put(t, im->id, SPOOL_PASSWORDS, im->at.at_row,
			bytes, str_text(&out), out.len, e);
	explicit_bzero(out.data, out.len);
	return ok || err_memory(e);
}

static bool
hash_here(enum password_scheme scheme, const struct plain *p, size_t n,
	struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (!password_hash(scheme, p->list[i], p->hash[i], e))
			return false;
	return true;
}

static bool
store(struct tx *t, const struct import *im, const struct staged *rows,
	const struct plain *p, size_t n, struct err *e)
{
	struct arg *args =
		arena_array(t->arena, n * STAGED_HASH_PARAMS, sizeof(*args));

	if (!args)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		struct arg *a = args + i * STAGED_HASH_PARAMS;

		a[0] = arg_bytes(p->hash[i], strlen(p->hash[i]));
		a[1] = arg_u64(im->id);
		a[2] = arg_u64(rows[i].row_no);
	}
	return staging_row_hashed(t->db, args, n, e);
}

static bool
hash_batch(struct tx *t, struct import *im, const struct staged *rows,
	const struct plain *p, size_t n, struct err *e)
{
	enum password_scheme scheme = t->c->conf->password.scheme;
	const struct hasher *h = t->c->hasher;

	for (size_t i = 0; i < n; i++) {
		p->list[i] = p->text[i];
		if (!open_one(t, im->id, &rows[i], p->text[i], e))
			return false;
	}
	return (h ? h->hash(h, scheme, p->list, p->hash, n, e)
		  : hash_here(scheme, p, n, e))
		&& store(t, im, rows, p, n, e)
		&& keep_made(t, im, rows, p, n, e);
}

static bool
hash_some(struct tx *t, struct run *r, struct err *e)
{
	struct import *im = &r->im;
	bool is_quick = t->c->conf->password.scheme == PASSWORD_SHA512_CRYPT;
	struct plain p;
	struct staged *rows;
	size_t n;
	bool ok;

	if (!staging_row_unhashed(t->db, t->arena, im->id, im->at.at_row,
		    is_quick ? HASH_QUICK : HASH_SLOW, &rows, &n, e))
		return false;
	if (n == 0) {
		go_to(im, PHASE_APPLY);
		return true;
	}
	p.text = arena_array(t->arena, n, sizeof(*p.text));
	p.list = arena_array(t->arena, n, sizeof(*p.list));
	p.hash = arena_array(t->arena, n, sizeof(*p.hash));
	if (!p.text || !p.list || !p.hash)
		return err_memory(e);
	im->at.at_row = rows[n - 1].row_no;
	im->at.place += n;
	ok = hash_batch(t, im, rows, &p, n, e);
	explicit_bzero(p.text, n * sizeof(*p.text));
	return ok;
}

/* The step that `place` says, or the next one that has rows. */
static bool
apply_some(
	struct tx *t, struct run *r, size_t max, bool *is_done_r, struct err *e)
{
	struct import *im = &r->im;
	struct staged *rows;
	uint64_t step;
	size_t n = 0;

	*is_done_r = false;
	if (im->at.place > 0
		&& !staging_row_next(t->db, t->arena, im->id,
			(unsigned)im->at.place, im->at.at_row, max, &rows, &n,
			e))
		return false;
	if (n == 0) {
		if (!staging_row_step_after(
			    t->db, im->id, (unsigned)im->at.place, &step, e))
			return false;
		*is_done_r = step == 0;
		im->at.place = step;
		im->at.at_row = 0;
		return true;
	}
	im->at.at_row = rows[n - 1].row_no;
	return import_apply(t, im, rows, n, r->is_all, e);
}

/* All steps in one transaction. */
static bool
apply_all(struct tx *t, struct run *r, struct err *e)
{
	bool is_done = false;

	while (!is_done)
		if (!apply_some(t, r, IMPORT_ALL_ROWS, &is_done, e))
			return false;
	return true;
}

static bool
apply(struct tx *t, struct run *r, struct err *e)
{
	struct import *im = &r->im;
	bool is_done = true;

	if (r->is_all ? !apply_all(t, r, e)
		      : !apply_some(t, r, APPLY_ROWS, &is_done, e))
		return false;
	if (!is_done)
		return true;
	go_to(im, PHASE_LEFT);
	im->at.at_byte = 0;
	im->at.at_line = 1;
	/* The rows that were wrong before are among them again. */
	return im->n.failed == 0
		|| spool_row_delete(t->db, im->id, SPOOL_FAILED, e);
}

static bool
left(struct tx *t, struct run *r, struct err *e)
{
	bool is_last = true;

	if (r->im.n.failed > 0 && !import_failed_step(t, &r->im, &is_last, e))
		return false;
	if (is_last)
		go_to(&r->im, PHASE_SWEEP);
	return true;
}

/* Staged rows are not needed any more; the file neither. */
static bool
sweep(struct tx *t, struct run *r, struct err *e)
{
	struct import *im = &r->im;
	uint64_t n;

	if (!staging_row_delete(t->db, im->id, SWEEP_ROWS, &n, e))
		return false;
	if (n > 0)
		return true;
	if (!spool_row_delete(t->db, im->id, SPOOL_FILE, e))
		return false;
	go_to(im, PHASE_DONE);
	im->state = IMPORT_DONE;
	im->finished_us = t->now_us;
	im->spool_us = t->now_us + US_PER_DAY;
	return true;
}

static bool
step_in(struct tx *t, void *ctx, struct err *e)
{
	struct run *r = ctx;
	struct import *im = &r->im;
	bool ok;

	if (!import_locked(t, r->id, im, e))
		return false;
	if (im->state != IMPORT_RUNNING) {
		r->is_last = true;
		return true;
	}
	switch (im->at.phase) {
	case PHASE_HASH:
		ok = hash_some(t, r, e);
		break;
	case PHASE_APPLY:
		ok = apply(t, r, e);
		break;
	case PHASE_LEFT:
		ok = left(t, r, e);
		break;
	default:
		ok = sweep(t, r, e);
	}
	if (!ok)
		return false;
	r->is_last = im->state != IMPORT_RUNNING;
	return import_row_update(t->db, im, e);
}

static void
show_progress(struct job *j, const struct import *im)
{
	uint64_t all = im->n.new_ + im->n.changed;

	j->total = all;
	j->failed = im->n.failed;
	if (im->at.phase == PHASE_HASH) {
		j->phase = "hashing";
		j->done = im->at.place;
		return;
	}
	j->phase = im->at.phase == PHASE_APPLY ? "importing" : "finishing";
	j->done = im->n.made + im->n.failed;
	if (im->at.phase > PHASE_APPLY)
		j->done = all;
}

bool
import_run_batch(struct core *c, const struct actor *a, struct job *j,
	unsigned max, bool *is_last_r, struct err *e)
{
	struct run r = { 0 };

	(void)max;
	if (!import_of_job(j, &r.id, &r.is_all))
		return err_set(e, ERR_INVALID, NULL, "bad_args", NULL,
			"the job does not say which import it is of");
	if (!core_run(c, a, "import", step_in, &r, NULL, e))
		return false;
	*is_last_r = r.is_last;
	show_progress(j, &r.im);
	return true;
}

struct trial {
	struct run r;
	uint64_t n;
};

/* As the import would do it, without passwords: none is hashed for a look. */
static bool
try_in(struct tx *t, void *ctx, struct err *e)
{
	struct trial *p = ctx;

	if (!import_locked(t, p->r.id, &p->r.im, e))
		return false;
	p->r.is_all = false;
	go_to(&p->r.im, PHASE_APPLY);
	p->r.im.n.failed = 0;
	if (!apply_all(t, &p->r, e))
		return false;
	p->n = p->r.im.n.failed;
	return true;
}

bool
import_try(struct core *c, const struct actor *a, uint64_t id, struct err *e)
{
	struct trial p = { .r.id = id };
	struct import im;
	uint64_t n;

	if (!import_get(c, a, id, &im, e))
		return false;
	if (im.state == IMPORT_CHECKING || im.state == IMPORT_RUNNING
		|| im.at.phase < PHASE_READY || im.at.phase >= PHASE_SWEEP)
		return err_set(e, ERR_CONFLICT, NULL, "not_checked", NULL,
			"there is nothing that is checked and not imported");
	n = im.n.new_ + im.n.changed;
	if (n > TRIAL_ROWS_MAX) {
		c->trial->beyond.noun =
			staged_noun_name((enum staged_noun)im.noun);
		c->trial->beyond.n = n;
		return true;
	}
	if (!core_run(c, a, "import", try_in, &p, NULL, e))
		return false;
	c->trial->refused += p.n;
	return true;
}
