/*
 * The verbs of the queue: queue_list, queue_flush, queue_hold, queue_release,
 * queue_delete, queue_headers and outage. All of them run commands through
 * postroom-rootd, so each runs in a child.
 */
#include "mta/requests.h"

#include <string.h>

#include "base/addr.h"
#include "base/domain.h"
#include "base/timeutil.h"
#include "mta/outage.h"
#include "mta/queue.h"
#include "mta/rootd_client.h"

#define LIST_BYTES ((size_t)128 << 20)
#define ID_SIZE 33
#define FLUSH_EACH_MAX 50

/* An argument that may be missing is "". */
static bool
optional_text(const struct request *q, const char *name, char *out, size_t size,
	struct err *e)
{
	out[0] = '\0';
	return json_kind(json_get(q->args, name)) == JSON_MISSING
		|| request_text(q, name, out, size, e);
}

static bool
ask(const struct request *q, enum root_verb verb, const char *arg,
	struct str *out, struct err *e)
{
	return rootd_ask(q->node->conf->rootd.listen, verb, arg, out, e);
}

/* The lifetime, outage mode, and when the first message goes back. */
static bool
write_times(struct request *q, const struct queue_list *list, struct err *e)
{
	const struct conf *conf = q->node->conf;
	const int64_t oldest_us = queue_oldest_us(list);
	struct lifetimes l;
	int64_t seconds = 0, since_us = TIME_NONE;
	if (!outage_lifetimes(conf, &l, e))
		return false;
	if (!queue_time(l.maximal, &seconds))
		return err_set(e, ERR_INTERNAL, "", "bad_lifetime", "",
			"the queue lifetime is no time");
	jsonw_bool(q->out, "outage", outage_is_on(conf, &since_us));
	jsonw_time(q->out, "outage_since", since_us);
	jsonw_int(q->out, "lifetime_s", seconds);
	jsonw_time(q->out, "first_bounce_at",
		oldest_us == TIME_NONE ? TIME_NONE
				       : oldest_us + seconds * US_PER_S);
	return true;
}

static bool
read_list(const struct request *q, const struct queue_filter *filter,
	struct arena *a, struct queue_list **list_r, struct err *e)
{
	struct str text = str_in(a, ROOT_OUTPUT_MAX);
	if (!ask(q, ROOT_QUEUE_LIST, NULL, &text, e))
		return false;
	if (text.len == 0)
		str_add(&text, "\n");
	return queue_read(text.data, filter, a, list_r, e);
}

bool
request_queue_list(struct request *q, struct err *e)
{
	char domain[DOMAIN_SIZE], recipient[ADDR_SIZE];
	const struct queue_filter filter = { domain, recipient };
	struct arena *a = arena_new(LIST_BYTES);
	struct queue_list *list = NULL;
	if (!a)
		return err_memory(e);
	bool ok = optional_text(q, "domain", domain, sizeof(domain), e)
		&& optional_text(
			q, "recipient", recipient, sizeof(recipient), e)
		&& read_list(q, &filter, a, &list, e);
	if (ok) {
		queue_write(list, q->out);
		ok = write_times(q, list, e);
	}
	arena_free(&a);
	return ok;
}

/* Message by message; where there are many, all that waits. */
static bool
flush_messages(const struct request *q, const char *domain, struct err *e)
{
	const struct queue_filter filter = { domain, "" };
	struct arena *a = arena_new(LIST_BYTES);
	struct queue_list *list = NULL;
	if (!a)
		return err_memory(e);
	bool ok = read_list(q, &filter, a, &list, e);
	const size_t n = ok ? queue_count(list) : 0;
	if (n > FLUSH_EACH_MAX)
		ok = ask(q, ROOT_QUEUE_FLUSH, NULL, NULL, e);
	for (size_t i = 0; ok && i < n && n <= FLUSH_EACH_MAX; i++)
		ok = ask(q, ROOT_QUEUE_FLUSH_MESSAGE, queue_id(list, i), NULL,
			e);
	arena_free(&a);
	return ok;
}

/* Postfix flushes a domain by itself only where fast_flush_domains has it:
 * one of ours, not one that mail goes out to. */
static bool
flush_domain(const struct request *q, const char *domain, struct err *e)
{
	struct err why = ERR_EMPTY;
	if (ask(q, ROOT_QUEUE_FLUSH_DOMAIN, domain, NULL, &why))
		return true;
	if (strstr(err_text(&why), "not configured for destination"))
		return flush_messages(q, domain, e);
	return err_merge(e, &why, NULL);
}

bool
request_queue_flush(struct request *q, struct err *e)
{
	char domain[DOMAIN_SIZE];
	if (!optional_text(q, "domain", domain, sizeof(domain), e))
		return false;
	return domain[0] ? flush_domain(q, domain, e)
			 : ask(q, ROOT_QUEUE_FLUSH, NULL, NULL, e);
}

/* postsuper(1) ends well also where there is no such message: it counts. */
static bool
on_message(struct request *q, enum root_verb verb, struct err *e)
{
	char id[ID_SIZE], words[2048];
	struct str out = STR_FIXED(words);
	if (!request_text(q, "id", id, sizeof(id), e)
		|| !ask(q, verb, id, &out, e))
		return false;
	if (strstr(words, ": 1 message"))
		return true;
	return err_set(e, ERR_NOT_FOUND, "id", "not_found", id,
		"there is no message %s in the queue, or it is so already", id);
}

bool
request_queue_hold(struct request *q, struct err *e)
{
	return on_message(q, ROOT_QUEUE_HOLD, e);
}

bool
request_queue_release(struct request *q, struct err *e)
{
	return on_message(q, ROOT_QUEUE_RELEASE, e);
}

bool
request_queue_delete(struct request *q, struct err *e)
{
	return on_message(q, ROOT_QUEUE_DELETE, e);
}

/* What is not ASCII in a header is shown as a question mark. */
static void
make_ascii(char *s)
{
	for (; *s; s++)
		if ((*s < 0x20 || *s > 0x7e) && *s != '\n' && *s != '\t')
			*s = '?';
}

bool
request_queue_headers(struct request *q, struct err *e)
{
	char id[ID_SIZE];
	struct err why = ERR_EMPTY;
	struct str text = str_in(q->arena, REQUEST_REPLY_MAX);
	if (!request_text(q, "id", id, sizeof(id), e))
		return false;
	if (!ask(q, ROOT_QUEUE_HEADERS, id, &text, &why)) {
		if (why.code != ERR_INTERNAL)
			return err_merge(e, &why, NULL);
		return err_set(e, ERR_NOT_FOUND, "id", "not_found", id,
			"there is no message %s in the queue", id);
	}
	if (text.len > 0)
		make_ascii(text.data);
	jsonw_str(q->out, "headers", str_text(&text));
	return true;
}

bool
request_outage(struct request *q, struct err *e)
{
	const struct json_value *on = json_get(q->args, "on");
	if (json_kind(on) != JSON_BOOL)
		return err_set(e, ERR_INVALID, "on", "bad_value", "",
			"on is true or false");
	if (!outage_set(q->node->conf, json_is_true(on), e))
		return false;
	jsonw_bool(q->out, "on", json_is_true(on));
	return true;
}
