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
#define SLOTS_LEAST 64

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
tx_lock_domain_name(
	struct tx *t, const char *name, struct tx_domain **out, struct err *e)
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
	p = arena_grow(
		t->arena, *list, *cap * sizeof(**list), want * sizeof(**list));
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

static size_t
key_hash(char kind, const char *key)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ (uint8_t)kind;

	for (; *key; key++)
		h = (h ^ (uint8_t)*key) * UINT64_C(1099511628211);
	return (size_t)(h ^ (h >> 32));
}

/* Where the key is, or the free place for it; holds 1 + its number. */
static size_t *
key_slot(const struct tx *t, char kind, const char *key)
{
	size_t i = key_hash(kind, key) & (t->key_slots - 1);

	for (; t->key_slot[i]; i = (i + 1) & (t->key_slots - 1)) {
		const struct arg *p =
			t->key + (t->key_slot[i] - 1) * KEY_PARAMS;

		if (p[2].s[0] == kind && strcmp(p[3].s, key) == 0)
			break;
	}
	return &t->key_slot[i];
}

/* A place for one key more; at most half of them are taken. */
static bool
grow_slots(struct tx *t, struct err *e)
{
	size_t want = t->key_slots ? 2 * t->key_slots : SLOTS_LEAST;

	if (2 * t->n_keys < t->key_slots)
		return true;
	t->key_slot = arena_array(t->arena, want, sizeof(*t->key_slot));
	if (!t->key_slot)
		return err_memory(e);
	t->key_slots = want;
	for (size_t i = 0; i < t->n_keys; i++) {
		const struct arg *p = t->key + i * KEY_PARAMS;

		*key_slot(t, p[2].s[0], p[3].s) = i + 1;
	}
	return true;
}

bool
tx_key(struct tx *t, char kind, const char *key, struct err *e)
{
	size_t used = t->n_keys * KEY_PARAMS, *slot;
	struct arg *p;

	if (!grow_slots(t, e))
		return false;
	slot = key_slot(t, kind, key);
	if (*slot)
		return true;
	if (t->n_keys >= KEYS_MAX)
		return err_set(e, ERR_TOO_LARGE, NULL, "too_many_keys", NULL,
			"one change touches too many addresses");
	if (!grow(t, &t->key, used, &t->cap_keys, KEY_PARAMS, e))
		return false;
	p = t->key + used;
	p[0] = arg_u64(t->prov_id);
	p[1] = arg_u64(t->n_changes ? t->n_changes - 1 : 0);
	p[2] = arg_text(kind == 'a'   ? "a"
			: kind == 'd' ? "d"
			: kind == 'w' ? "w"
				      : "s");
	p[3] = arg_text(key);
	*slot = ++t->n_keys;
	return true;
}

static bool
key_aliases(struct tx *t, const struct alias *al, size_t n, struct err *e)
{
	if (n > KEYS_MAX)
		return err_set(e, ERR_TOO_LARGE, NULL, "too_many_keys", NULL,
			"one change touches too many addresses");
	for (size_t i = 0; i < n; i++)
		if (!tx_key(t, 'a', al[i].address, e))
			return false;
	return true;
}

static bool
key_into(struct tx *t, const char *name, uint64_t id, struct err *e)
{
	struct alias *al;
	size_t n;

	return alias_row_into_domain(
		       t->db, t->arena, name, id, KEYS_MAX + 1, &al, &n, e)
		&& key_aliases(t, al, n, e);
}

/*
 * What refers to the address. A catch-all stands for every address of its
 * domain; its own domain is rendered whole when its line comes or goes.
 */
static bool
key_referring(struct tx *t, const char *address, struct err *e)
{
	struct alias *al;
	uint64_t id;
	size_t n;

	if (addr_is_catch_all(address))
		return domain_row_id(t->db, address + 1, &id, e)
			&& key_into(t, address + 1, id, e);
	return alias_row_referring(
		       t->db, t->arena, address, KEYS_MAX + 1, &al, &n, e)
		&& key_aliases(t, al, n, e);
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

		if (p[2].s[0] == 'a' && !key_referring(t, p[3].s, e))
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
	size_t from = t->n_keys;

	return key_into(t, d->name, d->id, e) && follow(t, from, e);
}

bool
tx_key_aliases(
	struct tx *t, const char *const *address, size_t n, struct err *e)
{
	size_t from = t->n_keys;

	for (size_t i = 0; i < n; i++)
		if (!tx_key(t, 'a', address[i], e))
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
		&& mailbox_row_stamp_many(
			t->db, t->homes, t->n_homes, t->serial, e)
		&& mailbox_row_stamp_ids(
			t->db, t->mailbox_ids, t->n_mailbox_ids, t->serial, e)
		&& alias_row_stamp_ids(
			t->db, t->alias_ids, t->n_alias_ids, t->serial, e)
		&& whitelist_row_stamp_ids(t->db, t->whitelist_ids,
			t->n_whitelist_ids, t->serial, e);
}

bool
tx_finish(struct tx *t, struct err *e)
{
	if (t->c->claim && !t->c->is_dry_run
		&& !claim_row_insert(t->db, t->c->claim->key_hash,
			t->c->claim->request_hash, t->prov_id, t->now_us, e))
		return false;
	if (t->n_changes == 0)
		return true;
	if (!log_row_changes(t->db, t->change, t->n_changes, e)
		|| !log_row_keys(t->db, t->key, t->n_keys, e))
		return false;
	if (t->c->is_dry_run)
		return true;
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
