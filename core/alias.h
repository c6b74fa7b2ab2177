/*
 * Aliases: one address, or `@domain` (the catch-all), to one or many targets.
 *
 * Refused, each by name (ERR_INVALID, field `targets[i]`, subject the target):
 *	alias_to_itself    the alias is its own target
 *	alias_loop         it comes back to itself through other aliases; the
 *	                   text names the way
 *	target_nowhere     in a domain of ours, but neither mailbox nor alias
 *	                   (`taro+tag@d` counts when taro@d is there)
 *	too_deep           more than 20 aliases one behind another
 * and (ERR_CONFLICT, field `address`) `address_taken` by a mailbox or alias,
 * `second_catch_all`. Limit of the domain: ERR_LIMIT, `max_aliases`.
 *
 * A mailbox under a catch-all keeps its own mail; mapd sees to it.
 */
#ifndef CORE_ALIAS_H
#define CORE_ALIAS_H

#include "base/addr.h"
#include "core/core.h"
#include "core/list.h"
#include "db/alias_rows.h"

#define ALIAS_TARGETS_MAX 1000
#define ALIAS_DEPTH_MAX 20

const char *alias_state_name(enum alias_state state);
bool alias_state_find(const char *name, enum alias_state *state_r) MUST_USE;

struct alias_in {
	char address[ADDR_SIZE];
	struct text_list targets;
	char description[801];
	unsigned state; /* index of the words: enum alias_state - 1 */
	bool send_as;
};
extern const struct field alias_create_form[];
extern const struct field alias_patch_form[];

void alias_in_defaults(struct alias_in *in);

bool alias_create(struct core *c, const struct actor *a,
	const struct alias_in *in, struct alias *out, struct err *e) MUST_USE;

/* `targets` replaces them all. */
bool alias_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct alias_in *in,
	const struct form_seen *seen, struct alias *out,
	struct err *e) MUST_USE;

bool alias_get(struct core *c, const struct actor *a, uint64_t id,
	struct alias *out, struct err *e) MUST_USE;
bool alias_find(struct core *c, const struct actor *a, const char *address,
	struct alias *out, struct err *e) MUST_USE;

struct alias_query {
	struct list_query list; /* sort: address, created_at */
	uint64_t domain_id;     /* 0: all */
	enum alias_state state; /* 0: all but deleted */
	const char *target;     /* exactly this, or NULL */
};
/* Items come with their targets. */
bool alias_list(struct core *c, const struct actor *a,
	const struct alias_query *q, struct alias **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

/*
 * An alias that other aliases name is refused like a mailbox (ERR_REFERENCED,
 * one item an alias), unless `remove_targets`: then they lose the target, and
 * one that is left without any is disabled.
 */
bool alias_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, bool remove_targets, struct alias *out,
	struct err *e) MUST_USE;
bool alias_restore(struct core *c, const struct actor *a, uint64_t id,
	struct alias *out, struct err *e) MUST_USE;

struct jsonw;
void alias_write_json(struct jsonw *w, const char *key, const struct alias *al);

#endif
