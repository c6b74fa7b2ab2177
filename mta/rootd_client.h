/*
 * Ask postroom-rootd for one verb and wait for its answer.
 */
#ifndef MTA_ROOTD_CLIENT_H
#define MTA_ROOTD_CLIENT_H

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"
#include "mta/root_verbs.h"

/*
 * Append what the command wrote to `out`, NULL: nobody wants it. True when the command ran and ended with status 0. ERR_UNAVAILABLE: nobody
 * answers at the socket; ERR_THROTTLED: asked too often; ERR_INTERNAL, reason
 * `root_verb_failed`: the command failed, its own words in the text.
 */
bool rootd_ask(const char *socket_path, enum root_verb verb, const char *arg,
	struct str *out, struct err *e) MUST_USE;

static inline bool MUST_USE
rootd_call(const char *socket_path, enum root_verb verb, const char *arg,
	struct err *e)
{
	return rootd_ask(socket_path, verb, arg, NULL, e);
}

#endif
