/*
 * Byte 0 and 1 of the file are the running slots, those behind them the places
 * to wait, and far behind the exports. Open file description locks belong to the descriptor, so each
 * process opens the file itself.
 */
#include "core/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/timeutil.h"

#define POLL_MS 10
/* Bytes of the file behind every place to wait. */
#define EXPORT_FIRST 100000

int
slots_open(void)
{
	char path[64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/dev/shm/postroom-signin-%u",
		(unsigned)geteuid());
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && (fstat(fd, &st) != 0 || st.st_uid != geteuid())) {
		close(fd);
		fd = -1;
	}
	if (fd < 0)
		log_warn("no slots for sign-ins at %s", path);
	return fd;
}

static bool
lock_byte(int fd, unsigned byte, short type)
{
	struct flock lock = { .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)byte,
		.l_len = 1 };

	return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

static bool
try_run(int fd, unsigned *slot_r)
{
	for (unsigned i = 0; i < SLOTS_RUNNING; i++)
		if (lock_byte(fd, i, F_WRLCK)) {
			*slot_r = i;
			return true;
		}
	return false;
}

static bool
busy(struct err *e)
{
	err_set(e, ERR_THROTTLED, NULL, "busy", NULL,
		"too many people sign in at this moment, try again");
	if (e && e->code == ERR_THROTTLED)
		e->retry_after_s = 1;
	return false;
}

bool
slots_take(int fd, unsigned waiting, unsigned timeout_ms, unsigned *slot_r,
	struct err *e)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	int64_t end = monotonic_us() + (int64_t)timeout_ms * 1000;
	unsigned place = SLOTS_RUNNING;
	bool ok;

	*slot_r = 0;
	if (fd < 0 || try_run(fd, slot_r))
		return true;
	while (place < SLOTS_RUNNING + waiting
		&& !lock_byte(fd, place, F_WRLCK))
		place++;
	if (place == SLOTS_RUNNING + waiting)
		return busy(e);
	do {
		nanosleep(&pause, NULL);
		ok = try_run(fd, slot_r);
	} while (!ok && monotonic_us() < end);
	lock_byte(fd, place, F_UNLCK);
	return ok || busy(e);
}

bool
slots_try(int fd, unsigned *slot_r, struct err *e)
{
	*slot_r = EXPORT_FIRST;
	if (fd < 0)
		return true;
	for (unsigned i = 0; i < SLOTS_EXPORTS; i++) {
		*slot_r = EXPORT_FIRST + i;
		if (lock_byte(fd, *slot_r, F_WRLCK))
			return true;
	}
	err_set(e, ERR_THROTTLED, NULL, "busy", NULL,
		"%d exports are running, try again in a moment", SLOTS_EXPORTS);
	e->retry_after_s = 5;
	return false;
}

void
slots_give(int fd, unsigned slot)
{
	if (fd >= 0)
		lock_byte(fd, slot, F_UNLCK);
}
