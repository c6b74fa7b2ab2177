/*
 * One request, read from a gateway into plain data: copied into the arena,
 * decoded once, strict. What is malformed is refused, never repaired.
 *
 * The head is read first; the body only when the dispatcher wants one.
 */
#ifndef CGI_REQUEST_H
#define CGI_REQUEST_H

#include "base/arena.h"
#include "base/base.h"
#include "base/cidr.h"
#include "base/conf.h"
#include "base/err.h"
#include "cgi/gateway.h"

enum method {
	METHOD_OTHER,
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHODS
};

#define REQUEST_ID_SIZE 11
#define SESSION_COOKIE "__Host-postroom"
#define DEVICE_COOKIE "__Host-postroom-device"

/* Longest path and query, and longest header value that is looked at. */
#define REQUEST_URI_MAX 4096
#define REQUEST_HEADER_MAX 2048

/* Texts are in the arena and NULL where the request has none. */
struct request {
	char id[REQUEST_ID_SIZE];
	enum method method;
	const char *path;            /* decoded, begins with a slash */
	const char *query;           /* as sent, without the mark */
	char client[CIDR_TEXT_SIZE]; /* "" when it cannot be known */
	const char *origin;
	const char *fetch_site; /* Sec-Fetch-Site */
	const char *csrf;       /* X-Postroom */
	const char *token;      /* of the session cookie */
	const char *device;     /* of the cookie of a known browser */
	const char *bearer;     /* of Authorization: Bearer */
	const char *if_match;
	const char *if_none_match;
	const char *idempotency_key;
	const char *content_type;
	const char *user_agent;
	int64_t content_length; /* 0: no body */
	char *body;
	size_t body_len;
};

/*
 * Read the head of the current request of gw. A fresh id is set whatever
 * happens. ERR_SYNTAX: `bad_path`, `bad_header`, `bad_length` and those of
 * base/url.h; ERR_TOO_LARGE: `uri_too_long`, `header_too_long`.
 */
bool request_read_head(struct request *r, struct gateway *gw,
	const struct conf_web *conf, struct arena *a, struct err *e) MUST_USE;

/*
 * Read the body, at most `max` bytes. ERR_TOO_LARGE `too_large`; ERR_SYNTAX
 * `body_cut` when less came than announced; ERR_MEDIA `not_json` when it is
 * not called `type`, application/json (`not_bytes` for another).
 */
#define JSON_TYPE "application/json"
bool request_read_body(struct request *r, struct gateway *gw, size_t max,
	const char *type, struct arena *a, struct err *e) MUST_USE;

/*
 * Throw away what is left of a body that nobody wants, up to a ceiling, so
 * that the web server is not cut off while it sends.
 */
void request_drain(const struct request *r, struct gateway *gw);

const char *method_name(enum method method);
enum method method_find(const char *name);

/*
 * Parts of the head, alone for tests and fuzzing.
 *
 * The token of `token_len` characters in the cookie `name` of a Cookie header:
 * NULL when there is none, when it is given twice or when it cannot be one of
 * ours.
 */
const char *cookie_token(const char *header, const char *name, size_t token_len,
	struct arena *a);

/* The version in `"3"` or `W/"3"` (a web server that compresses weakens
 * ETags); false when it is neither. */
bool etag_version(const char *header, int64_t *version_r) MUST_USE;

/* Does an If-None-Match header name this ETag (RFC 9110, weak comparison)? */
bool etag_matches(const char *header, const char *etag);

/*
 * The client's address: `remote`, or when that is a trusted proxy the last
 * address in X-Forwarded-For that is not one. Empty when it is no address.
 */
void client_address(const char *remote, const char *forwarded,
	const struct cidr_list *trusted, char out[static CIDR_TEXT_SIZE]);

#endif
