/*
 * The verbs queue_hold_from and queue_release_from: all messages of one sender
 * that wait, one by one through postroom-rootd, in a child. What time does not
 * suffice for is told as `left`: the same request goes on.
 */
#include "mta/requests.h"

#include <string.h>
#include <time.h>

#include "base/addr.h"
#include "base/timeutil.h"
#include "mta/queue.h"
#include "mta/rootd_client.h"

#define LIST_BYTES ((size_t)128 << 20)
#define WORK_US (45 * US_PER_S) /* less than the child's deadline */
#define ID_SIZE 33

struct work {
	enum root_verb verb;
	bool is_held; /* of the messages that it is for */
	size_t done, failed, left;
};

/* The address itself, or with what stands behind a plus sign. */
static bool
is_from(const char *sender, const char *address)
{
	const size_t local = addr_local_len(address);

	if (strcasecmp(sender, address) == 0)
		return true;
	return strncasecmp(sender, address, local) == 0 && sender[local] == '+'
		&& strchr(sender, '@')
		&& strcasecmp(strchr(sender, '@'), address + local) == 0;
}

/* Asked too often for the moment: rest. */
static bool
one(const struct request *q, struct work *w, const char *id)
{
	const struct timespec rest = { .tv_nsec = 50 * 1000000L };
	const char *socket = q->node->conf->rootd.listen;

	for (unsigned tries = 0; tries < 40; tries++) {
		struct err e = ERR_EMPTY;
		char words[2048];
		struct str out = STR_FIXED(words);

		if (rootd_ask(socket, w->verb, id, &out, &e))
			return strstr(words, ": 1 message") != NULL;
		if (e.code != ERR_THROTTLED && e.code != ERR_LIMIT)
			return false;
		nanosleep(&rest, NULL);
	}
	return false;
}

static void
all(const struct request *q, struct work *w, const struct queue_list *list,
	const char *address)
{
	const int64_t until_us = monotonic_us() + WORK_US;

	for (size_t i = 0; i < queue_count(list); i++) {
		const struct queue_message m = queue_at(list, i);

		if (m.is_held != w->is_held || !is_from(m.sender, address))
			continue;
		if (monotonic_us() > until_us)
			w->left++;
		else if (one(q, w, m.id))
			w->done++;
		else
			w->failed++;
	}
}

static bool
on_sender(struct request *q, struct work *w, struct err *e)
{
	const struct queue_filter any = { "", "" };
	char address[ADDR_SIZE];
	struct queue_list *list = NULL;
	struct arena *a = arena_new(LIST_BYTES);
	bool ok;

	if (!a)
		return err_memory(e);
	struct str text = str_in(a, ROOT_OUTPUT_MAX);
	ok = request_text(q, "sender", address, sizeof(address), e)
		&& rootd_ask(q->node->conf->rootd.listen, ROOT_QUEUE_LIST, NULL,
			&text, e);
	if (ok && text.len == 0)
		str_add(&text, "\n");
	ok = ok && queue_read(text.data, &any, a, &list, e);
	if (ok)
		all(q, w, list, address);
	arena_free(&a);
	if (!ok)
		return false;
	jsonw_uint(q->out, "done", w->done);
	jsonw_uint(q->out, "failed", w->failed);
	jsonw_uint(q->out, "left", w->left);
	return true;
}

bool
request_queue_hold_from(struct request *q, struct err *e)
{
	struct work w = { .verb = ROOT_QUEUE_HOLD };

	return on_sender(q, &w, e);
}

bool
request_queue_release_from(struct request *q, struct err *e)
{
	struct work w = { .verb = ROOT_QUEUE_RELEASE, .is_held = true };

	return on_sender(q, &w, e);
}
