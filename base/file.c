/*
 * Whole files: temporary file, fsync, rename, fsync of the folder.
 */
#include "base/file.h"

#include "base/log.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)65536)

struct file_out {
	int fd;
	int saved_errno; /* of the first write that failed */
	size_t used;
	char path[PATH_MAX];
	char temporary[PATH_MAX];
	char buffer[BUFFER_BYTES];
};

static bool
fail(struct err *e, const char *what, const char *path)
{
	const int saved = errno;

	(void)err_set(e, saved == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL, NULL,
		"file", path, "cannot %s %s: %s", what, path,
		strerrordesc_np(saved) ? strerrordesc_np(saved) : "?");
	return false;
}

void
fd_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

bool
fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		const ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return false;
		}
		p += n;
		len -= (size_t)n;
	}
	return true;
}

bool
file_sync_folder(const char *folder, struct err *e)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_good;

	if (fd < 0)
		return fail(e, "open the folder", folder);
	is_good = fsync(fd) == 0 || fail(e, "sync the folder", folder);
	fd_close(&fd);
	return is_good;
}

bool
file_sync_parent(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (!slash)
		return file_sync_folder(".", e);
	if (slash == path)
		return file_sync_folder("/", e);
	if (!str_copy_n(folder, sizeof(folder), path, (size_t)(slash - path))) {
		errno = ENAMETOOLONG;
		return fail(e, "sync the folder of", path);
	}
	return file_sync_folder(folder, e);
}

bool
file_begin(struct file_out **out, const char *path, mode_t mode, struct err *e)
{
	struct file_out *f = malloc(sizeof(*f));
	struct str temporary;

	*out = NULL;
	if (!f) {
		(void)err_memory(e);
		return false;
	}
	f->used = 0;
	f->saved_errno = 0;
	temporary = STR_FIXED(f->temporary);
	str_add(&temporary, path);
	if (!str_add(&temporary, ".tmp")
		|| !str_copy(f->path, sizeof(f->path), path)) {
		free(f);
		errno = ENAMETOOLONG;
		return fail(e, "make", path);
	}
	(void)unlink(f->temporary);
	f->fd = open(
		f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f->fd < 0 || fchmod(f->fd, mode) != 0) {
		(void)fail(e, "make", f->temporary);
		file_abort(&f);
		return false;
	}
	*out = f;
	return true;
}

static void
flush(struct file_out *f)
{
	if (!f->saved_errno && !fd_write_all(f->fd, f->buffer, f->used))
		f->saved_errno = errno;
	f->used = 0;
}

void
file_put(struct file_out *f, const void *data, size_t len)
{
	if (len > BUFFER_BYTES - f->used)
		flush(f);
	if (len < BUFFER_BYTES) {
		memcpy(f->buffer + f->used, data, len);
		f->used += len;
		return;
	}
	if (!f->saved_errno && !fd_write_all(f->fd, data, len))
		f->saved_errno = errno;
}

bool
file_commit(struct file_out **out, struct err *e)
{
	struct file_out *f = *out;
	bool is_good;

	flush(f);
	if (!f->saved_errno && fsync(f->fd) != 0)
		f->saved_errno = errno;
	errno = f->saved_errno;
	is_good = !f->saved_errno || fail(e, "write", f->temporary);
	if (is_good && rename(f->temporary, f->path) != 0)
		is_good = fail(e, "rename to", f->path);
	if (!is_good) {
		file_abort(out);
		return false;
	}
	is_good = file_sync_parent(f->path, e);
	fd_close(&f->fd);
	free(f);
	*out = NULL;
	return is_good;
}

void
file_abort(struct file_out **out)
{
	struct file_out *f = *out;

	if (!f)
		return;
	fd_close(&f->fd);
	(void)unlink(f->temporary);
	free(f);
	*out = NULL;
}

bool
file_write(const char *path, const void *data, size_t len, mode_t mode,
	struct err *e)
{
	struct file_out *f;

	if (!file_begin(&f, path, mode, e))
		return false;
	file_put(f, data, len);
	return file_commit(&f, e);
}

/* Up to `max` + 1 bytes, so that one too many is noticed. */
static bool
read_all(int fd, const char *path, size_t max, struct str *text, struct err *e)
{
	for (;;) {
		const size_t left = max + 1 - text->len;
		const size_t want = left < BUFFER_BYTES ? left : BUFFER_BYTES;
		char *room = str_room(text, want);
		ssize_t n;

		if (!room)
			return err_memory(e);
		n = read(fd, room, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(e, "read", path);
		if (n == 0)
			return true;
		text->len += (size_t)n;
		if (text->len > max)
			return err_set(e, ERR_TOO_LARGE, NULL, "too_large",
				path, "%s has more than %zu bytes", path, max);
	}
}

bool
file_read(const char *path, size_t max, struct arena *a, char **data_r,
	size_t *len_r, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct str text = str_in(a, max + 1);
	bool is_good;

	*data_r = NULL;
	*len_r = 0;
	if (fd < 0)
		return fail(e, "open", path);
	is_good = read_all(fd, path, max, &text, e);
	fd_close(&fd);
	if (!is_good)
		return false;
	text.data[text.len] = '\0';
	*data_r = text.data;
	*len_r = text.len;
	return true;
}

bool
file_make_folders(const char *folder, mode_t mode, struct err *e)
{
	char path[PATH_MAX];
	char *p;

	if (!str_copy(path, sizeof(path), folder)) {
		errno = ENAMETOOLONG;
		return fail(e, "make the folder", folder);
	}
	for (p = path; *p; p++) {
		if (*p != '/' || p == path)
			continue;
		*p = '\0';
		if (mkdir(path, mode) != 0 && errno != EEXIST)
			return fail(e, "make the folder", path);
		*p = '/';
	}
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return fail(e, "make the folder", path);
	return true;
}

bool
file_remove(const char *path, struct err *e)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return true;
	return fail(e, "remove", path);
}
