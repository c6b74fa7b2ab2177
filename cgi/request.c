/*
 * Reading a request: the step between a gateway and the dispatcher.
 */
#include "cgi/request.h"

#include <string.h>

#include "base/str.h"
#include "base/token.h"
#include "base/url.h"
#include "base/utf8.h"

/* Bodies are drained up to this many bytes before the reply is sent. */
#define DRAIN_MAX ((int64_t)16 << 20)

#define CONTENT_LENGTH_MAX ((int64_t)1 << 40)

static const char *const method_names[METHODS] = {
	[METHOD_OTHER] = "OTHER",
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
};

const char *
method_name(enum method method)
{
	return method_names[method];
}

enum method
method_find(const char *name)
{
	for (int m = METHOD_GET; name != NULL && m < METHODS; m++)
		if (strcmp(name, method_names[m]) == 0)
			return (enum method)m;
	return METHOD_OTHER;
}

/* Split off the next element of a list; NULL when there is no more. */
static const char *
list_next(const char **at, char sep, size_t *len_r)
{
	const char *s = *at;
	const char *end;

	if (s == NULL)
		return NULL;
	end = strchr(s, sep);
	*at = end != NULL ? end + 1 : NULL;
	if (end == NULL)
		end = s + strlen(s);
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*len_r = (size_t)(end - s);
	return s;
}

const char *
cookie_token(
	const char *header, const char *name, size_t token_len, struct arena *a)
{
	const size_t name_len = strlen(name);
	const char *found = NULL, *s;
	size_t len, found_len = 0;

	while ((s = list_next(&header, ';', &len)) != NULL) {
		if (len <= name_len || strncmp(s, name, name_len) != 0
			|| s[name_len] != '=')
			continue;
		if (found != NULL)
			return NULL;
		found = s + name_len + 1;
		found_len = len - name_len - 1;
	}
	if (found == NULL || found_len != token_len)
		return NULL;
	found = arena_strndup(a, found, found_len);
	if (found == NULL || !token_is_plausible(found, token_len, token_len))
		return NULL;
	return found;
}

bool
etag_version(const char *header, int64_t *version_r)
{
	char digits[20];
	size_t len;

	if (strncmp(header, "W/", 2) == 0)
		header += 2;
	len = strlen(header);
	if (len < 3 || header[0] != '"' || header[len - 1] != '"')
		return false;
	return str_copy_n(digits, sizeof digits, header + 1, len - 2)
		&& str_to_i64(digits, 1, UINT32_MAX, version_r);
}

bool
etag_matches(const char *header, const char *etag)
{
	const size_t etag_len = strlen(etag);
	const char *s;
	size_t len;

	while ((s = list_next(&header, ',', &len)) != NULL) {
		if (len == 1 && *s == '*')
			return true;
		if (len > 2 && strncmp(s, "W/", 2) == 0) {
			s += 2;
			len -= 2;
		}
		if (len == etag_len && memcmp(s, etag, len) == 0)
			return true;
	}
	return false;
}

/* The element of a comma list that begins at or after `from`'s last comma. */
static bool
forwarded_last(const char *list, size_t *len, char *out, size_t cap)
{
	size_t end = *len, start;

	while (end > 0 && (list[end - 1] == ' ' || list[end - 1] == '\t'))
		end--;
	for (start = end; start > 0 && list[start - 1] != ','; start--)
		;
	*len = start > 0 ? start - 1 : 0;
	while (start < end && (list[start] == ' ' || list[start] == '\t'))
		start++;
	return str_copy_n(out, cap, list + start, end - start);
}

void
client_address(const char *remote, const char *forwarded,
	const struct cidr_list *trusted, char out[static CIDR_TEXT_SIZE])
{
	uint8_t ip[16], hop[16];
	char text[CIDR_TEXT_SIZE + 8];
	size_t len = forwarded != NULL ? strlen(forwarded) : 0;

	out[0] = '\0';
	if (remote == NULL || !ip_parse(remote, ip))
		return;
	while (len > 0 && cidr_list_has(trusted, ip)) {
		if (!forwarded_last(forwarded, &len, text, sizeof text)
			|| !ip_parse(text, hop))
			break;
		memcpy(ip, hop, sizeof ip);
	}
	ip_text(ip, out);
}

/* A header value copied into the arena: printable, bounded, valid UTF-8. */
static bool
header_copy(struct gateway *gw, const char *var, const char **out,
	struct arena *a, struct err *e)
{
	const char *value = gateway_param(gw, var);
	size_t len;

	*out = NULL;
	if (value == NULL || *value == '\0')
		return true;
	len = strnlen(value, REQUEST_HEADER_MAX + 1);
	if (len > REQUEST_HEADER_MAX)
		return err_set(e, ERR_TOO_LARGE, "", "header_too_long", var,
			"a header is longer than %d bytes", REQUEST_HEADER_MAX);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return err_set(e, ERR_SYNTAX, "", "bad_header", var,
				"a header holds a control character");
	if (!utf8_is_valid(value, len))
		return err_set(e, ERR_SYNTAX, "", "bad_header", var,
			"a header is not UTF-8");
	*out = arena_strndup(a, value, len);
	return *out != NULL || err_memory(e);
}

static bool
read_headers(
	struct request *r, struct gateway *gw, struct arena *a, struct err *e)
{
	const char *cookie, *bearer = NULL;

	if (!header_copy(gw, "HTTP_ORIGIN", &r->origin, a, e)
		|| !header_copy(gw, "HTTP_SEC_FETCH_SITE", &r->fetch_site, a, e)
		|| !header_copy(gw, "HTTP_X_POSTROOM", &r->csrf, a, e)
		|| !header_copy(gw, "HTTP_AUTHORIZATION", &bearer, a, e)
		|| !header_copy(gw, "HTTP_IF_MATCH", &r->if_match, a, e)
		|| !header_copy(
			gw, "HTTP_IF_NONE_MATCH", &r->if_none_match, a, e)
		|| !header_copy(
			gw, "HTTP_IDEMPOTENCY_KEY", &r->idempotency_key, a, e)
		|| !header_copy(gw, "HTTP_USER_AGENT", &r->user_agent, a, e)
		|| !header_copy(gw, "CONTENT_TYPE", &r->content_type, a, e))
		return false;
	if (bearer && strncasecmp(bearer, "Bearer ", 7) == 0)
		r->bearer = bearer + 7;
	cookie = gateway_param(gw, "HTTP_COOKIE");
	if (cookie != NULL && strlen(cookie) <= 4 * REQUEST_HEADER_MAX) {
		r->token = cookie_token(
			cookie, SESSION_COOKIE, TOKEN_SESSION_LEN, a);
		r->device = cookie_token(cookie, DEVICE_COOKIE, TOKEN_LEN, a);
	}
	return true;
}

/*
 * The raw request target is read, not PATH_INFO, which the web server has
 * decoded already, so that a slash that was %2F stays told apart.
 */
static bool
read_target(
	struct request *r, struct gateway *gw, struct arena *a, struct err *e)
{
	const char *uri = gateway_param(gw, "REQUEST_URI");
	const char *mark;
	char *path;
	size_t len;

	if (uri == NULL || uri[0] != '/')
		return err_set(e, ERR_SYNTAX, "", "bad_path", "",
			"the request has no path");
	if (strnlen(uri, REQUEST_URI_MAX + 1) > REQUEST_URI_MAX)
		return err_set(e, ERR_TOO_LARGE, "", "uri_too_long", "",
			"path and query are longer than %d bytes",
			REQUEST_URI_MAX);
	mark = strchr(uri, '?');
	len = mark != NULL ? (size_t)(mark - uri) : strlen(uri);
	for (size_t i = 0; i + 2 < len; i++)
		if (uri[i] == '%' && uri[i + 1] == '2'
			&& char_lower(uri[i + 2]) == 'f')
			return err_set(e, ERR_SYNTAX, "", "bad_path", "",
				"the path holds an encoded slash");
	path = arena_alloc(a, len + 1);
	if (path == NULL)
		return err_memory(e);
	if (!url_decode(uri, len, false, path, len + 1, e))
		return false;
	r->path = path;
	r->query = arena_strdup(a, mark != NULL ? mark + 1 : "");
	return r->query != NULL || err_memory(e);
}

static bool
read_length(struct request *r, struct gateway *gw, struct err *e)
{
	const char *text = gateway_param(gw, "CONTENT_LENGTH");

	r->content_length = 0;
	if (text == NULL || *text == '\0')
		return true;
	if (!str_to_i64(text, 0, CONTENT_LENGTH_MAX, &r->content_length))
		return err_set(e, ERR_SYNTAX, "", "bad_length", "",
			"Content-Length is not a number");
	return true;
}

bool
request_read_head(struct request *r, struct gateway *gw,
	const struct conf_web *conf, struct arena *a, struct err *e)
{
	*r = (struct request){ 0 };
	token_request_id(r->id);
	client_address(gateway_param(gw, "REMOTE_ADDR"),
		gateway_param(gw, "HTTP_X_FORWARDED_FOR"),
		&conf->trusted_proxies, r->client);
	r->method = method_find(gateway_param(gw, "REQUEST_METHOD"));
	return read_length(r, gw, e) && read_target(r, gw, a, e)
		&& read_headers(r, gw, a, e);
}

/* application/json, with or without charset=utf-8 (RFC 8259, 11). */
static bool
is_json_type(const char *type)
{
	const size_t len = strlen(JSON_TYPE);

	if (type == NULL || strncasecmp(type, JSON_TYPE, len) != 0)
		return false;
	type += len;
	type += strspn(type, " \t");
	if (*type == '\0')
		return true;
	if (*type++ != ';')
		return false;
	type += strspn(type, " \t");
	return strcasecmp(type, "charset=utf-8") == 0
		|| strcasecmp(type, "charset=\"utf-8\"") == 0;
}

static bool
check_type(const struct request *r, const char *type, struct err *e)
{
	const char *is = r->content_type != NULL ? r->content_type : "";
	const bool wants_json = strcmp(type, JSON_TYPE) == 0;

	if (wants_json ? is_json_type(is) : strcasecmp(is, type) == 0)
		return true;
	return err_set(e, ERR_MEDIA, "", wants_json ? "not_json" : "not_bytes",
		is, "the body must be %s", type);
}

bool
request_read_body(struct request *r, struct gateway *gw, size_t max,
	const char *type, struct arena *a, struct err *e)
{
	const int64_t want = r->content_length;

	if (want == 0)
		return true;
	if (want > (int64_t)max)
		return err_set(e, ERR_TOO_LARGE, "", "too_large", "",
			"the body is larger than %zu bytes", max);
	if (!check_type(r, type, e))
		return false;
	r->body = arena_alloc(a, (size_t)want + 1);
	if (r->body == NULL)
		return err_memory(e);
	while (r->body_len < (size_t)want) {
		const ssize_t got = gateway_read(
			gw, r->body + r->body_len, (size_t)want - r->body_len);

		if (got <= 0) {
			r->content_length = 0;
			return err_set(e, ERR_SYNTAX, "", "body_cut", "",
				"the body ended before its announced length");
		}
		r->body_len += (size_t)got;
	}
	return true;
}

void
request_drain(const struct request *r, struct gateway *gw)
{
	int64_t left = r->content_length - (int64_t)r->body_len;
	char buf[16384];

	if (left > DRAIN_MAX)
		left = DRAIN_MAX;
	while (left > 0) {
		const size_t want =
			left < (int64_t)sizeof buf ? (size_t)left : sizeof buf;
		const ssize_t got = gateway_read(gw, buf, want);

		if (got <= 0)
			return;
		left -= got;
	}
}
