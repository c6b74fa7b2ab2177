/*
 * How the passwords of this installation are stored: each scheme with its
 * number of mailboxes, the most first, and whether it is weak today. For
 * superadmins.
 */
#ifndef CORE_CENSUS_H
#define CORE_CENSUS_H

#include "base/jsonw.h"
#include "core/core.h"

struct census_item {
	const char *scheme; /* as password_scheme_of says; "" no password */
	uint64_t mailboxes;
	bool is_weak;
};
bool password_census(struct core *c, const struct actor *a,
	struct census_item **items_r, size_t *n_r, struct err *e) MUST_USE;

/* `{"items": [{scheme or null, mailboxes, weak}], "weak_mailboxes": N}` */
void census_write_json(
	struct jsonw *w, const struct census_item *items, size_t n);

#endif
