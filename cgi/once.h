/*
 * Idempotency-Key around a handler that makes something: a repeated key is
 * answered with the first reply, and makes nothing.
 */
#ifndef CGI_ONCE_H
#define CGI_ONCE_H

#include "cgi/app.h"

/* Where the route takes a key and one came: answer at once (*is_done_r), or
 * claim the key for the write that follows. ERR_INVALID `bad_key`. */
bool once_before(struct call *c, bool *is_done_r, struct err *e) MUST_USE;

/* After the handler: keep the reply of a success; let go of the claim. */
void once_after(struct call *c, bool is_ok);

#endif
