/*
 * See peer.h.
 */
#include "core/peer.h"

#include <string.h>

#include "base/cidr.h"
#include "base/json.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "core/throttle.h"
#include "db/map_rows.h"
#include "db/peer_rows.h"
#include "db/request_rows.h"

#define USED_EVERY_US (60 * US_PER_S)
#define BODY_MAX ((size_t)256 * 1024)
#define BODY_DEPTH 16

/* The same words whatever is wrong: a thief learns nothing. */
static bool
refuse(struct core *c, const char *client, const char *name, const char *why,
	struct err *e)
{
	struct throttle_key key;
	struct err lost = ERR_EMPTY;

	log_kv(LOG_LEVEL_WARN, "node token refused", "reason", why, "node",
		name, "client", client, NULL);
	throttle_key_plain(&key, "account", "node token", client);
	memcpy(key.account, key.network, sizeof(key.account));
	if (!throttle_check(c, &key, e))
		return false;
	if (!throttle_failed(c, &key, &lost))
		log_warn("%s", err_text(&lost));
	return err_set(e, ERR_AUTH, "", "bad_token", "",
		"the node's token is not accepted");
}

static bool
role_of(const char *name, enum node_role *role_r)
{
	for (int i = NODE_MAILBOX; i <= NODE_OUTBOUND; i++) {
		*role_r = (enum node_role)i;
		if (strcmp(name, node_role_name(*role_r)) == 0)
			return true;
	}
	return false;
}

bool
peer_find(struct core *c, const char *token, const char *client,
	struct peer *out, struct err *e)
{
	struct peer_row row;
	uint8_t digest[32];
	bool found;

	if (!token)
		return err_set(e, ERR_AUTH, "", "no_token", "",
			"a node shows its token");
	if (!token_is_plausible(token, TOKEN_LEN, TOKEN_LEN))
		return refuse(c, client, "", "not a token", e);
	token_digest(token, digest);
	if (!peer_row_find(c->db, digest, c->arena, &row, &found, e))
		return false;
	if (!found
		|| !equal_in_constant_time(
			digest, row.token_hash, sizeof(digest)))
		return refuse(c, client, "", "unknown", e);
	if (!cidr_words_have(row.network, client))
		return refuse(c, client, row.name, "foreign network", e);
	*out = (struct peer){
		.id = row.id, .name = row.name, .next_hop = row.next_hop
	};
	if (!role_of(row.role, &out->role))
		return err_set(e, ERR_FORBIDDEN, "", "no_feed", row.role,
			"a node of the role %s has no feed", row.role);
	if (row.used_us != TIME_NONE && c->now() < row.used_us + USED_EVERY_US)
		return true;
	return peer_row_used(c->db, row.id, c->now(), e);
}

bool
peer_reply(struct core *c, const struct peer *p, uint64_t request_id,
	const char *code, const char *body, struct err *e)
{
	const struct json_limits limits = { .bytes = BODY_MAX,
		.depth = BODY_DEPTH };
	bool has;

	if (!peer_row_has_request(c->db, p->id, request_id, &has, e))
		return false;
	if (!has)
		return err_set(e, ERR_NOT_FOUND, "id", "not_found", "",
			"there is no such request");
	if (body[0] != '{')
		return err_set(e, ERR_INVALID, "body", "wrong_type", "",
			"a reply is a JSON object");
	return json_scan(body, strlen(body), &limits, e)
		&& request_row_reply(c->db, request_id, code, body, e);
}

bool
peer_report(struct core *c, const struct peer *p,
	const struct map_status *status, const struct hold_text *held,
	size_t n_held, struct err *e)
{
	const struct json_limits limits = { .bytes = BODY_MAX,
		.depth = BODY_DEPTH };
	uint64_t head;
	bool ok = status->facts[0] == '{'
		|| err_set(e, ERR_INVALID, "facts", "wrong_type", "",
			"facts are a JSON object");

	if (!ok || !json_scan(status->facts, strlen(status->facts), &limits, e)
		|| !map_head(c->db, &head, e))
		return false;
	/* A node elsewhere cannot have what was never saved. */
	struct map_status said = *status;
	if (said.serial > head)
		said.serial = head;
	if (!held)
		return map_status_write(c->db, p->id, &said, e);
	if (!db_begin(c->db, DB_READ_COMMITTED, e))
		return false;
	ok = map_held_clear(c->db, p->id, e);
	for (size_t i = 0; ok && i < n_held; i++)
		ok = map_held_add(
			c->db, p->id, held[i].domain, held[i].reason, e);
	if (ok && map_status_write(c->db, p->id, &said, e)
		&& db_commit(c->db, e))
		return true;
	db_rollback(c->db);
	return false;
}
