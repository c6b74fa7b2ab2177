/*
 * A node elsewhere: lines that a Postroom rendered for this node's role, over
 * HTTPS.
 *
 * There is no snapshot that spans two requests, so every reply names its
 * serial: what does not belong to the serial of source_begin is ERR_RETRY, and
 * the next round asks again. A reading of everything is brought up to one
 * serial by asking for what changed meanwhile, until nothing did.
 */
#include "mta/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/log.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "maps/delta.h"
#include "maps/role.h"
#include "mta/feed_http.h"

#define KEYS_AT_ONCE 500
#define ROUND_KEYS ((size_t)5000)
#define CATCH_UPS 50
#define BODY_BYTES ((size_t)1 << 20)
#define ALL_CHANGES ((size_t)200000)
#define NO_CHANGES "changes?after=9007199254740991"

struct source_feed {
	struct source base;
	const struct conf *conf;
	struct feed_http *http;
	uint64_t serial; /* of source_begin; 0: none */
};

static struct source_feed *
of(struct source *s)
{
	return (struct source_feed *)s;
}

static void
close_feed(struct source *s)
{
	feed_http_close(&of(s)->http);
	free(of(s));
}

static bool
not_understood(struct err *e)
{
	return err_set(e, ERR_INTERNAL, "", "bad_feed", "",
		"the feed's reply cannot be read");
}

/* What every reply of lines or changes says. */
static bool
take_head(struct source_feed *f, const struct json_value *v, uint64_t *serial_r,
	struct err *e)
{
	const struct json_value *serial = json_get(v, "serial");
	const struct json_value *hop = json_get(v, "next_hop");
	if (json_kind(serial) != JSON_INT || json_kind(hop) != JSON_STRING
		|| !str_copy(f->base.next_hop, sizeof(f->base.next_hop),
			json_text(hop, NULL)))
		return not_understood(e);
	*serial_r = (uint64_t)json_int(serial);
	return true;
}

static bool
head(struct source *s, uint64_t *serial_r, struct err *e)
{
	struct json *doc;
	if (!feed_http_call(of(s)->http, NO_CHANGES, NULL, &doc, e))
		return false;
	const bool ok = take_head(of(s), json_root(doc), serial_r, e);
	json_free(&doc);
	return ok;
}

/* A reply of another serial than the round's cannot be used. */
static bool
is_of(uint64_t serial, uint64_t wanted, struct err *e)
{
	return serial == wanted
		|| err_set(e, ERR_RETRY, "", "serial_moved", "",
			"something changed meanwhile");
}

static bool
take_gate(const struct json_value *v, struct gate_row *row_r, struct err *e)
{
	const char *target = json_text(json_get(v, "target"), NULL);
	const char *at = json_text(json_get(v, "target_at"), NULL);
	row_r->acts = (uint64_t)json_int(json_get(v, "acts"));
	row_r->is_reviewed = json_is_true(json_get(v, "is_reviewed"));
	row_r->target = strcmp(target, "hold") == 0 ? GATE_TARGET_HOLD
		: strcmp(target, "follow") == 0     ? GATE_TARGET_FOLLOW
						    : GATE_TARGET_NONE;
	row_r->target_serial = (uint64_t)json_int(json_get(v, "target_serial"));
	row_r->target_us = TIME_NONE;
	return at[0] == '\0' || time_parse(at, &row_r->target_us, e);
}

static bool
gate(struct source *s, struct gate_row *row_r, struct err *e)
{
	struct json *doc;
	*row_r = (struct gate_row){ .target_us = TIME_NONE };
	if (!feed_http_call(of(s)->http, NO_CHANGES, NULL, &doc, e))
		return false;
	const bool ok = take_head(of(s), json_root(doc), &row_r->head, e)
		&& take_gate(json_root(doc), row_r, e);
	json_free(&doc);
	return ok;
}

static bool
approvals(struct source *s, gate_row_each *each, void *ctx, struct err *e)
{
	struct json *doc;
	bool ok = true;
	if (!feed_http_call(of(s)->http, "approvals", NULL, &doc, e))
		return false;
	const struct json_value *items = json_get(json_root(doc), "items");
	for (size_t i = 0; ok && i < json_len(items); i++) {
		const struct json_value *v = json_at(items, i);
		ok = each(ctx, json_text(json_get(v, "domain"), NULL),
			(uint64_t)json_int(json_get(v, "serial")),
			(uint64_t)json_int(json_get(v, "guard_serial")), e);
	}
	json_free(&doc);
	return ok;
}

static bool
changed(struct source *s, const char *domain, uint64_t *serial_r, struct err *e)
{
	char path[DOMAIN_SIZE + 32];
	struct json *doc;
	uint64_t serial;
	snprintf(path, sizeof(path), "domain?name=%s", domain);
	if (!feed_http_call(of(s)->http, path, NULL, &doc, e))
		return false;
	const bool ok = take_head(of(s), json_root(doc), &serial, e)
		&& (of(s)->serial == 0 || is_of(serial, of(s)->serial, e));
	*serial_r =
		(uint64_t)json_int(json_get(json_root(doc), "changed_serial"));
	json_free(&doc);
	return ok;
}

static bool
begin(struct source *s, uint64_t *serial_r, struct err *e)
{
	if (!head(s, &of(s)->serial, e))
		return false;
	*serial_r = of(s)->serial;
	return true;
}

static void
end(struct source *s)
{
	of(s)->serial = 0;
}

static bool
take_change(const struct json_value *v, struct arena *a,
	struct map_changes *out, struct err *e)
{
	const char *kind = json_text(json_get(v, "kind"), NULL);
	const char *key = json_text(json_get(v, "key"), NULL);
	const struct map_change change = { .kind = kind[0],
		.key = arena_strdup(a, key),
		.is_confirmed = json_is_true(json_get(v, "is_confirmed")),
		.serial = (uint64_t)json_int(json_get(v, "serial")) };
	if (!change.key)
		return err_memory(e);
	if (!kind[0] || !strchr("adsw", kind[0]) || kind[1] || !key[0]
		|| strlen(key) > MAP_KEY_MAX)
		return not_understood(e);
	return map_changes_add(out, &change, e);
}

/* The path of the next page; NULL after the last. */
static bool
next_page(struct source_feed *f, const struct json_value *next, uint64_t upto,
	struct arena *a, const char **path_r, struct err *e)
{
	*path_r = NULL;
	if (json_kind(next) != JSON_OBJECT)
		return true;
	const char *key = feed_http_escape(
		f->http, json_text(json_get(next, "key"), NULL), a);
	*path_r = key
		? arena_printf(a, "changes?after=%llu&upto=%llu&kind=%s&key=%s",
			(unsigned long long)json_int(json_get(next, "after")),
			(unsigned long long)upto,
			json_text(json_get(next, "kind"), NULL), key)
		: NULL;
	return *path_r || err_memory(e);
}

/* All pages up to the serial of the first, or until there are too many. */
static bool
read_changes(struct source_feed *f, uint64_t after, size_t most,
	struct arena *a, struct map_changes *out, uint64_t *serial_r,
	struct err *e)
{
	const char *path = arena_printf(
		a, "changes?after=%llu", (unsigned long long)after);
	bool ok = path || err_memory(e);
	*serial_r = 0;
	while (ok && path && out->n <= most) {
		struct json *doc = NULL;
		uint64_t serial;
		if (!feed_http_call(f->http, path, NULL, &doc, e))
			return false;
		const struct json_value *v = json_root(doc);
		const struct json_value *list = json_get(v, "changes");
		ok = take_head(f, v, &serial, e);
		if (*serial_r == 0)
			*serial_r = serial;
		for (size_t i = 0; ok && i < json_len(list); i++)
			ok = take_change(json_at(list, i), a, out, e);
		ok = ok
			&& next_page(
				f, json_get(v, "next"), *serial_r, a, &path, e);
		json_free(&doc);
	}
	out->is_cut = out->n > most;
	return ok;
}

static bool
changes(struct source *s, uint64_t after, uint64_t upto, size_t most,
	struct arena *a, struct map_changes *out, struct err *e)
{
	uint64_t serial;
	return read_changes(of(s), after, most, a, out, &serial, e)
		&& is_of(serial, upto, e);
}

static bool
take_map(const struct json_value *list, struct map_lines *out, struct err *e)
{
	const size_t n = json_len(list);
	for (size_t i = 0; i + 1 < n; i += 2) {
		const struct json_value *key = json_at(list, i);
		const struct json_value *value = json_at(list, i + 1);
		if (json_kind(key) != JSON_STRING
			|| json_kind(value) != JSON_STRING)
			return not_understood(e);
		if (!lines_add(out, json_text(key, NULL),
			    json_text(value, NULL), e))
			return false;
	}
	return true;
}

/* Lines of maps that are not of the node's role are not taken. */
static bool
take_lines(const struct source_feed *f, const struct json_value *v,
	struct map_set *out, struct hold_list *faults, struct err *e)
{
	const struct json_value *lines = json_get(v, "lines");
	const struct json_value *list = json_get(v, "faults");
	if (json_kind(lines) != JSON_OBJECT)
		return not_understood(e);
	for (int m = 0; m < MAP_COUNT; m++)
		if (role_has(f->conf->node.role, (enum map_id)m)
			&& !take_map(json_get(lines, map_name((enum map_id)m)),
				&out->map[m], e))
			return false;
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json_value *h = json_at(list, i);
		if (!holds_add(faults, json_text(json_get(h, "domain"), NULL),
			    json_text(json_get(h, "reason"), NULL), e))
			return false;
	}
	return true;
}

static bool
sort_all(struct map_set *out, struct err *e)
{
	for (int m = 0; m < MAP_COUNT; m++)
		if (!lines_sort(&out->map[m], e))
			return false;
	return true;
}

/* Faulty domains keep what they have: their lines are left out. */
static void
drop_faulty(const struct hold_list *faults, struct map_set *set)
{
	for (int m = 0; m < MAP_COUNT && faults->n > 0; m++) {
		struct map_lines *l = &set->map[m];
		size_t kept = 0;
		for (size_t i = 0; i < l->n; i++)
			if (!holds_find(faults, key_domain(l->line[i].key)))
				l->line[kept++] = l->line[i];
		l->n = kept;
	}
}

/* POST these keys; *serial_r is the reply's. */
static bool
post_keys(struct source_feed *f, const char *const *key, size_t n,
	struct map_set *out, struct hold_list *faults, uint64_t *serial_r,
	struct err *e)
{
	struct arena *a = arena_new(2 * BODY_BYTES);
	struct json *doc = NULL;
	if (!a)
		return err_memory(e);
	struct str body = str_in(a, BODY_BYTES);
	struct jsonw w = jsonw_over(&body);
	jsonw_object(&w, NULL);
	jsonw_array(&w, "keys");
	for (size_t i = 0; i < n; i++)
		jsonw_str(&w, NULL, key[i]);
	jsonw_end(&w);
	jsonw_end(&w);
	const bool ok = jsonw_done(&w, e)
		&& feed_http_call(f->http, "lines", str_text(&body), &doc, e)
		&& take_head(f, json_root(doc), serial_r, e)
		&& take_lines(f, json_root(doc), out, faults, e);
	json_free(&doc);
	arena_free(&a);
	return ok;
}

/* GET all pages of a domain (NULL: of all), each of `wanted` unless 0. */
static bool
get_pages(struct source_feed *f, const char *domain, uint64_t wanted,
	struct map_set *out, struct hold_list *faults, uint64_t *serial_r,
	struct err *e)
{
	struct arena *a = arena_new(1U << 20);
	const char *from = "";
	bool ok = a != NULL || err_memory(e);
	while (ok && from) {
		char path[1024];
		struct json *doc = NULL;
		snprintf(path, sizeof(path), "all?domain=%s&from=%s",
			domain ? domain : "", from);
		ok = feed_http_call(f->http, path, NULL, &doc, e)
			&& take_head(f, json_root(doc), serial_r, e)
			&& (wanted == 0 || is_of(*serial_r, wanted, e))
			&& take_lines(f, json_root(doc), out, faults, e);
		const struct json_value *next =
			ok ? json_get(json_root(doc), "next") : NULL;
		arena_reset(a);
		from = NULL;
		if (json_kind(next) == JSON_STRING) {
			from = feed_http_escape(
				f->http, json_text(next, NULL), a);
			ok = from || err_memory(e);
		}
		json_free(&doc);
	}
	arena_free(&a);
	return ok;
}

static bool
lines(struct source *s, const struct source_want *w, struct map_set *out,
	struct hold_list *faults, struct err *e)
{
	struct source_feed *f = of(s);
	uint64_t serial = f->serial;
	bool ok = true;
	for (size_t i = 0; ok && i < w->domains->n; i++)
		ok = get_pages(f, w->domains->list[i], f->serial, out, faults,
			&serial, e);
	for (size_t i = 0; ok && i < w->keys->n; i += KEYS_AT_ONCE) {
		const size_t left = w->keys->n - i;
		ok = post_keys(f, w->keys->list + i,
			     left < KEYS_AT_ONCE ? left : KEYS_AT_ONCE, out,
			     faults, &serial, e)
			&& is_of(serial, f->serial, e);
	}
	if (!ok)
		return false;
	drop_faulty(faults, out);
	return sort_all(out, e);
}

static bool
take_relay(const struct json_value *v, struct relay_list *out, struct err *e)
{
	const char *network = json_text(json_get(v, "network"), NULL);
	const char *at = json_text(json_get(v, "expires_at"), NULL);
	int64_t until = TIME_NONE;
	struct err why = ERR_EMPTY;
	if (at[0] != '\0' && !time_parse(at, &until, e))
		return false;
	if (relay_add(out, network, until, &why))
		return true;
	if (why.code != ERR_INVALID)
		return err_merge(e, &why, NULL);
	log_warn("whitelist: %s: %s", network, err_text(&why));
	return true;
}

static bool
relays(struct source *s, struct relay_list *out, struct err *e)
{
	const struct source_feed *f = of(s);
	struct json *doc;
	uint64_t serial;
	if (!role_has_relays(f->conf->node.role))
		return true;
	if (!feed_http_call(f->http, "relays", NULL, &doc, e))
		return false;
	const struct json_value *items = json_get(json_root(doc), "items");
	bool ok = take_head(of(s), json_root(doc), &serial, e)
		&& (f->serial == 0 || is_of(serial, f->serial, e));
	for (size_t i = 0; ok && i < json_len(items); i++)
		ok = take_relay(json_at(items, i), out, e);
	json_free(&doc);
	return ok;
}

/* Take the lines of these keys and domains out. */
static void
drop_keys(struct map_set *set, const struct strset *keys,
	const struct strset *domains)
{
	for (int m = 0; m < MAP_COUNT; m++) {
		struct map_lines *l = &set->map[m];
		size_t kept = 0;
		for (size_t i = 0; i < l->n; i++) {
			const char *key = l->line[i].key;
			if (!strset_has(keys, key)
				&& !strset_has(domains, key_domain(key)))
				l->line[kept++] = l->line[i];
		}
		l->n = kept;
	}
}

/* A change of a domain or of its catch-all reaches every line of it. */
static bool
sort_changes(const struct map_changes *in, struct strset *keys,
	struct strset *domains, struct err *e)
{
	for (size_t i = 0; i < in->n; i++) {
		const char *key = in->change[i].key;
		const char *domain = key_domain(key);
		if (in->change[i].kind != 'a' && in->change[i].kind != 'd')
			continue;
		const bool whole = domain == key || key[0] == '@';
		if (!strset_add(whole ? domains : keys, whole ? domain : key,
			    NULL, e))
			return false;
	}
	return true;
}

/* Bring what was read from serial `from` on up to *serial_r. */
static bool
catch_up(struct source_feed *f, uint64_t from, struct source_all *out,
	bool *is_same_r, struct err *e)
{
	struct arena *a = arena_new((size_t)256 << 20);
	struct map_changes list = { 0 };
	struct strset keys = { 0 }, domains = { 0 };
	const struct source_want want = { &keys, &domains, a };
	bool ok = a != NULL || err_memory(e);
	ok = ok && read_changes(f, from, ALL_CHANGES, a, &list, &f->serial, e);
	*is_same_r = ok && f->serial == from;
	if (ok && list.is_cut)
		ok = err_set(e, ERR_RETRY, "", "too_many_changes", "",
			"too much changed while everything was read");
	if (ok && list.n > 0) {
		ok = sort_changes(&list, &keys, &domains, e);
		if (ok) {
			drop_keys(&out->wanted, &keys, &domains);
			ok = lines(
				&f->base, &want, &out->wanted, &out->faults, e);
		}
	}
	out->serial = ok ? f->serial : out->serial;
	f->serial = 0;
	map_changes_free(&list);
	strset_free(&keys);
	strset_free(&domains);
	arena_free(&a);
	return ok;
}

static bool
all(struct source *s, struct source_all *out, struct err *e)
{
	struct source_feed *f = of(s);
	uint64_t ignored;
	bool is_same = false;
	if (!head(s, &out->serial, e)
		|| !get_pages(
			f, NULL, 0, &out->wanted, &out->faults, &ignored, e))
		return false;
	for (int i = 0; i < CATCH_UPS && !is_same; i++) {
		struct err why = ERR_EMPTY;
		if (!catch_up(f, out->serial, out, &is_same, &why)
			&& why.code != ERR_RETRY)
			return err_merge(e, &why, NULL);
	}
	if (!is_same)
		return err_set(e, ERR_RETRY, "", "serial_moved", "",
			"changes come faster than they can be read");
	drop_faulty(&out->faults, &out->wanted);
	f->serial = out->serial;
	const bool ok = relays(s, &out->relays, e) && sort_all(&out->wanted, e);
	f->serial = 0;
	relay_sort(&out->relays);
	return ok;
}

static void
write_held(struct jsonw *w, const struct hold_list *held)
{
	jsonw_array(w, "held");
	for (size_t i = 0; i < held->n; i++) {
		char text[DOMAIN_SIZE + HOLD_REASON_SIZE + 1];
		snprintf(text, sizeof(text), "%s %s", held->hold[i].domain,
			held->hold[i].reason);
		jsonw_str(w, NULL, text);
	}
	jsonw_end(w);
}

/* POST what `w` wrote; no answer is expected. */
static bool
post(struct source_feed *f, const char *path, const struct jsonw *w,
	struct err *e)
{
	struct json *doc = NULL;
	const bool ok = jsonw_done(w, e)
		&& feed_http_call(f->http, path, str_text(w->out), &doc, e);
	json_free(&doc);
	return ok;
}

static bool
report(struct source *s, const struct source_report *r, struct err *e)
{
	struct arena *a = arena_new(8 * BODY_BYTES);
	if (!a)
		return err_memory(e);
	struct str body = str_in(a, 4 * BODY_BYTES);
	struct jsonw w = jsonw_over(&body);
	jsonw_object(&w, NULL);
	jsonw_uint(&w, "serial", r->status.serial);
	jsonw_str(&w, "state", r->status.state);
	jsonw_str(&w, "message", r->status.message);
	jsonw_time(&w, "applied_at", r->status.applied_us);
	jsonw_uint(&w, "took_us", r->status.took_us);
	jsonw_uint(&w, "added", r->status.added);
	jsonw_uint(&w, "removed", r->status.removed);
	jsonw_uint(&w, "pending", r->status.pending);
	if (r->status.is_held)
		jsonw_uint(&w, "hold_serial", r->status.hold_serial);
	else
		jsonw_null(&w, "hold_serial");
	jsonw_str(&w, "hold_by", r->status.hold_by);
	jsonw_uint(&w, "journal_from", r->status.journal_from);
	jsonw_uint(&w, "drift", r->status.drift);
	jsonw_time(&w, "checked_at", r->status.checked_us);
	jsonw_str(&w, "facts", r->status.facts ? r->status.facts : "{}");
	if (r->held)
		write_held(&w, r->held);
	jsonw_end(&w);
	const bool ok = post(of(s), "status", &w, e);
	arena_free(&a);
	return ok;
}

static bool
take_request(const struct json_value *v, struct arena *a,
	struct request_row *out, struct err *e)
{
	*out = (struct request_row){ .id = (uint64_t)json_int(
					     json_get(v, "id")),
		.verb = arena_strdup(a, json_text(json_get(v, "verb"), NULL)),
		.args = arena_strdup(a, json_text(json_get(v, "args"), NULL)) };
	return out->verb && out->args ? true : err_memory(e);
}

static bool
requests(struct source *s, size_t most, struct arena *a,
	struct request_row *list, size_t *n_r, struct err *e)
{
	struct json *doc;
	bool ok = true;
	*n_r = 0;
	if (!feed_http_call(of(s)->http, "requests", NULL, &doc, e))
		return false;
	const struct json_value *items = json_get(json_root(doc), "items");
	for (size_t i = 0; ok && i < json_len(items) && *n_r < most; i++)
		ok = take_request(json_at(items, i), a, &list[(*n_r)++], e);
	json_free(&doc);
	return ok;
}

static bool
reply(struct source *s, uint64_t id, const char *code, const char *text,
	struct err *e)
{
	struct arena *a = arena_new(4 * BODY_BYTES);
	if (!a)
		return err_memory(e);
	struct str body = str_in(a, 2 * BODY_BYTES);
	struct jsonw w = jsonw_over(&body);
	jsonw_object(&w, NULL);
	jsonw_uint(&w, "id", id);
	jsonw_str(&w, "code", code);
	jsonw_str(&w, "body", text);
	jsonw_end(&w);
	const bool ok = post(of(s), "replies", &w, e);
	arena_free(&a);
	return ok;
}

static const struct source_ops ops = { .close = close_feed,
	.gate = gate,
	.approvals = approvals,
	.changed = changed,
	.begin = begin,
	.end = end,
	.changes = changes,
	.lines = lines,
	.relays = relays,
	.all = all,
	.report = report,
	.requests = requests,
	.reply = reply };

bool
source_feed_open(const struct conf *conf, struct source **s_r, struct err *e)
{
	struct source_feed *s = calloc(1, sizeof(*s));
	if (!s)
		return err_memory(e);
	s->base.ops = &ops;
	s->base.round_keys = ROUND_KEYS;
	s->conf = conf;
	if (!feed_http_open(&conf->node, &s->http, e)) {
		free(s);
		return false;
	}
	*s_r = &s->base;
	return true;
}
