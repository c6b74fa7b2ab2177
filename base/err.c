/*
 * The error object. Its texts are made safe here, once, so that every face
 * can print them.
 */
#include "base/err.h"

#include "base/utf8.h"

struct err_row {
	const char *name;
	const char *title;
	int http_status;
	int exit_code;
	bool is_private;
};

static const struct err_row rows[] = {
	[ERR_NONE] = { "none", "No error", 200, 0, false },
	[ERR_SYNTAX] = { "syntax", "The request cannot be read", 400, 2,
		false },
	[ERR_INVALID] = { "invalid", "A value is not valid", 422, 2, false },
	[ERR_AUTH] = { "auth", "Sign in first", 401, 5, false },
	[ERR_FORBIDDEN] = { "forbidden", "Not allowed", 403, 5, false },
	[ERR_NOT_FOUND] = { "not_found", "Not found", 404, 3, false },
	[ERR_METHOD] = { "method", "Method not allowed", 405, 2, false },
	[ERR_CONFLICT] = { "conflict", "This does not fit what is there", 409,
		4, false },
	[ERR_STALE] = { "stale", "It was changed in the meantime", 412, 4,
		false },
	[ERR_TOO_LARGE] = { "too_large", "Too large", 413, 2, false },
	[ERR_MEDIA] = { "media", "The media type must be application/json", 415,
		2, false },
	[ERR_NEEDS_MATCH] = { "needs_match", "The If-Match header is missing",
		428, 2, false },
	[ERR_THROTTLED] = { "throttled", "Too many requests", 429, 75, false },
	[ERR_LIMIT] = { "limit", "A limit is reached", 422, 1, false },
	[ERR_REFERENCED] = { "referenced", "Other entries refer to it", 409, 1,
		false },
	[ERR_UNAVAILABLE] = { "unavailable", "The service is not available",
		503, 75, true },
	[ERR_RETRY] = { "retry", "Try again", 503, 75, true },
	[ERR_OUTCOME] = { "outcome_unknown",
		"It is not known whether the change was saved", 503, 75, true },
	[ERR_INTERNAL] = { "internal", "An error on the server", 500, 70,
		true },
};
_Static_assert(ARRAY_LEN(rows) == ERR_CODES, "a row for every code");

static const struct err_row *
row_of(enum err_code code)
{
	if ((unsigned)code >= ERR_CODES)
		return &rows[ERR_INTERNAL];
	return &rows[code];
}

/* Copy what fits, whole characters only; bad bytes are shown as \xNN. */
static void
copy_safe(char *out, size_t size, const char *in)
{
	static const char hex[] = "0123456789abcdef";
	size_t left = in ? strlen(in) : 0, at = 0;
	uint32_t code;

	while (left > 0) {
		size_t n = utf8_next(in, left, &code);
		const bool is_plain = n > 0 && !utf8_is_hidden(code);

		if (at + (is_plain ? n : 4) >= size)
			break;
		if (is_plain) {
			memcpy(out + at, in, n);
			at += n;
		} else {
			const unsigned char c = (unsigned char)in[0];

			out[at++] = '\\';
			out[at++] = 'x';
			out[at++] = hex[c >> 4];
			out[at++] = hex[c & 15];
			n = 1;
		}
		in += n;
		left -= n;
	}
	out[at] = '\0';
}

static void add_item(struct err *e, const char *field, const char *reason,
	const char *subject, const char *fmt, va_list args) PRINTF_LIKE(5, 0);

static void
add_item(struct err *e, const char *field, const char *reason,
	const char *subject, const char *fmt, va_list args)
{
	struct err_item *item = &e->item[e->n++];
	char text[2 * sizeof(item->text)];

	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	copy_safe(item->field, sizeof(item->field), field);
	copy_safe(item->reason, sizeof(item->reason), reason);
	copy_safe(item->subject, sizeof(item->subject), subject);
	copy_safe(item->text, sizeof(item->text), text);
}

void
err_clear(struct err *e)
{
	if (!e)
		return;
	e->code = ERR_NONE;
	e->n = 0;
	e->retry_after_s = 0;
}

bool
err_vset(struct err *e, enum err_code code, const char *field,
	const char *reason, const char *subject, const char *fmt, va_list args)
{
	if (!e || e->code != ERR_NONE || code == ERR_NONE)
		return false;
	e->code = code;
	e->n = 0;
	add_item(e, field, reason, subject, fmt, args);
	return false;
}

bool
err_set(struct err *e, enum err_code code, const char *field,
	const char *reason, const char *subject, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)err_vset(e, code, field, reason, subject, fmt, args);
	va_end(args);
	return false;
}

bool
err_add(struct err *e, enum err_code code, const char *field,
	const char *reason, const char *subject, const char *fmt, ...)
{
	va_list args;

	if (!e || code == ERR_NONE)
		return false;
	if (e->code == ERR_NONE) {
		e->code = code;
		e->n = 0;
	}
	if (e->code != code || e->n >= ERR_MAX_ITEMS)
		return false;
	va_start(args, fmt);
	add_item(e, field, reason, subject, fmt, args);
	va_end(args);
	return false;
}

bool
err_merge(struct err *e, const struct err *from, const char *field)
{
	if (!err_is_set(from))
		return true;
	if (!e)
		return false;
	if (e->code == ERR_NONE) {
		e->code = from->code;
		e->n = 0;
		e->retry_after_s = from->retry_after_s;
	}
	if (e->code != from->code)
		return false;
	for (unsigned i = 0; i < from->n && e->n < ERR_MAX_ITEMS; i++) {
		struct err_item *item = &e->item[e->n++];

		*item = from->item[i];
		if (field)
			copy_safe(item->field, sizeof(item->field), field);
	}
	return false;
}

bool
err_memory(struct err *e)
{
	return err_set(e, ERR_LIMIT, NULL, "request_too_large", NULL,
		"this needs more memory than one request may use");
}

const char *
err_name(enum err_code code)
{
	return row_of(code)->name;
}

const char *
err_title(enum err_code code)
{
	return row_of(code)->title;
}

int
err_http_status(enum err_code code)
{
	return row_of(code)->http_status;
}

int
err_exit_code(enum err_code code)
{
	return row_of(code)->exit_code;
}

bool
err_is_private(enum err_code code)
{
	return row_of(code)->is_private;
}

const char *
err_text(const struct err *e)
{
	if (err_is_set(e) && e->n > 0 && e->item[0].text[0])
		return e->item[0].text;
	return err_title(e ? e->code : ERR_NONE);
}
