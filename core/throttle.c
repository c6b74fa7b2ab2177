/*
 * See throttle.h.
 */
#include "core/throttle.h"

#include <stdio.h>

#include "base/cidr.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "db/admin_rows.h"

#define FREE_FOR_ACCOUNT 3
/* Many people may sit behind one address. */
#define FREE_FOR_NETWORK 20
#define LONGEST_S 900
#define FORGET_US US_PER_DAY

static void
subject(uint8_t out[static 32], const char *kind, const char *name)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%s:%s", kind, name);

	sha256(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1,
		out);
}

void
throttle_key_make(
	struct throttle_key *key, const char *login, const char *client)
{
	char network[CIDR_TEXT_SIZE];
	uint8_t ip[16];

	subject(key->account, "account", login);
	if (ip_parse(client, ip)) {
		ip_throttle_key(ip, network);
		client = network;
	}
	subject(key->network, "net", client);
}

static bool
check_one(struct core *c, const uint8_t of[static 32], int64_t now,
	int64_t *wait_us, struct err *e)
{
	struct throttle_row t;
	bool found;

	if (!throttle_row_get(c->db, of, &t, &found, e))
		return false;
	if (found && t.blocked_us - now > *wait_us)
		*wait_us = t.blocked_us - now;
	return true;
}

bool
throttle_check(struct core *c, const struct throttle_key *key, struct err *e)
{
	int64_t wait_us = 0, now = c->now();
	int wait_s;

	if (!check_one(c, key->account, now, &wait_us, e)
		|| !check_one(c, key->network, now, &wait_us, e))
		return false;
	if (wait_us <= 0)
		return true;
	wait_s = (int)((wait_us + US_PER_S - 1) / US_PER_S);
	err_set(e, ERR_THROTTLED, NULL, "throttled", NULL,
		"too many failed sign-ins, try again in %d seconds", wait_s);
	e->retry_after_s = wait_s;
	return false;
}

static int64_t
delay_us(uint64_t failures, uint64_t free_ones)
{
	uint64_t over = failures > free_ones ? failures - free_ones : 0;

	if (over == 0)
		return 0;
	if (over > 10)
		return LONGEST_S * US_PER_S;
	return (INT64_C(1) << (over - 1)) * US_PER_S;
}

static bool
count_one(struct core *c, const uint8_t of[static 32], uint64_t free_ones,
	struct err *e)
{
	struct throttle_row t;
	int64_t now = c->now();
	bool found;

	if (!throttle_row_get(c->db, of, &t, &found, e))
		return false;
	if (!found || now - t.last_us > FORGET_US)
		t.failures = 0;
	t.failures++;
	t.last_us = now;
	t.blocked_us = now + delay_us(t.failures, free_ones);
	return throttle_row_put(c->db, of, &t, e);
}

bool
throttle_failed(struct core *c, const struct throttle_key *key, struct err *e)
{
	return count_one(c, key->account, FREE_FOR_ACCOUNT, e)
		&& count_one(c, key->network, FREE_FOR_NETWORK, e);
}

bool
throttle_passed(struct core *c, const struct throttle_key *key, struct err *e)
{
	return throttle_row_clear(c->db, key->account, e);
}
