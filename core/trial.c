/*
 * What a dry run would have changed, copied out of the write that ends.
 */
#include "core/tx.h"

#include "db/log_rows.h"

static const char *
copy(struct arena *a, const struct arg *text, bool *ok)
{
	const char *s = NULL;

	if (text->kind) {
		s = arena_strdup(a, text->s);
		*ok = *ok && s;
	}
	return s;
}

/* The places in the row are those of db/log_rows.h. */
static bool
add_changes(const struct tx *t, struct core_trial *trial, struct err *e)
{
	const size_t size = sizeof(*trial->change);
	bool ok = true;
	void *grown =
		arena_grow(t->arena, trial->change, trial->n_changes * size,
			(trial->n_changes + t->n_changes + 1) * size);

	if (!grown)
		return err_memory(e);
	trial->change = grown;
	for (size_t i = 0; ok && i < t->n_changes; i++) {
		const struct arg *p = t->change + i * CHANGE_PARAMS;

		trial->change[trial->n_changes++] = (struct trial_change){
			.noun = copy(t->arena, &p[2], &ok),
			.noun_id = p[3].u,
			.domain_id = p[4].kind ? p[4].u : 0,
			.op = (unsigned)p[5].u,
			.subject = copy(t->arena, &p[6], &ok),
			.before = copy(t->arena, &p[8], &ok),
			.after = copy(t->arena, &p[9], &ok)
		};
	}
	return ok || err_memory(e);
}

static bool
add_keys(const struct tx *t, struct core_trial *trial, struct err *e)
{
	const size_t size = sizeof(*trial->key);
	bool ok = true;
	void *grown = arena_grow(t->arena, trial->key, trial->n_keys * size,
		(trial->n_keys + t->n_keys + 1) * size);

	if (!grown)
		return err_memory(e);
	trial->key = grown;
	for (size_t i = 0; ok && i < t->n_keys; i++) {
		const struct arg *p = t->key + i * KEY_PARAMS;

		trial->key[trial->n_keys++] =
			(struct trial_key){ .kind = p[2].s[0],
				.key = copy(t->arena, &p[3], &ok) };
	}
	return ok || err_memory(e);
}

bool
tx_report(const struct tx *t, struct core_trial *trial, struct err *e)
{
	trial->action = t->action;
	return add_changes(t, trial, e) && add_keys(t, trial, e);
}
