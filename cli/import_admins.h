/*
 * Admins of another system: gathered while it is read, made when its domains
 * are there. Their passwords are not taken; `postroom admin first-use-link`
 * prints a link for each.
 */
#ifndef POSTROOM_CLI_IMPORT_ADMINS_H
#define POSTROOM_CLI_IMPORT_ADMINS_H

#include "cli/cli.h"
#include "core/importer.h"

struct import_admin {
	const char *login;
	const char *domains; /* a comma between, or ALL */
	const char *outcome; /* NULL: nothing was done yet */
};
struct import_admins {
	struct arena *arena;
	struct import_admin *item;
	size_t n, cap;
};

/* An importer_sink that keeps the rows of admins. */
bool import_admins_take(
	void *admins, const struct importer_row *row, struct err *e) MUST_USE;
/* Whoever is there already is left as he is. */
bool import_admins_make(
	struct cli *c, struct import_admins *admins, struct err *e) MUST_USE;
/* `admins`: an array of login, domains, outcome. */
void import_admins_write(struct jsonw *w, const struct import_admins *admins);

#endif
