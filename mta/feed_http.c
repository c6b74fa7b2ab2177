/*
 * See feed_http.h.
 */
#include "mta/feed_http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "base/token.h"

#define CONNECT_MS 3000L
#define TOTAL_MS 30000L
#define REPLY_DEPTH 8

struct feed_http {
	const struct conf_node *conf;
	CURL *curl;
	struct curl_slist *headers;
	char *data;
	size_t n, cap;
	bool is_too_large;
};

static size_t
take(char *data, size_t size, size_t count, void *ctx)
{
	struct feed_http *f = ctx;
	const size_t n = size * count;
	if (f->n + n >= FEED_REPLY_MAX) {
		f->is_too_large = true;
		return 0;
	}
	if (f->n + n + 1 > f->cap) {
		const size_t cap = (f->n + n + 1) * 2;
		char *p = realloc(f->data, cap);
		if (!p)
			return 0;
		f->data = p;
		f->cap = cap;
	}
	memcpy(f->data + f->n, data, n);
	f->n += n;
	f->data[f->n] = '\0';
	return n;
}

static bool
add_header(struct feed_http *f, const char *line)
{
	struct curl_slist *more = curl_slist_append(f->headers, line);
	if (more)
		f->headers = more;
	return more != NULL;
}

static bool
read_token(struct feed_http *f, struct err *e)
{
	const char *path = f->conf->feed_token_file;
	struct arena *a = arena_new(8192);
	char *text, line[128] = "";
	struct str s = STR_FIXED(line);
	size_t len;
	if (!a)
		return err_memory(e);
	bool ok = file_read(path, 1024, a, &text, &len, e);
	if (ok) {
		text[strcspn(text, "\r\n")] = '\0';
		ok = token_is_plausible(text, TOKEN_LEN, TOKEN_LEN)
			|| err_set(e, ERR_INTERNAL, "", "bad_token", path,
				"%s: holds no node token", path);
		ok = ok && str_add(&s, "Authorization: Bearer ")
			&& str_add(&s, text)
			&& (add_header(f, line) || err_memory(e));
		explicit_bzero(text, len);
	}
	explicit_bzero(line, sizeof(line));
	arena_free(&a);
	return ok;
}

static bool
set_up(struct feed_http *f)
{
	CURL *c = f->curl;
	const char *ca = f->conf->feed_ca;
	return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK
		&& curl_easy_setopt(
			   c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2)
		== CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS)
		== CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, TOTAL_MS) == CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_USERAGENT,
			   "postroom-mapd/" POSTROOM_VERSION)
		== CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_HTTPHEADER, f->headers)
		== CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK
		&& curl_easy_setopt(c, CURLOPT_WRITEDATA, f) == CURLE_OK
		&& (ca[0] == '\0'
			|| curl_easy_setopt(c, CURLOPT_CAINFO, ca) == CURLE_OK);
}

bool
feed_http_open(
	const struct conf_node *conf, struct feed_http **f_r, struct err *e)
{
	struct feed_http *f = calloc(1, sizeof(*f));
	if (!f)
		return err_memory(e);
	f->conf = conf;
	f->curl = curl_easy_init();
	bool ok = f->curl || err_memory(e);
	ok = ok && read_token(f, e)
		&& (add_header(f, "Content-Type: application/json")
			|| err_memory(e))
		&& (add_header(f, "Expect:") || err_memory(e))
		&& (set_up(f)
			|| err_set(e, ERR_INTERNAL, "", "curl", "",
				"libcurl takes no options"));
	if (ok)
		*f_r = f;
	else
		feed_http_close(&f);
	return ok;
}

void
feed_http_close(struct feed_http **fp)
{
	struct feed_http *f = *fp;
	*fp = NULL;
	if (!f)
		return;
	if (f->curl)
		curl_easy_cleanup(f->curl);
	for (struct curl_slist *h = f->headers; h; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	curl_slist_free_all(f->headers);
	free(f->data);
	free(f);
}

/* What the API says of an error, or nothing. */
static bool
refused(long status, const struct json *doc, struct err *e)
{
	const struct json_value *detail =
		doc ? json_get(json_root(doc), "detail") : NULL;
	const char *text = json_text(detail, NULL);
	if (status == 401 || status == 403)
		return err_set(e, ERR_AUTH, "", "token_refused", "",
			"the feed refuses this node: %.200s", text);
	if (status == 429 || status >= 500)
		return err_set(e, ERR_UNAVAILABLE, "", "feed_away", "",
			"the feed answers %ld: %.200s", status, text);
	return err_set(e, ERR_INTERNAL, "", "feed_refused", "",
		"the feed answers %ld: %.200s", status, text);
}

static bool
perform(struct feed_http *f, const char *url, const char *body, long *status_r,
	struct err *e)
{
	CURL *c = f->curl;
	f->n = 0;
	f->is_too_large = false;
	if (curl_easy_setopt(c, CURLOPT_URL, url) != CURLE_OK
		|| curl_easy_setopt(c, CURLOPT_HTTPGET, 1L) != CURLE_OK
		|| (body
			&& (curl_easy_setopt(c, CURLOPT_POST, 1L) != CURLE_OK
				|| curl_easy_setopt(c, CURLOPT_POSTFIELDS, body)
					!= CURLE_OK)))
		return err_memory(e);
	const CURLcode rc = curl_easy_perform(c);
	if (f->is_too_large)
		return err_set(e, ERR_INTERNAL, "", "feed_too_large", "",
			"the feed's reply is larger than %zu bytes",
			FEED_REPLY_MAX);
	if (rc != CURLE_OK)
		return err_set(e, ERR_UNAVAILABLE, "", "feed_away", "",
			"the feed: %s", curl_easy_strerror(rc));
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status_r);
	return true;
}

bool
feed_http_call(struct feed_http *f, const char *path, const char *body,
	struct json **doc_r, struct err *e)
{
	const struct json_limits limits = { .bytes = FEED_REPLY_MAX,
		.depth = REPLY_DEPTH };
	char url[2 * CONF_PATH_SIZE + 1024];
	struct str s = STR_FIXED(url);
	struct err why = ERR_EMPTY;
	long status = 0;
	*doc_r = NULL;
	str_addf(&s, "%s/api/v1/feed/%s", f->conf->feed_url, path);
	if (!str_is_ok(&s))
		return err_set(e, ERR_INTERNAL, "", "too_long", path,
			"the feed's address is too long");
	if (!perform(f, url, body, &status, e))
		return false;
	if (f->n > 0 && !json_parse(f->data, f->n, &limits, doc_r, &why)
		&& status < 300)
		return err_set(e, ERR_UNAVAILABLE, "", "feed_away", "",
			"the feed answers what is not its own: %s",
			err_text(&why));
	if (status >= 200 && status < 300)
		return true;
	(void)refused(status, *doc_r, e);
	json_free(doc_r);
	return false;
}

char *
feed_http_escape(struct feed_http *f, const char *text, struct arena *a)
{
	char *escaped = curl_easy_escape(f->curl, text, (int)strlen(text));
	char *copy = escaped ? arena_strdup(a, escaped) : NULL;
	curl_free(escaped);
	return copy;
}
