/*
 * What the readers of databases share: admins with their domains, the notes on
 * a domain, forwards and aliases.
 */
#ifndef CORE_IMPORTER_ADMINS_H
#define CORE_IMPORTER_ADMINS_H

#include "core/importer.h"
#include "db/foreign.h"

/* Rows of login, active, is super, domain, by login: one row an admin. */
bool importer_admins(struct importer *im, struct db *db,
	const struct foreign_query *q, const char *prefix,
	struct err *e) MUST_USE;

/* What a domain did that is not kept. */
bool importer_domain_notes(struct importer *im, uint64_t n, const char *name,
	bool is_relay, const char *transport, struct err *e) MUST_USE;
/* `over` is the column of a limit that is not kept, or NULL. */
bool importer_limits_over(struct importer *im, uint64_t n, const char *name,
	const char *over, struct err *e) MUST_USE;

/* The targets of a mailbox beside itself, which are not kept. */
bool importer_forwards(struct importer *im, uint64_t n, const char *address,
	const char *list, struct err *e) MUST_USE;
bool importer_alias(struct importer *im, uint64_t n, const char *address,
	const char *list, bool is_active, struct err *e) MUST_USE;

#endif
