/*
 * The relay whitelist: networks that may send without signing in.
 *
 * The network is canonical; host bits, /0 and what is wider than
 * [limits] whitelist_min_prefix4 and 6 are refused (base/cidr.h). An entry
 * with the same network is ERR_CONFLICT, `network_taken`; overlaps are allowed
 * and told (`overlaps`). An expiry lies in the future (`in_the_past`); the
 * clock then makes the entry expired, and mapd closes it by itself even when
 * the database is away. Superadmins only.
 */
#ifndef CORE_WHITELIST_H
#define CORE_WHITELIST_H

#include "base/cidr.h"
#include "core/core.h"
#include "core/list.h"
#include "db/whitelist_rows.h"

const char *whitelist_state_name(enum whitelist_state state);
bool whitelist_state_find(
	const char *name, enum whitelist_state *state_r) MUST_USE;

struct whitelist_in {
	char network[CIDR_TEXT_SIZE];
	char note[801];
	char owner[801];
	int64_t expires_us;
	unsigned state; /* index of the words: enum whitelist_state - 1 */
};
extern const struct field whitelist_create_form[];
extern const struct field whitelist_patch_form[];

void whitelist_in_defaults(struct whitelist_in *in);

bool whitelist_create(struct core *c, const struct actor *a,
	const struct whitelist_in *in, struct whitelist *out,
	struct err *e) MUST_USE;
bool whitelist_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct whitelist_in *in,
	const struct form_seen *seen, struct whitelist *out,
	struct err *e) MUST_USE;
bool whitelist_get(struct core *c, const struct actor *a, uint64_t id,
	struct whitelist *out, struct err *e) MUST_USE;
bool whitelist_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct whitelist *out, struct err *e) MUST_USE;

/* One that was deleted comes back active; its expiry may not have passed. */
bool whitelist_restore(struct core *c, const struct actor *a, uint64_t id,
	struct whitelist *out, struct err *e) MUST_USE;

struct whitelist_query {
	struct list_query list;     /* sort: network, created_at, expires_at */
	enum whitelist_state state; /* 0: active and disabled */
};
bool whitelist_list(struct core *c, const struct actor *a,
	const struct whitelist_query *q, struct whitelist **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

struct jsonw;
void whitelist_write_json(
	struct jsonw *w, const char *key, const struct whitelist *wl);

#endif
