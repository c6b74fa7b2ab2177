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

/* After a success: keep the reply, let go of the claim. */
void once_keep(struct call *c);

/*
 * After a failure: let go of the claim. Where another request with the same
 * key was quicker, what it made is the answer: true, and the failure is
 * forgotten.
 */
bool once_failed(struct call *c, struct err *e) MUST_USE;

#endif
