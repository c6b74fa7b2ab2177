/*
 * One change to many rows, of any noun. The place that it got to moves on in
 * each batch's own transaction, so a row is changed once whatever is killed.
 * Each row stands for itself: cancelled, it stops between two batches.
 */
#include "core/bulk.h"
#include "jobs/jobd.h"

#define BULK_KIND(noun)                                                        \
	const struct job_kind job_kind_##noun##_bulk = {                       \
		.name = #noun ".bulk",                                         \
		.is_cancellable = true,                                        \
		.has_own_place = true,                                         \
		.batch = bulk_batch,                                           \
	}

BULK_KIND(domain);
BULK_KIND(mailbox);
BULK_KIND(alias);
BULK_KIND(whitelist);
