/*
 * One change to many mailboxes. The place that it got to moves on in each
 * batch's own transaction, so a mailbox is changed once whatever is killed.
 * Each mailbox stands for itself: cancelled, it stops between two batches.
 */
#include "core/mailbox.h"
#include "jobs/jobd.h"

const struct job_kind job_kind_mailbox_bulk = {
	.name = "mailbox.bulk",
	.is_cancellable = true,
	.has_own_place = true,
	.batch = mailbox_bulk_batch,
};
