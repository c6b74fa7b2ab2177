/*
 * Sign-ins that were tried, see history.h.
 */
#include "core/history.h"

#include <string.h>

#include "base/cidr.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "db/factor_rows.h"

#define DEVICES_MAX 20
#define DEVICE_DAYS 365

static const char *const outcomes[] = {
	[SIGNED_IN] = "ok",
	[WRONG_PASSWORD] = "wrong_password",
	[WRONG_CODE] = "wrong_code",
	[WRONG_PASSKEY] = "wrong_passkey",
	[NOT_ALLOWED] = "not_allowed",
};
_Static_assert(ARRAY_LEN(outcomes) == NOT_ALLOWED + 1, "one word each");

const char *
sign_in_outcome_name(enum sign_in_outcome outcome)
{
	return (unsigned)outcome < ARRAY_LEN(outcomes) ? outcomes[outcome]
						       : outcomes[NOT_ALLOWED];
}

/* The address itself for IPv4, the /64 of IPv6. */
static void
network_of(const char *client, char out[static CIDR_TEXT_SIZE])
{
	uint8_t ip[16];

	if (ip_parse(client, ip))
		ip_throttle_key(ip, out);
	else if (!str_copy(out, CIDR_TEXT_SIZE, client))
		out[0] = '\0';
}

bool
history_note(struct core *c, struct person p, enum sign_in_outcome outcome,
	enum sign_in_method method, const struct session_from *from,
	struct err *e)
{
	char network[CIDR_TEXT_SIZE], agent[SESSION_AGENT_SIZE];
	struct sign_in_row row = { .person = p,
		.is_good = outcome == SIGNED_IN,
		.outcome = outcome,
		.method = method,
		.client = from->client,
		.network = network,
		.user_agent = agent,
		.is_seen = true,
		.created_us = c->now() };
	bool knows_network, knows_any;

	network_of(from->client, network);
	session_agent(agent, from->user_agent);
	if (row.is_good) {
		if (!sign_in_row_knows(
			    c->db, p, network, &knows_network, &knows_any, e))
			return false;
		row.is_new_network = !knows_network;
		row.is_seen = knows_network || !knows_any;
	}
	return sign_in_row_insert(c->db, &row, e)
		&& sign_in_row_trim(c->db, p, row.is_good,
			row.is_good ? HISTORY_GOOD : HISTORY_BAD, e);
}

bool
history_list(struct core *c, struct person p, uint64_t before_id, size_t max,
	struct sign_in_row **items_r, size_t *n_r, struct err *e)
{
	return sign_in_row_list(
		c->db, c->arena, p, before_id, max, items_r, n_r, e);
}

bool
history_notices(struct core *c, struct person p, struct sign_in_row **items_r,
	size_t *n_r, struct err *e)
{
	return sign_in_row_unseen(
		c->db, c->arena, p, NOTICES_MAX, items_r, n_r, e);
}

bool
history_seen(struct core *c, struct person p, uint64_t up_to_id, struct err *e)
{
	return sign_in_row_seen(c->db, p, up_to_id, e);
}

bool
history_knows(struct core *c, struct person p, const struct session_from *from,
	bool *device_r, bool *network_r, struct err *e)
{
	char network[CIDR_TEXT_SIZE];
	uint8_t digest[32];
	bool any;

	*device_r = *network_r = false;
	network_of(from->client, network);
	if (!sign_in_row_knows(c->db, p, network, network_r, &any, e))
		return false;
	if (!from->device
		|| !token_is_plausible(from->device, TOKEN_LEN, TOKEN_LEN))
		return true;
	token_digest(from->device, digest);
	return device_row_find(c->db, p, digest, device_r, e);
}

bool
history_remember(struct core *c, struct person p,
	const struct session_from *from, char token[static TOKEN_LEN + 1],
	struct err *e)
{
	uint8_t digest[32];
	bool is_known, unused;

	token[0] = '\0';
	if (!history_knows(c, p, from, &is_known, &unused, e))
		return false;
	if (is_known) {
		token_digest(from->device, digest);
		return device_row_used(c->db, p, digest, c->now(), e);
	}
	/* Several people may use one browser. */
	if (!from->device || !str_copy(token, TOKEN_LEN + 1, from->device)
		|| !token_is_plausible(token, TOKEN_LEN, TOKEN_LEN))
		token_make(token, TOKEN_LEN);
	token_digest(token, digest);
	return device_row_insert(c->db, p, digest, c->now(), e)
		&& device_row_trim(c->db, p, DEVICES_MAX, e);
}

bool
history_purge(struct core *c, uint64_t *n_r, struct err *e)
{
	int64_t now = c->now();
	uint64_t s, d, u;

	*n_r = 0;
	if (!sign_in_row_purge(c->db, now - HISTORY_DAYS * US_PER_DAY, &s, e)
		|| !device_row_purge(
			c->db, now - DEVICE_DAYS * US_PER_DAY, &d, e)
		|| !challenge_row_purge(c->db, now, &u, e))
		return false;
	*n_r = s + d + u;
	return true;
}
