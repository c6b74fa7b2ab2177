/*
 * See idempotency.h.
 */
#include "core/idempotency.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/token.h"
#include "db/misc_rows.h"

#define KEY_TEXT 1024
#define MADE_PREFIX "prov:"

void
idempotency_claim_make(struct idempotency_claim *claim, const struct actor *a,
	const char *route, const char *key, const void *body, size_t len)
{
	char text[KEY_TEXT], digest[SHA256_HEX_SIZE];
	int n;

	/* Its digest stands for the key, whatever its length. */
	sha256_hex(key, strlen(key), digest);
	n = snprintf(text, sizeof(text), "%s\n%llu\n%llu\n%s\n%s",
		actor_kind_name(a->kind),
		(unsigned long long)(a->admin_id ? a->admin_id : a->mailbox_id),
		(unsigned long long)a->token_id, digest, route);
	sha256(text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1,
		claim->key_hash);
	sha256(body, len, claim->request_hash);
}

static bool
find_made(struct core *c, struct idempotency_reply *out, struct err *e)
{
	uint64_t prov_id;

	if (strncmp(out->location, MADE_PREFIX, strlen(MADE_PREFIX)) != 0)
		return true;
	prov_id = strtoull(out->location + strlen(MADE_PREFIX), NULL, 10);
	out->location = "";
	return claim_row_made(
		c->db, c->arena, prov_id, &out->noun, &out->noun_id, e);
}

bool
idempotency_find(struct core *c, const struct idempotency_claim *claim,
	struct idempotency_reply *out, bool *found_r, struct err *e)
{
	struct claim_row row;

	*out = (struct idempotency_reply){ 0 };
	if (!claim_row_get(c->db, c->arena, claim->key_hash, &row, found_r, e))
		return false;
	if (!*found_r)
		return true;
	if (memcmp(row.request, claim->request_hash, sizeof(row.request)) != 0)
		return err_set(e, ERR_CONFLICT, "Idempotency-Key", "key_reused",
			NULL, "this key was used for another request");
	out->status = (int)row.status;
	out->location = row.location;
	out->body = row.reply;
	return row.status != 0 || find_made(c, out, e);
}

bool
idempotency_keep(struct core *c, const struct idempotency_claim *claim,
	int status, const char *location, const char *body, struct err *e)
{
	return claim_row_keep(c->db, claim->key_hash, (unsigned)status,
		location ? location : "", body, e);
}
