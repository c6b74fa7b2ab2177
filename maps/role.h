/*
 * What a node publishes by its role, and under which file names.
 *
 * A mailbox host has all. A secondary has of the maps only who receives (its file relay_recipients),
 * how the domains are routed (transport), what is refused (refuse) and the
 * domains (relay_domains); no account, no sender, no whitelist. An outbound
 * relay has the whitelist and nothing else.
 */
#ifndef MAPS_ROLE_H
#define MAPS_ROLE_H

#include "base/conf.h"
#include "maps/lines.h"

#define MAP_BIT(id) (1U << (id))

/* The maps of a role, one bit (MAP_BIT) each. */
unsigned role_maps(enum node_role role);

static inline bool
role_has(enum node_role role, enum map_id id)
{
	return (role_maps(role) & MAP_BIT(id)) != 0;
}

/* Does a node of this role relay for whitelisted networks? */
bool role_has_relays(enum node_role role);

/* The file name of a map, without its ending. */
const char *role_map_file(enum node_role role, enum map_id id);

#endif
