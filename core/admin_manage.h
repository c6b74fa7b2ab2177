/*
 * Who may sign in to the panel, and what for.
 *
 * Superadmins manage everybody. A domain admin sees the admins of his domains
 * (of what else they have, only the number), may name others for domains of
 * his within his own rights there, and manages those whom he named himself, as
 * long as what they have is within what he has: ERR_FORBIDDEN
 * `beyond_own_rights`, `not_named_by_you`. An admin of none of his domains does
 * not exist for him.
 *
 * Nobody switches off or deletes himself (ERR_CONFLICT `own_account`) or the
 * last superadmin who may sign in (`last_superadmin`). Switching off ends
 * sessions and links at once; deleting takes the tokens along.
 */
#ifndef CORE_ADMIN_MANAGE_H
#define CORE_ADMIN_MANAGE_H

#include "core/admin.h"
#include "core/list.h"
#include "db/admin_manage_rows.h"

enum admin_state { ADMIN_ACTIVE = 1, ADMIN_DISABLED };

#define ADMIN_LOGIN_MAX 100
/* In one request. */
#define ADMIN_GRANTS_MAX 1000

struct admin_in {
	char login[ADMIN_LOGIN_MAX + 1];
	char name[801];
	unsigned role;     /* index of the words: 0 admin, 1 superadmin */
	unsigned language; /* index of the words: "", en, ja */
	unsigned state;    /* index of the words: enum admin_state - 1 */
	struct int_list domain_ids;
	struct text_list rights; /* in each of them */
};
extern const struct field admin_create_form[];
extern const struct field admin_patch_form[];  /* name, language, state */
extern const struct field admin_grant_form[];  /* domain_ids, rights */
extern const struct field admin_revoke_form[]; /* domain_ids */

struct admin_view {
	struct admin_full row;
	struct admin_grant *grant; /* of the actor's domains, by name */
	size_t n_grants;
	bool may_manage; /* the actor: all of it */
};

/* With a first-use link in the same write: `token` gets it. */
bool admin_create(struct core *c, const struct actor *a,
	const struct admin_in *in, char token[static TOKEN_LEN + 1],
	struct admin_view *out, struct err *e) MUST_USE;
bool admin_get(struct core *c, const struct actor *a, uint64_t id,
	struct admin_view *out, struct err *e) MUST_USE;

struct admin_query {
	struct list_query list; /* by login; no sort, no total */
	uint64_t domain_id;     /* 0: any */
};
/* Of the domains up to ADMIN_LIST_GRANTS each. */
#define ADMIN_LIST_GRANTS 10
bool admin_list(struct core *c, const struct actor *a,
	const struct admin_query *q, struct admin_view **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

bool admin_patch(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct admin_in *in,
	const struct form_seen *seen, struct admin_view *out,
	struct err *e) MUST_USE;

/* Give these rights in these domains, in place of those that are there; or
 * take the domains away. A superadmin has none: ERR_CONFLICT
 * `has_all_domains`. */
bool admin_grant(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct admin_in *in, struct admin_view *out,
	struct err *e) MUST_USE;
bool admin_revoke(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, const struct admin_in *in, struct admin_view *out,
	struct err *e) MUST_USE;

bool admin_delete(struct core *c, const struct actor *a, uint64_t id,
	uint64_t version, struct err *e) MUST_USE;

/* ERR_NOT_FOUND, or ERR_FORBIDDEN, unless the actor manages this admin. */
bool admin_need_manage(struct core *c, const struct actor *a, uint64_t id,
	struct admin_full *out, struct err *e) MUST_USE;

struct jsonw;
void admin_write_json(
	struct jsonw *w, const char *key, const struct admin_view *v);

/* Rights as an array of words. */
void rights_write_json(struct jsonw *w, const char *key, unsigned rights);

#endif
