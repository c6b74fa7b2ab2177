/*
 * Times are int64 microseconds since 1970-01-01T00:00:00Z, in fields that end
 * in `_us`. All texts are UTC. TIME_NONE stands for "no time" (SQL NULL, JSON
 * null). Years 1970 to 9999; leap seconds are refused.
 */
#ifndef BASE_TIMEUTIL_H
#define BASE_TIMEUTIL_H

#include "base/base.h"
#include "base/err.h"

#define TIME_NONE INT64_MIN
#define TIME_MAX_US INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999 */
#define US_PER_S INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

/* A time in the calendar, UTC: what MYSQL_TIME holds. */
struct civil {
	unsigned year, month, day, hour, minute, second, micro;
};

/* The wall clock, and a clock that never jumps (for time-outs). */
int64_t now_us(void);
int64_t monotonic_us(void);

/* False (and zeros) outside 1970 to 9999. */
bool time_to_civil(int64_t us, struct civil *out) MUST_USE;

/* TIME_NONE when it is no valid time. */
int64_t time_from_civil(const struct civil *c);

/* Bytes for either text, with the NUL. */
#define TIME_TEXT_SIZE 32

/*
 * RFC 3339 in UTC: `2026-11-22T04:45:00Z`, with a fraction of six digits only
 * when there is one. The empty text outside the range.
 */
void time_rfc3339(int64_t us, char out[static TIME_TEXT_SIZE]);

/*
 * Read an RFC 3339 time with Z or an offset and at most six digits of
 * fraction. False with ERR_INVALID, reason `bad_time`, when it is not one.
 */
bool time_parse(const char *in, int64_t *us_r, struct err *e) MUST_USE;

/* `2026-11-22 04:45:00.000000`, MariaDB's DATETIME(6), to be bound as text. */
void time_sql(int64_t us, char out[static TIME_TEXT_SIZE]);

/* The reverse, with or without a fraction; TIME_NONE when it is not one. */
int64_t time_from_sql(const char *in);

#endif
