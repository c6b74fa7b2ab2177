/*
 * A write that was only tried: its changes stand behind the head.
 */
#include <string.h>

#include "db/log_rows.h"
#include "maps/delta.h"
#include "maps/diff_work.h"

/* The keys and changes of a write that was only tried. */
bool
diff_take_trial(struct diff_work *w, const struct actor *a, struct err *e)
{
	const struct core_trial *t = w->q->trial;
	const struct past_act act = { .serial = w->past.head + 1,
		.action = t->action ? t->action : "",
		.actor_name = a->name ? a->name : "",
		.at_us = TIME_NONE };
	struct past_change *items =
		arena_array(w->arena, t->n_changes + 1, sizeof(*items));
	size_t n = 0;

	w->key = arena_array(w->arena, t->n_keys + 1, sizeof(*w->key));
	if (!w->key || !items)
		return err_memory(e);
	for (size_t i = 0; i < t->n_keys; i++)
		if (t->key[i].kind != 's')
			w->key[w->n_keys++] = (struct past_key){ t->key[i].kind,
				t->key[i].key, act };
	for (size_t i = 0; i < t->n_changes; i++) {
		const struct trial_change *x = &t->change[i];
		enum past_noun noun = past_noun_find(x->noun);

		if (noun < PAST_NOUNS)
			items[n++] = (struct past_change){ .noun = noun,
				.noun_id = x->noun_id,
				.domain_id = x->domain_id,
				.op = x->op,
				.subject = x->subject,
				.before = x->before,
				.after = x->after,
				.by = act };
	}
	w->is_too_much = t->n_changes > TRIAL_ROWS_MAX || t->beyond.n > 0;
	return past_add_changes(&w->past, items, n, e);
}

static const char *
domain_of(const struct trial_change *x)
{
	return x->domain_id == 0 ? "" : key_domain(x->subject);
}

/* What was not even tried. */
static bool
count_beyond(struct diff_work *w, struct err *e)
{
	const struct core_trial *t = w->q->trial;
	const char **name;
	size_t n;

	if (!past_domain_names(
		    w->c->db, w->arena, &t->beyond.domain_id, 1, &name, &n, e))
		return false;
	w->out->count[0] = (struct past_count){ t->beyond.noun,
		t->beyond.domain_id, n > 0 ? name[0] : "", t->beyond.n };
	w->out->n_counts = 1;
	return true;
}

/* By noun and domain, as db/past_rows.h has it from the log. */
bool
diff_count_trial(struct diff_work *w, struct err *e)
{
	const struct core_trial *t = w->q->trial;
	struct diff *d = w->out;

	d->count = arena_array(w->arena, DIFF_COUNTS_MAX, sizeof(*d->count));
	if (!d->count)
		return err_memory(e);
	for (size_t i = 0; i < t->n_changes; i++) {
		const struct trial_change *x = &t->change[i];
		size_t k = 0;

		while (k < d->n_counts
			&& (strcmp(d->count[k].noun, x->noun) != 0
				|| d->count[k].domain_id != x->domain_id))
			k++;
		if (k == DIFF_COUNTS_MAX)
			continue;
		if (k == d->n_counts)
			d->count[d->n_counts++] = (struct past_count){ x->noun,
				x->domain_id, domain_of(x), 0 };
		d->count[k].n++;
	}
	return t->beyond.n == 0 || count_beyond(w, e);
}

bool
diff_of_trial(struct core *c, const struct actor *a,
	const struct core_trial *trial, struct diff *out, struct err *e)
{
	struct diff_query q = { .all = { "", 0, 0 }, .trial = trial };
	uint64_t head;

	if (!log_row_head(c->db, &head, e))
		return false;
	q.all = (struct diff_span){ "", head, head + 1 };
	q.routing = q.all;
	return diff_run(c, a, &q, out, e);
}
