/*
 * What needs a person, of publishing: lines of the home page.
 */
#ifndef CORE_ATTENTION_H
#define CORE_ATTENTION_H

#include "core/overview.h"

/* Lines that one node can have, and those beside the nodes. */
#define ATTENTION_PER_NODE 4
#define ATTENTION_BESIDE 2

/*
 * Nodes that are silent, in error, behind, held back, with drift or held by a
 * rollback (superadmins only), and changes that wait for a review longer than
 * a day (those of the actor's domains). They are added to out->attention,
 * which has the room.
 */
bool attend_publishing(struct core *c, const struct actor *a, struct home *out,
	struct err *e) MUST_USE;

#endif
