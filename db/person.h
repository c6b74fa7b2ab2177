/*
 * Whose something is: an administrator's or a mailbox owner's. Rows of what
 * belongs to people have both columns, one of them NULL.
 */
#ifndef DB_PERSON_H
#define DB_PERSON_H

#include "db/db.h"

struct person {
	uint64_t admin_id;
	uint64_t mailbox_id;
};

/* The two parameters of IS_PERSON. */
#define PERSON_ARGS(p) arg_id((p).admin_id), arg_id((p).mailbox_id)
#define IS_PERSON "admin_id <=> ? AND mailbox_id <=> ?"

static inline bool
person_is_nobody(struct person p)
{
	return p.admin_id == 0 && p.mailbox_id == 0;
}

static inline bool
person_is_same(struct person a, struct person b)
{
	return a.admin_id == b.admin_id && a.mailbox_id == b.mailbox_id;
}

#endif
