/*
 * What admin.c and session.c share. Used inside core only.
 */
#ifndef CORE_ADMIN_ROWS_H
#define CORE_ADMIN_ROWS_H

#include "core/admin.h"
#include "db/admin_rows.h"

/* The admin of a row, with the domains of a ROLE_ADMIN. */
bool admin_of_row(struct core *c, const struct admin_row *row,
	struct admin *out, struct err *e) MUST_USE;

/* A new session of an admin whose right to it was proved. */
bool session_start(struct core *c, const struct admin *admin,
	const char *client, const char *user_agent,
	char token[static TOKEN_SESSION_LEN + 1], struct session *out,
	struct err *e) MUST_USE;

#endif
