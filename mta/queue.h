/*
 * What waits in Postfix's queue, as `postqueue -j` lists it (postqueue(1)): one
 * JSON object a message and line. Read into totals, and the first messages by
 * their age. A line that cannot be read counts as a message and no more.
 */
#ifndef MTA_QUEUE_H
#define MTA_QUEUE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/jsonw.h"

#define QUEUE_ITEMS_MAX 200
#define QUEUE_RECIPIENTS_MAX 20 /* of one message */
#define QUEUE_TOTALS_MAX 100    /* of domains, of recipients */

/* Only messages with a recipient there; "" is any. */
struct queue_filter {
	const char *domain;
	const char *recipient;
};

struct queue_list;

/* Lives in the arena, as `text` must. */
bool queue_read(char *text, const struct queue_filter *filter, struct arena *a,
	struct queue_list **list_r, struct err *e) MUST_USE;

/* The messages, oldest first; texts live as long as the list. */
struct queue_message {
	const char *id, *sender;
	bool is_held;
};
struct queue_message queue_at(const struct queue_list *q, size_t i);

/* When the oldest message came in; TIME_NONE: none is there. */
int64_t queue_oldest_us(const struct queue_list *q);

/* How many messages the list has, and the id of each, the oldest first. */
size_t queue_count(const struct queue_list *q);
const char *queue_id(const struct queue_list *q, size_t i);

/* The members count, held, bytes, oldest_at, domains, recipients, items and
 * truncated of an object that is open. */
void queue_write(const struct queue_list *q, struct jsonw *w);

/* `5d` or `12h` as the two queue lifetimes are written, `5` is days; false: no
 * time. */
bool queue_time(const char *text, int64_t *seconds_r) MUST_USE;

#endif
