/*
 * Nodes are made by hand, once each; everything else about them is written by
 * their own postroom-mapd.
 */
#include "core/node.h"

#include <string.h>

#include "base/str.h"
#include "db/node_rows.h"

#define ROLE_SIZE 17
#define NAME_MAX_BYTES 64

static bool
check_name(const char *name, struct err *e)
{
	size_t len = strlen(name);

	if (len > 0 && len <= NAME_MAX_BYTES
		&& strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-")
			== len)
		return true;
	return err_set(e, ERR_INVALID, "name", "bad_character", name,
		"a node's name has 1 to %d of a-z 0-9 . -", NAME_MAX_BYTES);
}

static bool
check_role(const char *role, struct err *e)
{
	if (strcmp(role, "mailbox") == 0)
		return true;
	return err_set(e, ERR_INVALID, "role", "not_a_choice", role,
		"there is no role %s", role);
}

/* Two operators at once make one row: the second finds the first one's. */
bool
node_create(struct core *c, const struct actor *a, const char *name,
	const char *role, struct node *out, struct err *e)
{
	char there[ROLE_SIZE] = "";

	*out = (struct node){ .role = arena_strdup(c->arena, role),
		.name = arena_strdup(c->arena, name) };
	if (!out->role || !out->name)
		return err_memory(e);
	if (!actor_need_superadmin(a, e) || !check_name(name, e)
		|| !check_role(role, e)
		|| !node_row_insert(
			c->db, name, role, c->now(), &out->is_new, e)
		|| !node_row_find(
			c->db, name, &out->id, there, sizeof(there), e))
		return false;
	if (strcmp(there, role) == 0)
		return true;
	return err_set(e, ERR_CONFLICT, "role", "role_differs", name,
		"node %s is there with the role %s", name, there);
}
