/*
 * Mail nodes, by name. A node is a row that the operator makes; its
 * postroom-mapd waits until it is there. Publishing itself is seen through
 * core/overview.h.
 */
#ifndef CORE_NODE_H
#define CORE_NODE_H

#include "core/core.h"

struct node {
	uint64_t id;
	const char *name;
	const char *role;
	bool is_new; /* node_create made it */
};

/*
 * Make a node, or find it when it is there with this role. The name has up to
 * 64 of a-z 0-9 . - (ERR_INVALID, field `name`, `bad_character`); another role
 * is ERR_CONFLICT, `role_differs`. Roles: `mailbox`. Superadmins only.
 */
bool node_create(struct core *c, const struct actor *a, const char *name,
	const char *role, struct node *out, struct err *e) MUST_USE;

#endif
