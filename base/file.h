/*
 * Files that are whole or not there: written beside their place, synced,
 * renamed, and the folder synced, so that a crash at any point leaves the old
 * file or the new one. And bounded reads.
 *
 * Errors are ERR_INTERNAL (ERR_NOT_FOUND, ERR_TOO_LARGE where said) with the
 * path as subject and the system's words in the text: for the log and the
 * operator, never for a client (err_is_private).
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"

#include <sys/types.h>

/* Replace or make `path` with `len` bytes, mode `mode`. The temporary file is
 * `path` + ".tmp": one writer per path. */
bool file_write(const char *path, const void *data, size_t len, mode_t mode,
	struct err *e) MUST_USE;

/*
 * The same in pieces, for large outputs. After file_begin either file_commit
 * or file_abort; both close and clear. A failed write is remembered and
 * reported by file_commit, so pieces need not be checked one by one.
 */
struct file_out;
bool file_begin(struct file_out **out, const char *path, mode_t mode,
	struct err *e) MUST_USE;
void file_put(struct file_out *f, const void *data, size_t len);
bool file_commit(struct file_out **f, struct err *e) MUST_USE;
void file_abort(struct file_out **f);

/*
 * The whole file in the arena with a NUL behind it (not counted in *len_r).
 * ERR_NOT_FOUND when there is none, ERR_TOO_LARGE over `max` bytes.
 */
bool file_read(const char *path, size_t max, struct arena *a, char **data_r,
	size_t *len_r, struct err *e) MUST_USE;

/* fsync the folder that `path` is in, or the folder itself. */
bool file_sync_parent(const char *path, struct err *e) MUST_USE;
bool file_sync_folder(const char *folder, struct err *e) MUST_USE;

/* Make a folder and its missing parents (mode of the new ones). */
bool file_make_folders(const char *folder, mode_t mode, struct err *e) MUST_USE;

/* Write all bytes or fail; EINTR is handled. errno is set. */
bool fd_write_all(int fd, const void *data, size_t len) MUST_USE;

/* Remove a file; one that is not there is fine. */
bool file_remove(const char *path, struct err *e) MUST_USE;

/* Close and set to -1; -1 is fine. */
void fd_close(int *fd);

#endif
