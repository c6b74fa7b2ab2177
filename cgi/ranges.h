/*
 * The query and body members that choose revisions by who, when, which job and
 * which serials.
 */
#ifndef CGI_RANGES_H
#define CGI_RANGES_H

#include "base/form.h"
#include "base/timeutil.h"
#include "cgi/route.h"
#include "core/revision.h"

struct range_in {
	int64_t job_id;
	int64_t from_serial;
	int64_t to_serial;
	int64_t admin_id;
	const char *actor;
	int64_t from_us;
	int64_t to_us;
};

/* Rows of a form table whose struct T has a range_in at `member` (with its
 * dot, or nothing). */
#define RANGE_ROWS(T, member)                                                  \
	{ FIELD_NAMED(T, member job_id, "job_id"), .min = 1,                   \
		.max = ROUTE_ID_MAX },                                         \
		{ FIELD_NAMED(T, member from_serial, "from_serial"), .min = 1, \
			.max = ROUTE_ID_MAX },                                 \
		{ FIELD_NAMED(T, member to_serial, "to_serial"), .min = 1,     \
			.max = ROUTE_ID_MAX },                                 \
		{ FIELD_NAMED(T, member admin_id, "admin_id"), .min = 1,       \
			.max = ROUTE_ID_MAX },                                 \
		{ FIELD_NAMED(T, member actor, "actor"), .max = 100 },         \
		{ FIELD_TIME_AT(T, member from_us, "from") },                  \
	{                                                                      \
		FIELD_TIME_AT(T, member to_us, "to")                           \
	}

static inline void
range_in_init(struct range_in *in)
{
	in->from_us = in->to_us = TIME_NONE;
}

static inline struct revision_range
range_of(const struct range_in *in)
{
	return (struct revision_range){ .job_id = (uint64_t)in->job_id,
		.from_serial = (uint64_t)in->from_serial,
		.to_serial = (uint64_t)in->to_serial,
		.admin_id = (uint64_t)in->admin_id,
		.actor = in->actor && *in->actor ? in->actor : NULL,
		.from_us = in->from_us,
		.to_us = in->to_us };
}

#endif
