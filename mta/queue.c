/*
 * See queue.h.
 */
#include "mta/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "base/timeutil.h"

#define LINE_MAX ((size_t)1 << 20)

struct recipient {
	const char *address, *reason;
};

struct message {
	const char *id, *queue, *sender;
	int64_t arrived_us, bytes;
	struct recipient *recipient;
	size_t recipients;
};

/* How many messages wait for a name. */
struct total {
	const char *name;
	size_t count;
	int64_t oldest_us;
};

struct totals {
	struct total *item;
	size_t n, cap;
};

struct queue_list {
	struct message *message;
	size_t n, cap;
	size_t held, unread;
	int64_t bytes;
	struct totals domains, recipients;
};

static void *
room(struct arena *a, void *list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return list;
	const size_t more = *cap ? *cap * 2 : 64;
	list = arena_grow(a, list, *cap * size, more * size);
	*cap = more;
	return list;
}

static const char *
copy(struct arena *a, const struct json_value *v, const char *key)
{
	return arena_strdup(a, json_text(json_get(v, key), NULL));
}

static const char *
domain_of(const char *address)
{
	const char *at = strrchr(address, '@');
	return at ? at + 1 : "";
}

static bool
fits(const struct queue_filter *f, const struct message *m)
{
	if (!f->domain[0] && !f->recipient[0])
		return true;
	for (size_t i = 0; i < m->recipients; i++) {
		const char *address = m->recipient[i].address;
		if ((!f->domain[0]
			    || strcasecmp(domain_of(address), f->domain) == 0)
			&& (!f->recipient[0]
				|| strcasecmp(address, f->recipient) == 0))
			return true;
	}
	return false;
}

static bool
add_total(struct totals *t, const char *name, int64_t arrived_us,
	struct arena *a, struct err *e)
{
	t->item = room(a, t->item, t->n, &t->cap, sizeof(*t->item));
	if (!t->item)
		return err_memory(e);
	t->item[t->n++] = (struct total){ name, 1, arrived_us };
	return true;
}

static bool
take_recipients(struct message *m, const struct json_value *list,
	struct arena *a, struct err *e)
{
	const size_t n = json_len(list);
	m->recipient = arena_array(a, n + 1, sizeof(*m->recipient));
	if (!m->recipient)
		return err_memory(e);
	for (size_t i = 0; i < n; i++) {
		const struct json_value *v = json_at(list, i);
		struct recipient *r = &m->recipient[m->recipients++];
		r->address = copy(a, v, "address");
		r->reason = copy(a, v, "delay_reason");
		if (!r->address || !r->reason)
			return err_memory(e);
	}
	return true;
}

/* A message counts once for a domain, however many it goes to there. */
static bool
count(struct queue_list *q, const struct message *m, struct arena *a,
	struct err *e)
{
	const size_t from = q->domains.n;
	for (size_t i = 0; i < m->recipients; i++) {
		const char *address = m->recipient[i].address;
		const char *domain = domain_of(address);
		bool is_new = true;
		for (size_t k = from; is_new && k < q->domains.n; k++)
			is_new = strcmp(q->domains.item[k].name, domain) != 0;
		if (is_new
			&& !add_total(&q->domains, domain, m->arrived_us, a, e))
			return false;
		if (!add_total(&q->recipients, address, m->arrived_us, a, e))
			return false;
	}
	q->held += strcmp(m->queue, "hold") == 0;
	q->bytes += m->bytes;
	return true;
}

static bool
take_message(struct queue_list *q, const struct json_value *v,
	const struct queue_filter *f, struct arena *a, struct err *e)
{
	struct message m = { .id = copy(a, v, "queue_id"),
		.queue = copy(a, v, "queue_name"),
		.sender = copy(a, v, "sender"),
		.arrived_us = json_int(json_get(v, "arrival_time")) * US_PER_S,
		.bytes = json_int(json_get(v, "message_size")) };
	if (!m.id || !m.queue || !m.sender)
		return err_memory(e);
	if (!take_recipients(&m, json_get(v, "recipients"), a, e))
		return false;
	if (!fits(f, &m))
		return true;
	q->message = room(a, q->message, q->n, &q->cap, sizeof(m));
	if (!q->message)
		return err_memory(e);
	q->message[q->n++] = m;
	return count(q, &m, a, e);
}

static int
by_age(const void *x, const void *y)
{
	const struct message *a = x, *b = y;
	if (a->arrived_us != b->arrived_us)
		return a->arrived_us < b->arrived_us ? -1 : 1;
	return strcmp(a->id, b->id);
}

static int
by_name(const void *x, const void *y)
{
	const struct total *a = x, *b = y;
	return strcmp(a->name, b->name);
}

static int
by_count(const void *x, const void *y)
{
	const struct total *a = x, *b = y;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Equal names become one; the greatest count first. */
static void
sum_up(struct totals *t)
{
	size_t out = 0;
	if (t->n == 0)
		return;
	qsort(t->item, t->n, sizeof(*t->item), by_name);
	for (size_t i = 1; i < t->n; i++) {
		struct total *last = &t->item[out];
		const struct total *x = &t->item[i];
		if (strcmp(last->name, x->name) != 0) {
			t->item[++out] = *x;
			continue;
		}
		last->count++;
		if (x->oldest_us < last->oldest_us)
			last->oldest_us = x->oldest_us;
	}
	t->n = out + 1;
	qsort(t->item, t->n, sizeof(*t->item), by_count);
}

bool
queue_read(char *text, const struct queue_filter *filter, struct arena *a,
	struct queue_list **list_r, struct err *e)
{
	const struct json_limits limits = { .bytes = LINE_MAX, .depth = 6 };
	struct queue_list *q = arena_alloc(a, sizeof(*q));
	char *rest = text;
	if (!q)
		return err_memory(e);
	while (*rest) {
		char *line = rest;
		const size_t n = strcspn(line, "\n");
		struct json *doc = NULL;
		struct err why = ERR_EMPTY;
		rest = line + n + (line[n] == '\n');
		if (n == 0)
			continue;
		if (!json_parse(line, n, &limits, &doc, &why)) {
			q->unread++;
			continue;
		}
		const bool ok = take_message(q, json_root(doc), filter, a, e);
		json_free(&doc);
		if (!ok)
			return false;
	}
	if (q->n > 0)
		qsort(q->message, q->n, sizeof(*q->message), by_age);
	sum_up(&q->domains);
	sum_up(&q->recipients);
	*list_r = q;
	return true;
}

size_t
queue_count(const struct queue_list *q)
{
	return q->n;
}

struct queue_message
queue_at(const struct queue_list *q, size_t i)
{
	const struct message *m = &q->message[i];

	return (struct queue_message){ m->id, m->sender,
		strcmp(m->queue, "hold") == 0 };
}

int64_t
queue_oldest_us(const struct queue_list *q)
{
	return q->n > 0 ? q->message[0].arrived_us : TIME_NONE;
}

const char *
queue_id(const struct queue_list *q, size_t i)
{
	return q->message[i].id;
}

static void
write_totals(struct jsonw *w, const char *key, const char *name,
	const struct totals *t)
{
	jsonw_array(w, key);
	for (size_t i = 0; i < t->n && i < QUEUE_TOTALS_MAX; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, name, t->item[i].name);
		jsonw_uint(w, "count", t->item[i].count);
		jsonw_time(w, "oldest_at", t->item[i].oldest_us);
		jsonw_end(w);
	}
	jsonw_end(w);
}

static void
write_message(struct jsonw *w, const struct message *m)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "id", m->id);
	jsonw_str(w, "queue", m->queue);
	jsonw_time(w, "arrived_at", m->arrived_us);
	jsonw_int(w, "size", m->bytes);
	jsonw_str(w, "sender", m->sender);
	jsonw_uint(w, "recipient_count", m->recipients);
	jsonw_array(w, "recipients");
	for (size_t i = 0; i < m->recipients && i < QUEUE_RECIPIENTS_MAX; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "address", m->recipient[i].address);
		jsonw_str_n(w, "reason", m->recipient[i].reason,
			strnlen(m->recipient[i].reason, 200));
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_end(w);
}

/* Leaves room for what comes after in a reply of 256 KiB. */
#define ITEMS_BYTES ((size_t)160 * 1024)

void
queue_write(const struct queue_list *q, struct jsonw *w)
{
	size_t shown = 0;
	jsonw_uint(w, "count", q->n + q->unread);
	jsonw_uint(w, "held", q->held);
	jsonw_int(w, "bytes", q->bytes);
	jsonw_time(w, "oldest_at", queue_oldest_us(q));
	write_totals(w, "domains", "domain", &q->domains);
	write_totals(w, "recipients", "address", &q->recipients);
	jsonw_array(w, "items");
	for (; shown < q->n && shown < QUEUE_ITEMS_MAX; shown++) {
		if (w->out->len > ITEMS_BYTES)
			break;
		write_message(w, &q->message[shown]);
	}
	jsonw_end(w);
	jsonw_bool(w, "truncated", shown < q->n + q->unread);
}

bool
queue_time(const char *text, int64_t *seconds_r)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 604800 } };
	char digits[16];
	const size_t n = strspn(text, "0123456789");
	int64_t value;
	if (n == 0 || !str_copy_n(digits, sizeof(digits), text, n)
		|| !str_to_i64(digits, 0, 100000000, &value))
		return false;
	/* Without a unit these two settings are days (postconf(5)). */
	const char unit = text[n] ? text[n] : 'd';
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (units[i].unit != unit || (text[n] && text[n + 1]))
			continue;
		*seconds_r = value * units[i].seconds;
		return true;
	}
	return false;
}
