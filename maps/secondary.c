/*
 * See secondary.h.
 */
#include "maps/secondary.h"

#include <string.h>

#include "base/addr.h"
#include "base/str.h"

/* RFC 5321, 4.5.1; and the sender of bounces. */
static const char *const reserved[] = { "postmaster", "mailer-daemon" };

static bool
is_reserved(const char *address)
{
	const size_t n = addr_local_len(address);
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (strlen(reserved[i]) == n
			&& memcmp(reserved[i], address, n) == 0)
			return true;
	return false;
}

static bool
add_recipients(const struct map_lines *from, struct map_set *out, struct err *e)
{
	for (size_t i = 0; i < from->n; i++)
		if (!lines_add(&out->map[MAP_MAILBOXES], from->line[i].key, "x",
			    e))
			return false;
	return true;
}

/* The next hop alone: the delivery agent is always `slow`. */
static const char *
without_agent(const char *hop)
{
	static const char *const agents[] = { "smtp:", "relay:" };
	for (size_t i = 0; i < ARRAY_LEN(agents); i++)
		if (strncmp(hop, agents[i], strlen(agents[i])) == 0)
			return hop + strlen(agents[i]);
	return hop;
}

static bool
add_domain(const struct secondary *s, const char *domain, struct map_set *out,
	struct err *e)
{
	char text[512], address[ADDR_SIZE];
	struct str transport = STR_FIXED(text);
	str_add(&transport, "slow:");
	str_add(&transport, without_agent(s->next_hop));
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (addr_join(reserved[i], domain, address, sizeof(address))
			&& !lines_add(
				&out->map[MAP_MAILBOXES], address, "x", e))
			return false;
	return lines_add(&out->map[MAP_TRANSPORT], domain, str_text(&transport),
		       e)
		&& lines_add(&out->map[MAP_DOMAINS], domain, "x", e);
}

bool
secondary_lines(const struct secondary *s, const struct map_set *host,
	struct map_set *out, struct err *e)
{
	const struct map_lines *domains = &host->map[MAP_DOMAINS];
	const struct map_lines *refuse = &host->map[MAP_REFUSE];
	if (!add_recipients(&host->map[MAP_MAILBOXES], out, e)
		|| !add_recipients(&host->map[MAP_ALIASES], out, e))
		return false;
	for (size_t i = 0; i < domains->n; i++)
		if (!add_domain(s, domains->line[i].key, out, e))
			return false;
	for (size_t i = 0; i < refuse->n; i++)
		if (!is_reserved(refuse->line[i].key)
			&& !lines_add(&out->map[MAP_REFUSE],
				refuse->line[i].key, refuse->line[i].value, e))
			return false;
	return true;
}

bool
secondary_reserved(const struct secondary *s, const char *address,
	struct map_set *out, struct err *e)
{
	if (!is_reserved(address)
		|| !rows_domain(s->rows, addr_domain(address)))
		return true;
	return lines_add(&out->map[MAP_MAILBOXES], address, "x", e);
}
