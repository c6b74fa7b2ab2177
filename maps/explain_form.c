/*
 * See explain_form.h.
 */
#include "maps/explain_form.h"

#include "base/cidr.h"
#include "base/str.h"

struct whole {
	struct explain_in ask;
};

static const struct field rows[] = { EXPLAIN_ROWS(struct whole), { 0 } };

bool
explain_check_client(const char *in, char *out, size_t cap, struct err *e)
{
	char text[CIDR_TEXT_SIZE];
	uint8_t ip[16];
	if (in[0] == '\0')
		return str_copy(out, cap, in);
	if (!ip_parse(in, ip))
		return err_set(e, ERR_INVALID, "client", "bad_address", in,
			"%s is not an IP address", in);
	ip_text(ip, text);
	return str_copy(out, cap, text);
}

struct explain_query
explain_query_of(const struct explain_in *in)
{
	return (struct explain_query){ .recipient = in->recipient,
		.sender = in->sender ? in->sender : "",
		.client = in->client ? in->client : "",
		.helo = in->helo,
		.login = in->login ? in->login : "",
		.is_submission = in->submission };
}

void
explain_write_in(struct jsonw *w, const struct explain_in *in)
{
	jsonw_str(w, "recipient", in->recipient);
	if (in->sender)
		jsonw_str(w, "sender", in->sender);
	if (in->client)
		jsonw_str(w, "client", in->client);
	if (in->helo)
		jsonw_str(w, "helo", in->helo);
	if (in->login)
		jsonw_str(w, "login", in->login);
	if (in->submission)
		jsonw_bool(w, "submission", true);
}

bool
explain_check_in(struct explain_in *in, struct arena *a, struct err *e)
{
	struct str text = str_in(a, 16384);
	struct jsonw w = jsonw_over(&text);
	struct json *doc = NULL;

	jsonw_object(&w, NULL);
	explain_write_in(&w, in);
	jsonw_end(&w);
	const bool ok = jsonw_done(&w, e)
		&& json_parse(str_text(&text), text.len, &json_limits_request,
			&doc, e)
		&& explain_read_in(json_root(doc), a, in, e);
	json_free(&doc);
	return ok;
}

bool
explain_read_in(const struct json_value *v, struct arena *a,
	struct explain_in *out, struct err *e)
{
	struct whole x = { 0 };
	if (!form_read_value(rows, v, &x, NULL, a, e))
		return false;
	*out = x.ask;
	return true;
}
