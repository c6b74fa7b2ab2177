/*
 * The question of explain as the API, the command line and a node's request
 * ask it: one form for all three.
 *
 *	recipient   required
 *	sender      "" or not given: the empty sender
 *	client      an IP address; not given: somebody outside
 *	helo        not given: any; "": none was sent
 *	login       whoever is signed in, on the submission ports
 *	submission  true: those ports without being signed in
 */
#ifndef MAPS_EXPLAIN_FORM_H
#define MAPS_EXPLAIN_FORM_H

#include "base/addr.h"
#include "base/form.h"
#include "maps/explain.h"

struct explain_in {
	const char *recipient, *sender, *client, *helo, *login;
	bool submission;
};

/* Rows for a struct T that has a struct explain_in as member `ask`. */
#define EXPLAIN_ROWS(T)                                                        \
	{ FIELD_NAMED(T, ask.recipient, "recipient"), .max = ADDR_MAX,         \
		.check = envelope_check, .required = true },                   \
		{ FIELD_NAMED(T, ask.sender, "sender"), .max = ADDR_MAX,       \
			.check = envelope_check },                             \
		{ FIELD_NAMED(T, ask.client, "client"), .max = 64,             \
			.check = explain_check_client },                       \
		{ FIELD_NAMED(T, ask.helo, "helo"), .max = 253 },              \
		{ FIELD_NAMED(T, ask.login, "login"), .max = ADDR_MAX,         \
			.check = envelope_check },                             \
	{                                                                      \
		FIELD_NAMED(T, ask.submission, "submission")                   \
	}

/* A `.check`: an IP address in its canonical text; "" passes. */
bool explain_check_client(
	const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* What was not given becomes what explain_run wants. */
struct explain_query explain_query_of(const struct explain_in *in);

/* Members of a JSON object, those that are needed. */
void explain_write_in(struct jsonw *w, const struct explain_in *in);

/* Texts that came one by one: through the form, canonical afterwards. */
bool explain_check_in(
	struct explain_in *in, struct arena *a, struct err *e) MUST_USE;

/* From a JSON value, alone. */
bool explain_read_in(const struct json_value *v, struct arena *a,
	struct explain_in *out, struct err *e) MUST_USE;

#endif
