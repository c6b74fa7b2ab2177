/*
 * The one error object: a code, and up to ERR_MAX_ITEMS items that say what
 * is at fault. It is the vocabulary of the API, the command line and the jobs.
 *
 * A function that can fail returns bool and takes `struct err *e` last:
 *
 *	if (domain->mailbox_count >= domain->max_mailboxes)
 *		return err_set(e, ERR_LIMIT, "domain_id", "max_mailboxes",
 *			domain->name, "the domain has its %u mailboxes",
 *			domain->max_mailboxes);
 *
 * What always holds:
 * - the first failure wins: err_set on an error that is set changes nothing;
 * - all items belong to the one code;
 * - texts are valid UTF-8 without control characters whatever was passed (bad
 *   bytes are shown as \xNN) and cut at a character's end, so they can be put
 *   into any reply;
 * - `text` is English and may be shown to a client. What an operator needs
 *   (SQL state, errno, path) goes to the log. The texts of ERR_INTERNAL,
 *   ERR_UNAVAILABLE, ERR_OUTCOME and ERR_RETRY are for the log and the command
 *   line only: err_is_private() says so, and HTTP shows err_title() instead.
 *
 * A struct err is about 11 KB: one per request or program, on the stack of the
 * outermost function. Start from `struct err e = ERR_EMPTY` or err_clear().
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/base.h"

#include <stdarg.h>

enum err_code {
	ERR_NONE,
	ERR_SYNTAX,    /* 400: cannot be read at all */
	ERR_INVALID,   /* 422: a field has a value that a rule refuses */
	ERR_AUTH,      /* 401: nobody is signed in, or the password is wrong */
	ERR_FORBIDDEN, /* 403 */
	ERR_NOT_FOUND, /* 404 */
	ERR_METHOD,    /* 405 */
	ERR_CONFLICT,  /* 409: there already, or in a state that forbids it */
	ERR_STALE,     /* 412: If-Match names another version */
	ERR_TOO_LARGE, /* 413 */
	ERR_MEDIA,     /* 415 */
	ERR_NEEDS_MATCH, /* 428: If-Match is missing */
	ERR_THROTTLED,   /* 429: retry_after_s is set */
	ERR_LIMIT,       /* 422: a set limit is reached */
	ERR_REFERENCED,  /* 409: other rows need an answer first */
	ERR_UNAVAILABLE, /* 503: the database or a service is away */
	ERR_RETRY,       /* internal: rerun the whole transaction */
	ERR_OUTCOME,     /* 503: commit was sent, no answer came */
	ERR_INTERNAL,    /* 500 */
	ERR_CODES
};

#define ERR_MAX_ITEMS 16

struct err_item {
	char field[64];    /* key of the form, "" where none is at fault */
	char reason[48];   /* stable machine word */
	char subject[324]; /* the thing at fault: an address, a name, or "" */
	char text[256];
};

struct err {
	enum err_code code;
	unsigned n;
	int retry_after_s;
	struct err_item item[ERR_MAX_ITEMS];
};

/* clang-format off */
#define ERR_EMPTY { .code = ERR_NONE, .n = 0, .retry_after_s = 0 }
/* clang-format on */

/* Forget everything; `e` can be used again. */
void err_clear(struct err *e);

/* Is an error set? A NULL `e` is none. */
static inline bool
err_is_set(const struct err *e)
{
	return e && e->code != ERR_NONE;
}

/*
 * Set the code and the first item. Nothing happens when an error is set
 * already, or `e` is NULL. `field`, `reason` and `subject` may be NULL (empty).
 * Always returns false, so that a function can return it.
 */
bool err_set(struct err *e, enum err_code code, const char *field,
	const char *reason, const char *subject, const char *fmt, ...)
	PRINTF_LIKE(6, 7);
bool err_vset(struct err *e, enum err_code code, const char *field,
	const char *reason, const char *subject, const char *fmt, va_list args)
	PRINTF_LIKE(6, 0);

/*
 * Add a further item of the same code (the first call sets the code, like
 * err_set). Nothing happens when another code is set or ERR_MAX_ITEMS are
 * there. Always returns false.
 */
bool err_add(struct err *e, enum err_code code, const char *field,
	const char *reason, const char *subject, const char *fmt, ...)
	PRINTF_LIKE(6, 7);

/*
 * Add all items of `from` under the field name `field` (NULL keeps theirs).
 * Returns false when `from` is set, true when it is empty.
 */
bool err_merge(struct err *e, const struct err *from, const char *field);

/*
 * Memory of the request is used up (arena ceiling, or a struct str at its
 * limit): ERR_LIMIT with the reason `request_too_large`. Returns false.
 */
bool err_memory(struct err *e);

/* The JSON name of a code ("invalid", "not_found", ...), never NULL. */
const char *err_name(enum err_code code);

/* The title of a problem document (RFC 9457), one per code, never NULL. */
const char *err_title(enum err_code code);

/* The HTTP status: 200 for ERR_NONE, 503 for ERR_RETRY that ran out. */
int err_http_status(enum err_code code);

/*
 * Exit code of the command line: 0 none, 1 refused by a rule, 2 wrong input or
 * usage, 3 not found, 4 conflict or stale, 5 not allowed, 75 try again later
 * (EX_TEMPFAIL of sysexits.h), 70 internal (EX_SOFTWARE).
 */
int err_exit_code(enum err_code code);

/* Texts of this code must not reach an HTTP client. */
bool err_is_private(enum err_code code);

/* Text of the first item, or the title of the code; never NULL. */
const char *err_text(const struct err *e);

#endif
