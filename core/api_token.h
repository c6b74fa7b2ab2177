/*
 * Tokens of the API: `Authorization: Bearer TOKEN` in place of a session.
 *
 * A token is its admin's: it may do what he may at that moment, less what its
 * own limits take away, and nothing when he is switched off or deleted. It is
 * shown once; its digest is kept.
 *
 * Scopes say which requests it is good for. `mailbox.update` is one action (the
 * names that `postroom-web --routes` prints), `mailbox.read` all that only read
 * mailboxes, `mailbox.*` all of mailboxes, `*.read` everything that only reads,
 * `*` everything. Domains: with any, even a superadmin's token is no more than
 * an admin of these. Networks: where it may come from.
 *
 * No token makes or ends tokens, and none changes how a person signs in.
 */
#ifndef CORE_API_TOKEN_H
#define CORE_API_TOKEN_H

#include "base/token.h"
#include "core/core.h"
#include "db/token_rows.h"

#define TOKENS_MAX 100 /* of one admin */
#define TOKEN_SCOPES_MAX 50
#define TOKEN_NETWORKS_MAX 20
#define TOKEN_DOMAINS_MAX 1000

struct api_token_in {
	char name[401];
	struct text_list scopes;
	struct text_list networks;
	struct int_list domain_ids;
	int64_t expires_us; /* TIME_NONE: never */
};
extern const struct field api_token_form[];
void api_token_in_defaults(struct api_token_in *in);

struct api_token {
	struct token_row row;
	struct token_domain *domain; /* when row.is_limited */
	size_t n_domains;
	bool is_over; /* expired */
};

/* Does this list of scopes hold the action? */
bool scope_allows(const char *scopes, const char *action, bool is_reading);

/*
 * Who shows this token, as an actor for this request; scopes_r are its scopes.
 * ERR_AUTH `bad_token` whatever is wrong with it; the log says what. Wrong
 * tokens make their network wait (ERR_THROTTLED).
 */
bool api_token_actor(struct core *c, const char *token, const char *client,
	const char *request_id, struct actor *out, const char **scopes_r,
	struct err *e) MUST_USE;

/* Narrow an actor to what a token of some domains leaves him; one that is gone
 * or over leaves nothing. For jobs. */
bool api_token_narrow_job(struct core *c, uint64_t token_id, struct actor *a,
	struct err *e) MUST_USE;

/* One's own; the command line makes them for anybody. A domain that the actor
 * has not is ERR_NOT_FOUND. ERR_LIMIT `too_many_tokens`. */
bool api_token_create(struct core *c, const struct actor *a, uint64_t admin_id,
	const struct api_token_in *in, char token[static TOKEN_LEN + 1],
	struct api_token *out, struct err *e) MUST_USE;
/* One's own; superadmins see and end those of others too. */
bool api_token_list(struct core *c, const struct actor *a, uint64_t admin_id,
	struct api_token **items_r, size_t *n_r, struct err *e) MUST_USE;
bool api_token_get(struct core *c, const struct actor *a, uint64_t id,
	struct api_token *out, struct err *e) MUST_USE;
bool api_token_revoke(struct core *c, const struct actor *a, uint64_t id,
	struct err *e) MUST_USE;

struct jsonw;
void api_token_write_json(
	struct jsonw *w, const char *key, const struct api_token *t);

#endif
