/*
 * See journal_files.h.
 */
#include "mta/journal_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/str.h"
#include "base/timeutil.h"

static int
by_number(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* `journal.000001` to its number; 0 for any other name. */
static unsigned
number_of(const char *name)
{
	int64_t n;
	if (strncmp(name, "journal.", 8) != 0 || strlen(name) != 14)
		return 0;
	name += 8;
	while (*name == '0')
		name++;
	return str_to_i64(name, 1, 999999, &n) ? (unsigned)n : 0;
}

/* Of too many the oldest is left out. */
static void
take_number(struct journal_files *f, unsigned number)
{
	size_t oldest = 0;
	if (f->n < JOURNAL_FILES_MAX) {
		f->number[f->n++] = number;
		return;
	}
	for (size_t i = 1; i < f->n; i++)
		if (f->number[i] < f->number[oldest])
			oldest = i;
	if (number > f->number[oldest])
		f->number[oldest] = number;
}

bool
journal_files_list(const char *folder, struct journal_files *f, struct err *e)
{
	DIR *d = opendir(folder);
	f->n = 0;
	if (!d)
		return err_set(e, ERR_INTERNAL, "", "journal", folder, "%s: %s",
			folder, strerror(errno));
	for (struct dirent *x; (x = readdir(d));) {
		const unsigned n = number_of(x->d_name);
		if (n)
			take_number(f, n);
	}
	closedir(d);
	qsort(f->number, f->n, sizeof(f->number[0]), by_number);
	return true;
}

bool
journal_file_path(const char *folder, unsigned number,
	char out[static JOURNAL_PATH_SIZE], struct err *e)
{
	struct str s = str_over(out, JOURNAL_PATH_SIZE);
	if (number == 0 ? str_addf(&s, "%s/journal", folder)
			: str_addf(&s, "%s/journal.%06u", folder, number))
		return true;
	return err_set(
		e, ERR_INTERNAL, "", "too_long", folder, "path too long");
}

bool
journal_files_prune(const struct conf_node *c, struct err *e)
{
	struct journal_files f;
	int64_t total = 0;
	const int64_t oldest_s =
		(now_us() - c->journal_days * US_PER_DAY) / US_PER_S;
	if (!journal_files_list(c->state, &f, e))
		return false;
	/* Newest first: what is over the limit is the oldest. */
	for (size_t i = f.n; i-- > 0;) {
		char path[JOURNAL_PATH_SIZE];
		struct stat st;
		if (!journal_file_path(c->state, f.number[i], path, e))
			return false;
		if (stat(path, &st) < 0)
			continue;
		total += st.st_size;
		if ((total > c->journal_max_bytes || st.st_mtime < oldest_s
			    || i + JOURNAL_FILES_MAX / 2 < f.n)
			&& !file_remove(path, e))
			return false;
	}
	return true;
}
