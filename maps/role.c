/*
 * See role.h.
 */
#include "maps/role.h"

unsigned
role_maps(enum node_role role)
{
	if (role == NODE_OUTBOUND)
		return 0;
	if (role == NODE_SECONDARY)
		return MAP_BIT(MAP_MAILBOXES) | MAP_BIT(MAP_TRANSPORT)
			| MAP_BIT(MAP_REFUSE) | MAP_BIT(MAP_DOMAINS);
	return MAP_BIT(MAP_COUNT) - 1;
}

bool
role_has_relays(enum node_role role)
{
	return role != NODE_SECONDARY;
}

const char *
role_map_file(enum node_role role, enum map_id id)
{
	if (role == NODE_SECONDARY && id == MAP_MAILBOXES)
		return "relay_recipients";
	if (role == NODE_SECONDARY && id == MAP_DOMAINS)
		return "relay_domains";
	return map_name(id);
}
