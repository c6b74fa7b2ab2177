/*
 * See throttle.h.
 */
#include "core/throttle.h"

#include <stdio.h>

#include "base/cidr.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "core/history.h"
#include "db/admin_rows.h"

#define FREE_FOR_ACCOUNT 3
/* Many people may sit behind one address. */
#define FREE_FOR_NETWORK 20
#define LONGEST_S 900
#define FORGET_US US_PER_DAY

static void
subject(uint8_t out[static 32], const char *kind, const char *name,
	const char *class)
{
	char text[640];
	int n = snprintf(
		text, sizeof(text), "%.20s:%.400s\n%.200s", kind, name, class);

	sha256(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1,
		out);
}

static const char *
network_of(const char *client, char network[static CIDR_TEXT_SIZE])
{
	uint8_t ip[16];

	if (!ip_parse(client, ip))
		return client;
	ip_throttle_key(ip, network);
	return network;
}

void
throttle_key_plain(struct throttle_key *key, const char *what,
	const char *login, const char *client)
{
	char network[CIDR_TEXT_SIZE];

	subject(key->account, what, login, "");
	subject(key->network, "net", network_of(client, network), "");
	key->has_network = true;
}

bool
throttle_key_make(struct core *c, struct throttle_key *key, const char *what,
	const char *login, const struct person *who,
	const struct session_from *from, struct err *e)
{
	char network[CIDR_TEXT_SIZE];
	bool knows_device = false, knows_network = false;

	throttle_key_plain(key, what, login, from->client);
	if (!who)
		return true;
	if (!history_knows(c, *who, from, &knows_device, &knows_network, e))
		return false;
	if (knows_device) {
		subject(key->account, what, login, from->device);
		key->has_network = false;
	} else if (knows_network) {
		subject(key->account, what, login,
			network_of(from->client, network));
	}
	return true;
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
		|| (key->has_network
			&& !check_one(c, key->network, now, &wait_us, e)))
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

/* One time in 62, so that a failure costs no count. */
static bool
keep_small(struct core *c, struct err *e)
{
	char lot[2];
	uint64_t n;

	token_make(lot, 1);
	if (lot[0] != 'a')
		return true;
	return throttle_row_count(c->db, &n, e)
		&& (n <= THROTTLE_ROWS_MAX
			|| throttle_row_trim(
				c->db, c->now(), n - THROTTLE_ROWS_MAX, e));
}

bool
throttle_failed(struct core *c, const struct throttle_key *key, struct err *e)
{
	return count_one(c, key->account, FREE_FOR_ACCOUNT, e)
		&& (!key->has_network
			|| count_one(c, key->network, FREE_FOR_NETWORK, e))
		&& keep_small(c, e);
}

bool
throttle_passed(struct core *c, const struct throttle_key *key, struct err *e)
{
	return throttle_row_clear(c->db, key->account, e);
}
