/*
 * What admin.c, session.c and sign_in.c share. Used inside core only.
 */
#ifndef CORE_ADMIN_ROWS_H
#define CORE_ADMIN_ROWS_H

#include "core/session.h"
#include "db/admin_rows.h"

/* The admin of a row, with the domains of a ROLE_ADMIN. */
bool admin_of_row(struct core *c, const struct admin_row *row,
	struct admin *out, struct err *e) MUST_USE;

struct owner owner_of_row(const struct owner_row *row);

#endif
