/*
 * What may go live: the mode, what people approved, and the hold of a
 * rollback. Pure; mta/gate.h fills it from the rows and the node's state.
 *
 * A key waits while its last change is newer than what is approved of its
 * domain (reviewed mode), or newer than the hold. Its routing lines then stay
 * as they are live; its account and sender_login lines go live at once. A key
 * also waits while a change of its whole domain does: the domain itself, or
 * its catch-all, on which every line of the domain may depend.
 */
#ifndef MAPS_GATE_H
#define MAPS_GATE_H

#include "base/base.h"
#include "base/err.h"
#include "maps/lines.h"
#include "maps/waiting.h"
#include "maps/whitelist.h"

struct gate_approval {
	char *domain;
	uint64_t serial, guard_serial;
};

/* {0} lets everything pass. */
struct gate {
	bool is_reviewed;
	bool is_held;
	uint64_t hold;                  /* the serial at which routing stands */
	uint64_t everything;            /* approved of all domains */
	struct gate_approval *approval; /* sorted by domain */
	size_t n, cap;
};

/* Take what was approved away (mode and hold stay). */
void gate_clear(struct gate *g);
void gate_free(struct gate *g);

/* Add a row of approvals; '' is everything. gate_sort before use. */
bool gate_add(struct gate *g, const char *domain, uint64_t serial,
	uint64_t guard_serial, struct err *e) MUST_USE;
void gate_sort(struct gate *g);

/* Does everything pass? */
bool gate_is_open(const struct gate *g);

/* What is approved of a domain; UINT64_MAX in automatic mode. */
uint64_t gate_approved(const struct gate *g, const char *domain);

/* Up to which serial a person has confirmed what the guard held. */
uint64_t gate_confirmed(const struct gate *g, const char *domain);

/* No change up to this serial waits; `head` where none can. */
uint64_t gate_floor(const struct gate *g, uint64_t head);

/* Does a change of this domain (`""`: of the whitelist) at `serial` wait? */
bool gate_waits(const struct gate *g, const char *domain, uint64_t serial);

/*
 * Does a key wait, by itself or with its domain? Looked for in `newer`, then
 * in `older`; either may be NULL.
 */
bool gate_key_waits(const struct gate *g, const struct waiting *newer,
	const struct waiting *older, const char *key);

/*
 * Take out of `wanted` the networks that wait, unless they are live: these
 * stay, and may end sooner, never later.
 */
void gate_relays(const struct gate *g, const struct waiting *newer,
	const struct waiting *older, const struct relay_list *live,
	struct relay_list *wanted);

/* The same, where it is not known what changed: nothing comes. */
void gate_relays_all_wait(
	const struct relay_list *live, struct relay_list *wanted);

/*
 * Does this line stay as it is while its key waits? An account that comes or
 * changes, and who may send, never do; an account goes with its routing.
 */
bool gate_is_routing(enum map_id map, bool has_after);

#endif
