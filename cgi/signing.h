/*
 * What the handlers of signing in share.
 */
#ifndef CGI_SIGNING_H
#define CGI_SIGNING_H

#include "cgi/handlers.h"
#include "core/sign_in.h"

struct session_from from_of(const struct call *c);

/* After a step of signing in: the session with its cookies, or 202 with the
 * ticket of the next step. `in` is wiped. */
bool reply_signed_in(
	struct call *c, struct signed_in *in, struct err *e) MUST_USE;
void session_write_json(struct call *c, const struct session *s);

/* A browser's answer as a form. */
struct passkey_in {
	char ticket[TICKET_TEXT_SIZE + 1];
	const char *id, *client_data, *auth_data, *signature, *user_handle;
};
struct passkey_answer answer_of(const struct passkey_in *in);

/* What a page gives to navigator.credentials. */
bool reply_challenge(struct call *c, const char *challenge,
	const struct passkey_row *keys, size_t n, struct err *e) MUST_USE;

void codes_write_json(struct jsonw *w, const struct recovery_codes *codes);

#endif
