/*
 * A node's journal of any content: it is opened, its state is the same for
 * whoever looks, a torn end is cut off, and its lines are read back.
 *
 * fuzz-links: mta maps core db
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maps/rewind.h"
#include "mta/journal.h"
#include "mta/journal_read.h"

static char folder[] = "/dev/shm/fuzz-journal-XXXXXX";
static char path[sizeof(folder) + 16];

static void
remove_folder(void)
{
	(void)unlink(path);
	(void)rmdir(folder);
}

static void
put(const uint8_t *data, size_t size)
{
	if (path[0] == '\0') {
		MUST(mkdtemp(folder) != NULL);
		snprintf(path, sizeof(path), "%s/journal", folder);
		atexit(remove_folder);
	}
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static bool
take_line(void *ctx, const struct journal_line *l, struct err *e)
{
	MUST((unsigned)l->map < MAP_COUNT);
	MUST(l->key && (l->before || l->after));
	return rewind_take(ctx, l->map, l->key, l->before, l->after, l->tag, e);
}

static bool
take_anew(void *ctx, uint64_t serial, struct err *e)
{
	(void)serial;
	(void)e;
	rewind_clear(ctx);
	return true;
}

static void
read_back(uint64_t serial)
{
	struct rewind past = { .serial = serial };
	const struct journal_reader reader = {
		.line = take_line, .anew = take_anew, .ctx = &past
	};
	struct err e = ERR_EMPTY;

	MUST(journal_read(folder, 0, &reader, &e));
	rewind_free(&past);
}

static bool
is_same(const struct journal_state *a, const struct journal_state *b)
{
	return a->applied == b->applied && a->floor == b->floor
		&& a->reloads == b->reloads && a->is_ahead == b->is_ahead
		&& a->is_moving == b->is_moving
		&& a->hold.is_held == b->hold.is_held
		&& a->hold.serial == b->hold.serial;
}

static void
check_whole(void)
{
	const int fd = open(path, O_RDONLY);
	struct stat st;
	char last;

	MUST(fd >= 0 && fstat(fd, &st) == 0);
	MUST(st.st_size == 0
		|| (pread(fd, &last, 1, st.st_size - 1) == 1 && last == '\n'));
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf_node conf;
	struct journal_state peeked, opened;
	struct journal *j;
	struct err e = ERR_EMPTY;

	put(data, size);
	MUST(str_copy(conf.state, sizeof(conf.state), folder));
	MUST(journal_peek(folder, &peeked, &e));
	MUST(journal_open(&conf, &j, &opened, &e));
	MUST(is_same(&peeked, &opened));
	check_whole();
	journal_close(&j);
	read_back(0);
	read_back(opened.applied);
	read_back(REWIND_LAST);
	return 0;
}
