/*
 * See journal_read.h.
 */
#include "mta/journal_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mta/journal_files.h"

/* The record that lines belong to. */
struct reading {
	const struct journal_reader *reader;
	uint64_t to;
	int64_t at_us;
	bool is_back;
};

static char *
next_field(char **p)
{
	return *p ? strsep(p, "\t") : NULL;
}

static bool
take_line(struct reading *r, char *text, struct err *e)
{
	const char op = *text++;
	const char *map = next_field(&text);
	struct journal_line l = { .key = next_field(&text),
		.to = r->to,
		.tag = r->to,
		.at_us = r->at_us,
		.is_back = r->is_back };
	const char *before = next_field(&text), *after = next_field(&text);
	const char *tag = next_field(&text);
	if (!map || !l.key || !before || !after || !r->reader->line)
		return true;
	l.map = map_by_name(map);
	l.before = op == '+' ? NULL : before;
	l.after = op == '-' ? NULL : after;
	if (l.map == MAP_COUNT || (tag && sscanf(tag, "%" SCNu64, &l.tag) != 1))
		return true;
	return r->reader->line(r->reader->ctx, &l, e);
}

static bool
take_record(struct reading *r, const char *text, struct err *e)
{
	struct journal_record x = { 0 };
	char hold[24] = "-";
	if (!r->reader->record
		|| sscanf(text,
			   "A %" SCNu64 " %" SCNd64 " %zu %zu %zu %*u %23s",
			   &x.to, &x.at_us, &x.added, &x.changed, &x.removed,
			   hold)
			< 5)
		return true;
	x.hold.is_held = sscanf(hold, "%" SCNu64, &x.hold.serial) == 1;
	return r->reader->record(r->reader->ctx, &x, e);
}

static bool
take_anew(const struct reading *r, const char *text, struct err *e)
{
	uint64_t serial = 0;
	if (!r->reader->anew || sscanf(text, "X %" SCNu64, &serial) != 1)
		return true;
	return r->reader->anew(r->reader->ctx, serial, e);
}

static bool
take(struct reading *r, char *text, struct err *e)
{
	switch (text[0]) {
	case '+':
	case '-':
	case '~':
		return take_line(r, text, e);
	case 'A':
		return take_record(r, text, e);
	case 'X':
		return take_anew(r, text, e);
	case 'I':
		r->is_back = strstr(text, " back ") != NULL;
		(void)sscanf(text, "I %" SCNu64 " %" SCNd64, &r->to, &r->at_us);
		return !r->reader->remaking || !strstr(text, " anew")
			|| r->reader->remaking(r->reader->ctx, r->at_us, e);
	default:
		return true;
	}
}

static bool
read_file(const char *path, struct reading *r, struct err *e)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	bool ok = true;
	FILE *f = fopen(path, "re");
	if (!f)
		return errno == ENOENT
			|| err_set(e, ERR_INTERNAL, "", "journal", path,
				"%s: %s", path, strerror(errno));
	while (ok && (n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] != '\n')
			break;
		line[n - 1] = '\0';
		ok = take(r, line, e);
	}
	free(line);
	fclose(f);
	return ok;
}

/* The serial that a file begins with; 0 where it does not say. */
static uint64_t
head_of(const char *path)
{
	char line[128];
	uint64_t serial = 0;
	FILE *f = fopen(path, "re");
	if (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "S %" SCNu64, &serial);
	if (f)
		fclose(f);
	return serial;
}

bool
journal_read(const char *folder, uint64_t from,
	const struct journal_reader *reader, struct err *e)
{
	struct reading r = { .reader = reader };
	struct journal_files list;
	char path[JOURNAL_PATH_SIZE];
	if (!journal_files_list(folder, &list, e))
		return false;
	list.number[list.n++] = 0;
	size_t i = list.n;
	/* Back to the last file that begins no later than `from`. */
	while (i-- > 0) {
		if (!journal_file_path(folder, list.number[i], path, e))
			return false;
		if (i == 0 || head_of(path) <= from)
			break;
	}
	for (; i < list.n; i++)
		if (!journal_file_path(folder, list.number[i], path, e)
			|| !read_file(path, &r, e))
			return false;
	return true;
}
