/*
 * Routes of a locked mailbox.
 */
#include "cgi/handlers.h"

#include "core/mailbox_lock.h"

const struct form mailbox_lock_in_form = { .table = mailbox_lock_form,
	.size = sizeof(struct mailbox_lock_in) };

struct queue_in {
	unsigned act;
};

static const char *const act_words[] = { "hold", "release", NULL };

static const struct field queue_rows[] = {
	{ FIELD_AT(struct queue_in, act), .words = act_words,
		.required = true },
	{ 0 },
};

const struct form mailbox_lock_queue_form = { .table = queue_rows,
	.size = sizeof(struct queue_in) };

static bool
reply_lock(struct call *c, const struct mailbox_lock *l)
{
	mailbox_lock_write_json(reply_json(c->reply, 200), l);
	return true;
}

bool
mailboxes_lock(struct call *c, struct err *e)
{
	struct mailbox_lock l;

	return mailbox_lock(c->core, c->actor, c->id, c->body, &l, e)
		&& reply_lock(c, &l);
}

bool
mailboxes_lock_get(struct call *c, struct err *e)
{
	struct mailbox_lock l;

	return mailbox_lock_get(c->core, c->actor, c->id, &l, e)
		&& reply_lock(c, &l);
}

bool
mailboxes_lock_queue(struct call *c, struct err *e)
{
	const struct queue_in *in = c->body;
	struct mailbox_lock l;

	return mailbox_lock_queue(c->core, c->actor, c->id, in->act == 1, &l, e)
		&& reply_lock(c, &l);
}
