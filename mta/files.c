/*
 * See files.h.
 */
#include "mta/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

static bool
fail(const char *path, const char *what, struct err *e)
{
	return err_set(e, ERR_INTERNAL, "", "io", path, "%s: %s: %s", path,
		what, strerror(errno));
}

bool
file_rename_synced(const char *from, const char *to, struct err *e)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(from, "open", e);
	if (fchmod(fd, 0640) < 0 || fsync(fd) < 0) {
		(void)fail(from, "sync", e);
		close(fd);
		return false;
	}
	close(fd);
	if (rename(from, to) < 0)
		return fail(to, "rename", e);
	return file_sync_parent(to, e);
}

struct file_mark
file_mark_of(const char *path)
{
	struct stat st;
	if (stat(path, &st) < 0)
		return (struct file_mark){ 0 };
	return (struct file_mark){ .dev = st.st_dev,
		.ino = st.st_ino,
		.size = st.st_size,
		.mtime = st.st_mtim };
}

bool
file_mark_equal(const struct file_mark *a, const struct file_mark *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size
		&& a->mtime.tv_sec == b->mtime.tv_sec
		&& a->mtime.tv_nsec == b->mtime.tv_nsec;
}
