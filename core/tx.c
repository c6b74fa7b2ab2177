/*
 * What a write locked, changed and touched, and how it ends: the log, the
 * serial, the stamps.
 */
#include "core/tx.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "core/idempotency.h"
#include "db/log_rows.h"
#include "db/misc_rows.h"

#define KEYS_MAX 100000
#define REACH_MAX 2000

struct tx_domain *
tx_domain_of(struct tx *t, uint64_t id)
{
	for (size_t i = 0; i < t->n_domains; i++)
		if (t->domain[i]->d.id == id)
			return t->domain[i];
	return NULL;
}

static struct tx_domain *
new_domain(struct tx *t, struct err *e)
{
	struct tx_domain *td = arena_alloc(t->arena, sizeof(*td));

	if (!t->domain)
		t->domain = arena_array(
			t->arena, TX_DOMAINS_MAX, sizeof(struct tx_domain *));
	if (!td || !t->domain)
		err_memory(e);
	else if (t->n_domains == TX_DOMAINS_MAX)
		err_set(e, ERR_TOO_LARGE, NULL, "too_many_domains", NULL,
			"one change may touch %d domains", TX_DOMAINS_MAX);
	else
		return td;
	return NULL;
}

bool
tx_lock_domain(struct tx *t, uint64_t id, bool is_exclusive,
	struct tx_domain **out, struct err *e)
{
	struct tx_domain *td = tx_domain_of(t, id);
	bool found;

	if (td) {
		*out = td;
		return true;
	}
	td = new_domain(t, e);
	if (!td
		|| !domain_row_get(t->db, t->arena, id,
			is_exclusive ? ROW_EXCLUSIVE : ROW_SHARED, &td->d,
			&found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, NULL, "not_found", NULL,
			"no such domain");
	td->is_exclusive = is_exclusive;
	t->domain[t->n_domains++] = td;
	*out = td;
	return true;
}

bool
tx_lock_domain_name(struct tx *t, const char *name, struct tx_domain **out,
	struct err *e)
{
	struct tx_domain *td = new_domain(t, e);
	bool found;

	if (!td
		|| !domain_row_find(t->db, t->arena, name, ROW_EXCLUSIVE,
			&td->d, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_NOT_FOUND, NULL, "no_such_domain", name,
			"there is no domain %s here", name);
	td->is_exclusive = true;
	t->domain[t->n_domains++] = td;
	*out = td;
	return true;
}

static int
compare_ids(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool
tx_lock_domains(struct tx *t, const uint64_t *ids, size_t n, struct err *e)
{
	uint64_t *sorted = arena_memdup(t->arena, ids, n * sizeof(*ids));
	struct tx_domain *td;

	if (!sorted)
		return err_memory(e);
	qsort(sorted, n, sizeof(*sorted), compare_ids);
	for (size_t i = 0; i < n; i++)
		if (!tx_lock_domain(t, sorted[i], true, &td, e))
			return false;
	return true;
}

/* Room for `add` more parameters. */
static bool
grow(struct tx *t, struct arg **list, size_t used, size_t *cap, size_t add,
	struct err *e)
{
	struct arg *p;
	size_t want = *cap ? 2 * *cap : 4 * add;

	if (used + add <= *cap)
		return true;
	p = arena_grow(t->arena, *list, *cap * sizeof(**list),
		want * sizeof(**list));
	if (!p)
		return err_memory(e);
	*list = p;
	*cap = want;
	return true;
}

bool
tx_change(struct tx *t, const struct change_in *in, struct err *e)
{
	size_t used = t->n_changes * CHANGE_PARAMS;
	struct arg *p;

	if (!grow(t, &t->change, used, &t->cap_changes, CHANGE_PARAMS, e))
		return false;
	p = t->change + used;
	p[0] = arg_u64(t->prov_id);
	p[1] = arg_u64(t->n_changes);
	p[2] = arg_text(in->noun);
	p[3] = arg_u64(in->noun_id);
	p[4] = arg_id(in->domain_id);
	p[5] = arg_u64(in->op);
	p[6] = arg_text(in->subject);
	p[7] = arg_u64(in->version);
	p[8] = arg_text(in->before);
	p[9] = arg_text(in->after);
	t->n_changes++;
	return true;
}

static bool
has_key(const struct tx *t, char kind, const char *key)
{
	for (size_t i = 0; i < t->n_keys && i < REACH_MAX; i++) {
		const struct arg *p = t->key + i * KEY_PARAMS;

		if (p[2].s[0] == kind && strcmp(p[3].s, key) == 0)
			return true;
	}
	return false;
}

bool
tx_key(struct tx *t, char kind, const char *key, struct err *e)
{
	size_t used = t->n_keys * KEY_PARAMS;
	struct arg *p;

	if (has_key(t, kind, key))
		return true;
	if (t->n_keys >= KEYS_MAX)
		return err_set(e, ERR_TOO_LARGE, NULL, "too_many_keys", NULL,
			"one change touches too many addresses");
	if (!grow(t, &t->key, used, &t->cap_keys, KEY_PARAMS, e))
		return false;
	p = t->key + used;
	p[0] = arg_u64(t->prov_id);
	p[1] = arg_u64(t->n_changes ? t->n_changes - 1 : 0);
	p[2] = arg_text(kind == 'a' ? "a"
			: kind == 'd' ? "d"
			: kind == 'w' ? "w"
				      : "s");
	p[3] = arg_text(key);
	t->n_keys++;
	return true;
}

/*
 * Keys of what refers to the addresses from key `from` on: breadth first, the
 * list of keys itself is the queue.
 */
static bool
follow(struct tx *t, size_t from, struct err *e)
{
	for (size_t i = from; i < t->n_keys; i++) {
		const struct arg *p = t->key + i * KEY_PARAMS;
		struct alias *ref;
		size_t n;

		if (p[2].s[0] != 'a' || addr_is_catch_all(p[3].s))
			continue;
		if (!alias_row_referring(t->db, t->arena, p[3].s, REACH_MAX,
			    &ref, &n, e))
			return false;
		for (size_t k = 0; k < n; k++)
			if (!tx_key(t, 'a', ref[k].address, e))
				return false;
	}
	return true;
}

bool
tx_key_reaching(struct tx *t, const char *address, struct err *e)
{
	size_t from = t->n_keys;

	return tx_key(t, 'a', address, e) && follow(t, from, e);
}

bool
tx_key_into_domain(struct tx *t, const struct domain *d, struct err *e)
{
	size_t from = t->n_keys, n;
	struct alias *ref;

	if (!alias_row_into_domain(t->db, t->arena, d->name, d->id, REACH_MAX,
		    &ref, &n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!tx_key(t, 'a', ref[i].address, e))
			return false;
	return follow(t, from, e);
}

static bool
add_id(struct tx *t, uint64_t **ids, size_t *n, uint64_t id, struct err *e)
{
	uint64_t *p;

	for (size_t i = 0; i < *n; i++)
		if ((*ids)[i] == id)
			return true;
	p = arena_grow(t->arena, *ids, *n * sizeof(*p), (*n + 1) * sizeof(*p));
	if (!p)
		return err_memory(e);
	p[(*n)++] = id;
	*ids = p;
	return true;
}

bool
tx_stamp_mailbox(struct tx *t, uint64_t id, struct err *e)
{
	return add_id(t, &t->mailbox_ids, &t->n_mailbox_ids, id, e);
}

bool
tx_stamp_alias(struct tx *t, uint64_t id, struct err *e)
{
	return add_id(t, &t->alias_ids, &t->n_alias_ids, id, e);
}

bool
tx_stamp_whitelist(struct tx *t, uint64_t id, struct err *e)
{
	return add_id(t, &t->whitelist_ids, &t->n_whitelist_ids, id, e);
}

static bool
take_serial(struct tx *t, struct err *e)
{
	const struct actor *a = t->a;
	struct revision_row r = { .prov_id = t->prov_id,
		.action = t->action,
		.actor_kind = a->kind,
		.admin_id = a->admin_id,
		.actor_name = a->name ? a->name : "",
		.client = a->client ? a->client : "",
		.request_id = a->request_id ? a->request_id : "",
		.note = a->note ? a->note : "",
		.undoes = t->undoes,
		.job_id = t->job_id ? t->job_id : a->job_id,
		.changes = t->n_changes,
		.created_us = t->now_us };

	if (!log_row_serial(t->db, &t->serial, e))
		return false;
	r.serial = t->serial;
	return log_row_revision(t->db, &r, e);
}

static bool
stamp(struct tx *t, struct err *e)
{
	for (size_t i = 0; i < t->n_domains; i++)
		if (t->domain[i]->is_touched
			&& !domain_row_stamp(
				t->db, &t->domain[i]->d, t->serial, e))
			return false;
	return (!t->home || mailbox_row_stamp(t->db, t->home, t->serial, e))
		&& mailbox_row_stamp_ids(t->db, t->mailbox_ids,
			t->n_mailbox_ids, t->serial, e)
		&& alias_row_stamp_ids(
			t->db, t->alias_ids, t->n_alias_ids, t->serial, e)
		&& whitelist_row_stamp_ids(t->db, t->whitelist_ids,
			t->n_whitelist_ids, t->serial, e);
}

bool
tx_finish(struct tx *t, struct err *e)
{
	if (t->n_changes == 0)
		return true;
	if (!log_row_changes(t->db, t->change, t->n_changes, e)
		|| !log_row_keys(t->db, t->key, t->n_keys, e))
		return false;
	if (t->c->is_dry_run)
		return true;
	if (t->c->claim && !claim_row_insert(t->db, t->c->claim->key_hash,
				   t->c->claim->request_hash, t->prov_id,
				   t->now_us, e))
		return false;
	return take_serial(t, e) && stamp(t, e);
}

int64_t
tx_purge_us(const struct tx *t)
{
	return t->now_us + t->c->conf->retention.deleted_days * US_PER_DAY;
}

bool
err_take_duplicate(struct err *e, const char *key)
{
	if (e->code != ERR_CONFLICT || e->n == 0
		|| strcmp(e->item[0].reason, "duplicate") != 0
		|| strcmp(e->item[0].field, key) != 0)
		return false;
	err_clear(e);
	return true;
}
