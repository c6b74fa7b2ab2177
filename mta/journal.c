/*
 * See journal.h. A file that has grown is set aside as journal.1 and a new
 * one begins with an S line; `journal` missing and `journal.new` there is a
 * kill between the two renames.
 */
#include "mta/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/timeutil.h"

#define JOURNAL_BYTES (16L * 1024 * 1024)
#define PATH_SIZE 512

struct journal {
	FILE *f;
	char path[PATH_SIZE], old[PATH_SIZE], next[PATH_SIZE];
	struct journal_state state;
};

static bool
fail(const struct journal *j, struct err *e)
{
	return err_set(e, ERR_INTERNAL, "", "journal", j->path, "%s: %s",
		j->path, strerror(errno));
}

static bool
set_paths(struct journal *j, const char *folder, struct err *e)
{
	struct str p = STR_FIXED(j->path), o = STR_FIXED(j->old),
		   n = STR_FIXED(j->next);
	if (str_addf(&p, "%s/journal", folder)
		&& str_addf(&o, "%s/journal.1", folder)
		&& str_addf(&n, "%s/journal.new", folder))
		return true;
	return err_set(
		e, ERR_INTERNAL, "", "too_long", folder, "path too long");
}

static void
read_line(const char *line, struct journal_state *s)
{
	uint64_t to;
	int64_t at;
	unsigned reloads;
	if (sscanf(line, "S %" SCNu64 " %u", &to, &reloads) == 2) {
		s->applied = to;
		s->reloads = reloads;
	} else if (sscanf(line, "I %" SCNu64 " %" SCNd64 " %u", &to, &at,
			   &reloads)
		== 3) {
		s->reloads |= reloads;
	} else if (sscanf(line, "A %" SCNu64, &to) == 1) {
		s->applied = to;
	} else if (line[0] == 'R') {
		s->reloads = 0;
	}
}

/* Read all whole lines; *end_r is where the last of them ends. */
static void
read_all(FILE *f, struct journal_state *s, long *end_r)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	*end_r = 0;
	while ((n = getline(&line, &cap, f)) > 0) {
		if (line[n - 1] != '\n')
			break;
		*end_r += n;
		if (strchr("SIAR", line[0]))
			read_line(line, s);
	}
	free(line);
}

bool
journal_peek(const char *folder, struct journal_state *state_r, struct err *e)
{
	struct journal j = { 0 };
	long end;
	*state_r = (struct journal_state){ 0 };
	if (!set_paths(&j, folder, e))
		return false;
	FILE *f = fopen(j.path, "re");
	if (!f)
		return errno == ENOENT ? true : fail(&j, e);
	read_all(f, state_r, &end);
	fclose(f);
	return true;
}

static bool
open_inner(struct journal *j, struct err *e)
{
	long end = 0;
	if (access(j->path, F_OK) < 0 && errno == ENOENT
		&& access(j->next, F_OK) == 0 && rename(j->next, j->path) < 0)
		return fail(j, e);
	const int fd =
		open(j->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(j, e);
	j->f = fdopen(fd, "a+");
	if (!j->f) {
		close(fd);
		return fail(j, e);
	}
	rewind(j->f);
	read_all(j->f, &j->state, &end);
	if (ftruncate(fd, end) < 0)
		return fail(j, e);
	return file_sync_parent(j->path, e);
}

bool
journal_open(const char *folder, struct journal **j_r,
	struct journal_state *state_r, struct err *e)
{
	struct journal *j = calloc(1, sizeof(*j));
	*j_r = NULL;
	if (!j)
		return err_memory(e);
	if (!set_paths(j, folder, e) || !open_inner(j, e)) {
		journal_close(&j);
		return false;
	}
	*state_r = j->state;
	*j_r = j;
	return true;
}

void
journal_close(struct journal **j)
{
	if (!*j)
		return;
	if ((*j)->f)
		fclose((*j)->f);
	free(*j);
	*j = NULL;
}

static void
put_delta(FILE *f, const struct delta *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		const bool secret = x->map == MAP_ACCOUNTS;
		const char *op = !x->before ? "+" : !x->after ? "-" : "~";
		fprintf(f, "%s%s\t%s\t%s\t%s\n", op, map_name(x->map), x->key,
			secret || !x->before ? "" : x->before,
			secret || !x->after ? "" : x->after);
	}
}

static bool
flush(struct journal *j, bool sync, struct err *e)
{
	if (fflush(j->f) != 0 || (sync && fdatasync(fileno(j->f)) < 0))
		return fail(j, e);
	return true;
}

bool
journal_intend(struct journal *j, uint64_t to, unsigned reloads,
	const struct delta *d, struct err *e)
{
	fprintf(j->f, "I %" PRIu64 " %" PRId64 " %u\n", to, now_us(), reloads);
	if (d)
		put_delta(j->f, d);
	j->state.reloads |= reloads;
	return flush(j, reloads != 0, e);
}

static bool
rotate(struct journal *j, struct err *e)
{
	char line[64];
	struct str s = STR_FIXED(line);
	str_addf(&s, "S %" PRIu64 " %u\n", j->state.applied, j->state.reloads);
	if (!file_write(j->next, s.data, s.len, 0600, e))
		return false;
	FILE *f = fopen(j->next, "ae");
	if (!f)
		return fail(j, e);
	if (rename(j->path, j->old) < 0 || rename(j->next, j->path) < 0) {
		(void)fail(j, e);
		fclose(f);
		return false;
	}
	fclose(j->f);
	j->f = f;
	return file_sync_parent(j->path, e);
}

bool
journal_applied(
	struct journal *j, uint64_t to, const struct delta *d, struct err *e)
{
	const bool any = d && d->n > 0;
	fprintf(j->f, "A %" PRIu64 " %" PRId64 " %zu %zu %zu\n", to, now_us(),
		any ? d->added : 0, any ? d->changed : 0, any ? d->removed : 0);
	j->state.applied = to;
	if (!flush(j, any, e))
		return false;
	return ftell(j->f) < JOURNAL_BYTES || rotate(j, e);
}

bool
journal_reloaded(struct journal *j, struct err *e)
{
	fprintf(j->f, "R %" PRId64 "\n", now_us());
	j->state.reloads = 0;
	return flush(j, false, e);
}
