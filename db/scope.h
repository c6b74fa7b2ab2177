/*
 * Whose domains a statement looks at, as a term of its WHERE clause: those of
 * an admin, those that a token is limited to, both, or all (0 is no term).
 */
#ifndef DB_SCOPE_H
#define DB_SCOPE_H

#include "db/db.h"

struct scope_ids {
	uint64_t admin_id;
	uint64_t token_id;
};

/* Parameters: SCOPE_IN, by scope_args. */
#define SCOPE(column)                                                          \
	"(? = 0 OR EXISTS (SELECT 1 FROM admin_domain sa "                     \
	"WHERE sa.admin_id = ? AND sa.domain_id = " column                     \
	")) AND (? = 0 OR EXISTS (SELECT 1 FROM api_token_domain st "          \
	"WHERE st.token_id = ? AND st.domain_id = " column "))"
#define SCOPE_IN "uuuu"
#define SCOPE_ARGS 4

static inline size_t
scope_args(const struct scope_ids *s, struct arg *out)
{
	out[0] = arg_u64(s->admin_id);
	out[1] = arg_u64(s->admin_id);
	out[2] = arg_u64(s->token_id);
	out[3] = arg_u64(s->token_id);
	return SCOPE_ARGS;
}

#endif
