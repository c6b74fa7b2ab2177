/*
 * Replacing files that another program holds open, beyond base/file.h: files
 * that a library wrote beside their place.
 */
#ifndef MTA_FILES_H
#define MTA_FILES_H

#include "base/base.h"
#include "base/err.h"

#include <sys/stat.h>

/*
 * fsync `from`, give it mode 0640, rename it over `to`, fsync the folder.
 * ERR_INTERNAL, subject the path.
 */
bool file_rename_synced(
	const char *from, const char *to, struct err *e) MUST_USE;

/* What tells one state of a file from another without reading it. */
struct file_mark {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

/* The mark of a file; all zero when it is not there. */
struct file_mark file_mark_of(const char *path);
bool file_mark_equal(const struct file_mark *a, const struct file_mark *b);

#endif
