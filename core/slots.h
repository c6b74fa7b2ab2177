/*
 * Slots for the costly check of an admin's password: two on a host, and a few
 * that wait; and for exports, which hold a worker for long. Locks on bytes of one file of this user, so that they hold across
 * processes, plain CGI included, and vanish with their holder.
 */
#ifndef CORE_SLOTS_H
#define CORE_SLOTS_H

#include "base/base.h"
#include "base/err.h"

#define SLOTS_RUNNING 2

/* The file's descriptor, -1 when it cannot be had (then nothing is limited). */
int slots_open(void);

/*
 * Take a slot, waiting for it behind at most `waiting` others and not longer
 * than `timeout_ms`. ERR_THROTTLED, `busy`.
 */
bool slots_take(int fd, unsigned waiting, unsigned timeout_ms, unsigned *slot_r,
	struct err *e) MUST_USE;
/* One of the few places for exports, at once or ERR_THROTTLED `busy`. */
#define SLOTS_EXPORTS 2
bool slots_try(int fd, unsigned *slot_r, struct err *e) MUST_USE;

void slots_give(int fd, unsigned slot);

#endif
