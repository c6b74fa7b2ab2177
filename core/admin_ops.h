/*
 * The steps of writes of admins, and what the log keeps of them: never a
 * password. Used inside core only.
 */
#ifndef CORE_ADMIN_OPS_H
#define CORE_ADMIN_OPS_H

#include "core/admin_manage.h"
#include "core/tx.h"

/* From the locked row to `after`; nothing happens when they are the same. */
bool admin_apply(struct tx *t, const struct admin_full *before,
	struct admin_full *after, struct err *e) MUST_USE;
bool admin_delete_in_tx(
	struct tx *t, uint64_t id, uint64_t version, struct err *e) MUST_USE;

/* Login, name, role, language, state. */
bool admin_image(struct arena *a, const struct admin_full *row,
	const char **text_r, struct err *e) MUST_USE;
bool admin_image_diff(struct arena *a, const struct admin_full *before,
	const struct admin_full *after, const char **before_r,
	const char **after_r, bool *same_r, struct err *e) MUST_USE;
/* `{"domain":"example.org","rights":[...]}`; rights -1: null, not his. */
bool admin_grant_image(struct arena *a, const char *domain, int rights,
	const char **text_r, struct err *e) MUST_USE;

#endif
