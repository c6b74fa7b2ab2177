/*
 * Requests to the feed of a Postroom elsewhere, over HTTPS, by libcurl: one
 * kept connection, the certificate checked, no redirects, bounded replies and
 * a deadline. curl.h is included in feed_http.c and nowhere else.
 */
#ifndef MTA_FEED_HTTP_H
#define MTA_FEED_HTTP_H

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json.h"

#define FEED_REPLY_MAX ((size_t)4 << 20)

struct feed_http;

/* Reads the token; makes no connection yet. feed_http_close. */
bool feed_http_open(const struct conf_node *conf, struct feed_http **f_r,
	struct err *e) MUST_USE;
void feed_http_close(struct feed_http **f);

/*
 * GET `path` (below /api/v1/feed/), or POST `body` to it (NULL: GET). *doc_r is
 * the reply, NULL where it has none; json_free it. ERR_UNAVAILABLE, `feed_away`:
 * no answer, or the service is not well; ERR_AUTH, `token_refused`;
 * ERR_INTERNAL, `feed_refused`, with the answer's own words.
 */
bool feed_http_call(struct feed_http *f, const char *path, const char *body,
	struct json **doc_r, struct err *e) MUST_USE;

/* A text as a value in a query, in the arena; NULL when memory ran out. */
char *feed_http_escape(struct feed_http *f, const char *text, struct arena *a);

#endif
