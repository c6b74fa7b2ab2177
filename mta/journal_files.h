/*
 * The files of a journal: their names, and which go when they are many, large
 * or old.
 */
#ifndef MTA_JOURNAL_FILES_H
#define MTA_JOURNAL_FILES_H

#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"

#define JOURNAL_PATH_SIZE 512
#define JOURNAL_FILES_MAX 64

/* Numbers of the files that were set aside, oldest first; of too many the
 * newest. There is room for one more. */
struct journal_files {
	unsigned number[JOURNAL_FILES_MAX + 1];
	size_t n;
};

/* ERR_INTERNAL when the folder cannot be read. */
bool journal_files_list(
	const char *folder, struct journal_files *f, struct err *e) MUST_USE;

/* Number 0 is the newest file, `journal`. */
bool journal_file_path(const char *folder, unsigned number,
	char out[static JOURNAL_PATH_SIZE], struct err *e) MUST_USE;

/* Remove the oldest while the others are too large together, and those that
 * were last written too long ago. */
bool journal_files_prune(const struct conf_node *c, struct err *e) MUST_USE;

#endif
