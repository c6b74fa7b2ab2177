/*
 * How passwords are stored.
 */
#include "core/census.h"

#include <stdio.h>
#include <string.h>

#include "base/password.h"
#include "db/census_rows.h"

/* The name alone tells: `CRYPT/MD5` is the form of crypt(5). */
static bool
is_weak(const char *scheme)
{
	char stored[40];

	if (strncmp(scheme, "CRYPT/", 6) == 0)
		return strcmp(scheme + 6, "MD5") == 0
			|| strcmp(scheme + 6, "DES") == 0;
	if (!*scheme || strcmp(scheme, "CRYPT") == 0)
		return false;
	snprintf(stored, sizeof(stored), "{%.32s}x", scheme);
	return password_is_weak(stored);
}

bool
password_census(struct core *c, const struct actor *a,
	struct census_item **items_r, size_t *n_r, struct err *e)
{
	struct census_row *rows;
	size_t n;

	*n_r = 0;
	if (!actor_need_superadmin(a, e)
		|| !census_rows(c->db, c->arena, &rows, &n, e))
		return false;
	*items_r = arena_array(c->arena, n + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		(*items_r)[i] = (struct census_item){ rows[i].scheme,
			rows[i].mailboxes, is_weak(rows[i].scheme) };
	*n_r = n;
	return true;
}

void
census_write_json(struct jsonw *w, const struct census_item *items, size_t n)
{
	uint64_t weak = 0;

	jsonw_object(w, NULL);
	jsonw_array(w, "items");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(w, NULL);
		jsonw_str(
			w, "scheme", *items[i].scheme ? items[i].scheme : NULL);
		jsonw_uint(w, "mailboxes", items[i].mailboxes);
		jsonw_bool(w, "weak", items[i].is_weak);
		jsonw_end(w);
		weak += items[i].is_weak ? items[i].mailboxes : 0;
	}
	jsonw_end(w);
	jsonw_uint(w, "weak_mailboxes", weak);
	jsonw_end(w);
}
