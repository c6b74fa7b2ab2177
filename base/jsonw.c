/*
 * The streaming JSON writer: every reply goes through here, so it writes
 * straight into the reply's buffer.
 */
#include "base/jsonw.h"

#include "base/text.h"
#include "base/timeutil.h"

struct jsonw
jsonw_over(struct str *out)
{
	return (struct jsonw){ .out = out };
}

/* Comma and key; what every value starts with. */
static bool
start_value(struct jsonw *w, const char *key)
{
	if (w->has_failed)
		return false;
	if (key) {
		const size_t len = strlen(key);
		char *at = str_room(w->out, len + 4);

		if (!at) {
			w->has_failed = true;
			return false;
		}
		w->out->len += len + 3 + w->needs_comma[w->depth];
		if (w->needs_comma[w->depth])
			*at++ = ',';
		*at++ = '"';
		memcpy(at, key, len);
		memcpy(at + len, "\":", 3);
	} else if (w->needs_comma[w->depth]) {
		str_add_char(w->out, ',');
	}
	w->needs_comma[w->depth] = true;
	return true;
}

static void
end_value(struct jsonw *w)
{
	if (!str_is_ok(w->out))
		w->has_failed = true;
}

static void
open_level(struct jsonw *w, const char *key, char opener, char closer)
{
	if (!start_value(w, key))
		return;
	if (w->depth == JSONW_DEPTH) {
		w->has_failed = true;
		return;
	}
	str_add_char(w->out, opener);
	w->depth++;
	w->needs_comma[w->depth] = false;
	w->closer[w->depth] = closer;
	end_value(w);
}

void
jsonw_object(struct jsonw *w, const char *key)
{
	open_level(w, key, '{', '}');
}

void
jsonw_array(struct jsonw *w, const char *key)
{
	open_level(w, key, '[', ']');
}

void
jsonw_end(struct jsonw *w)
{
	if (w->has_failed)
		return;
	if (w->depth == 0) {
		w->has_failed = true;
		return;
	}
	str_add_char(w->out, w->closer[w->depth]);
	w->depth--;
	end_value(w);
}

void
jsonw_str_n(struct jsonw *w, const char *key, const char *value, size_t len)
{
	if (!start_value(w, key))
		return;
	if (!text_json_n(w->out, value, len)) {
		w->has_failed = true;
		w->is_bad_text = str_is_ok(w->out);
	}
}

void
jsonw_str(struct jsonw *w, const char *key, const char *value)
{
	if (value)
		jsonw_str_n(w, key, value, strlen(value));
	else
		jsonw_null(w, key);
}

void
jsonw_int(struct jsonw *w, const char *key, int64_t value)
{
	if (!start_value(w, key))
		return;
	str_add_i64(w->out, value);
	end_value(w);
}

void
jsonw_uint(struct jsonw *w, const char *key, uint64_t value)
{
	if (!start_value(w, key))
		return;
	str_add_u64(w->out, value);
	end_value(w);
}

void
jsonw_bool(struct jsonw *w, const char *key, bool value)
{
	jsonw_raw(w, key, value ? "true" : "false");
}

void
jsonw_null(struct jsonw *w, const char *key)
{
	jsonw_raw(w, key, "null");
}

void
jsonw_time(struct jsonw *w, const char *key, int64_t us)
{
	char text[TIME_TEXT_SIZE];

	time_rfc3339(us, text);
	jsonw_str(w, key, text[0] ? text : NULL);
}

void
jsonw_raw(struct jsonw *w, const char *key, const char *json)
{
	if (!start_value(w, key))
		return;
	str_add(w->out, json ? json : "null");
	end_value(w);
}

bool
jsonw_done(const struct jsonw *w, struct err *e)
{
	if (!w->has_failed && w->depth == 0)
		return true;
	if (!w->has_failed)
		return err_set(e, ERR_INTERNAL, NULL, "reply", NULL,
			"a reply was left open");
	if (w->is_bad_text)
		return err_set(e, ERR_INTERNAL, NULL, "reply", NULL,
			"a text of the reply is not UTF-8");
	if (!str_is_ok(w->out))
		return err_memory(e);
	return err_set(e, ERR_INTERNAL, NULL, "reply", NULL,
		"a reply is nested wrongly");
}

void
jsonw_problem(struct jsonw *w, const struct err *e, const char *request_id)
{
	const bool is_private = err_is_private(e->code);

	jsonw_object(w, NULL);
	jsonw_str(w, "type", "about:blank");
	jsonw_str(w, "title", err_title(e->code));
	jsonw_int(w, "status", err_http_status(e->code));
	jsonw_str(w, "code", err_name(e->code));
	jsonw_str(w, "detail", is_private ? err_title(e->code) : err_text(e));
	jsonw_str(w, "request_id", request_id);
	jsonw_array(w, "errors");
	for (unsigned i = 0; i < e->n && !is_private; i++) {
		const struct err_item *item = &e->item[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "field", item->field);
		jsonw_str(w, "reason", item->reason);
		jsonw_str(w, "subject", item->subject);
		jsonw_str(w, "text", item->text);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}
