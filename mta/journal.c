/*
 * See journal.h: the writing side, and the state that is read at the start. A
 * file that has grown, or is a day old, is set aside and a new one begins with
 * an S line; `journal` missing and `journal.new` there is a kill between the
 * two renames.
 */
#include "mta/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "mta/journal_files.h"

/* So many files share node.journal_max_bytes. */
#define FILES 16

struct journal {
	FILE *f;
	const struct conf_node *conf;
	char path[JOURNAL_PATH_SIZE], next[JOURNAL_PATH_SIZE];
	long whole; /* bytes that are written, up to the end of a line */
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
	struct str n = STR_FIXED(j->next);
	if (str_addf(&n, "%s/journal.new", folder))
		return journal_file_path(folder, 0, j->path, e);
	return err_set(
		e, ERR_INTERNAL, "", "too_long", folder, "path too long");
}

static struct journal_hold
parse_hold(const char *text)
{
	struct journal_hold h = { false, 0 };
	h.is_held = sscanf(text, "%" SCNu64, &h.serial) == 1;
	return h;
}

static void
put_hold(FILE *f, struct journal_hold h)
{
	if (h.is_held)
		fprintf(f, "%" PRIu64, h.serial);
	else
		putc('-', f);
}

static void
read_state(const char *line, struct journal_state *s)
{
	char hold[24] = "-";
	sscanf(line + 1, " %" SCNu64 " %u %" SCNu64 " %23s %" SCNd64,
		&s->applied, &s->reloads, &s->floor, hold, &s->began_us);
	s->hold = parse_hold(hold);
	if (line[0] == 'X' || s->from == 0)
		s->from = s->applied;
	if (line[0] == 'X')
		s->is_ahead = false;
}

static void
read_intent(const char *line, struct journal_state *s)
{
	char what[8] = "", hold[24] = "";
	unsigned reloads = 0;
	const int n =
		sscanf(line, "I %*u %*d %u %7s %23s", &reloads, what, hold);
	s->reloads |= reloads;
	if (n == 3 && strcmp(what, "back") == 0) {
		s->is_moving = true;
		s->moving = parse_hold(hold);
	} else if (n == 2 && strcmp(what, "anew") == 0) {
		s->is_ahead = true;
	}
}

static void
read_applied(const char *line, struct journal_state *s)
{
	char hold[24] = "-";
	if (sscanf(line, "A %" SCNu64 " %*d %*u %*u %*u %" SCNu64 " %23s",
		    &s->applied, &s->floor, hold)
		< 2)
		s->floor = s->applied;
	s->hold = parse_hold(hold);
	s->is_moving = false;
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
		if (line[0] == 'S' || line[0] == 'X')
			read_state(line, s);
		else if (line[0] == 'I')
			read_intent(line, s);
		else if (line[0] == 'A')
			read_applied(line, s);
		else if (line[0] == 'R')
			s->reloads = 0;
	}
	free(line);
}

/* The oldest serial of the files that were set aside: the last X in them, or
 * where the oldest begins. */
static bool
find_from(const char *folder, struct journal_state *s, struct err *e)
{
	struct journal_files list;
	if (!journal_files_list(folder, &list, e))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		char path[JOURNAL_PATH_SIZE];
		struct journal_state old = { 0 };
		char *line = NULL;
		size_t cap = 0;
		if (!journal_file_path(folder, list.number[i], path, e))
			return false;
		FILE *f = fopen(path, "re");
		bool is_head = i == 0;
		while (f && getline(&line, &cap, f) > 0) {
			if (line[0] == 'X' || (is_head && line[0] == 'S')) {
				read_state(line, &old);
				s->from = old.applied;
			}
			is_head = false;
		}
		free(line);
		if (f)
			fclose(f);
	}
	return true;
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
	if (!find_from(j->conf->state, &j->state, e))
		return false;
	read_all(j->f, &j->state, &end);
	if (ftruncate(fd, end) < 0)
		return fail(j, e);
	j->whole = end;
	if (j->state.began_us == 0)
		j->state.began_us = now_us();
	return file_sync_parent(j->path, e);
}

bool
journal_open(const struct conf_node *c, struct journal **j_r,
	struct journal_state *state_r, struct err *e)
{
	struct journal *j = calloc(1, sizeof(*j));
	*j_r = NULL;
	if (!j)
		return err_memory(e);
	j->conf = c;
	if (!set_paths(j, c->state, e) || !open_inner(j, e)) {
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

uint64_t
journal_from(const struct journal *j)
{
	return j->state.from;
}

static void
put_delta(FILE *f, uint64_t to, const struct delta *d, journal_tag *tag,
	void *ctx)
{
	for (size_t i = 0; d && i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		const bool secret = x->map == MAP_ACCOUNTS;
		const char *op = !x->before ? "+" : !x->after ? "-" : "~";
		const uint64_t t = tag ? tag(ctx, x) : to;
		fprintf(f, "%s%s\t%s\t%s\t%s", op, map_name(x->map), x->key,
			secret || !x->before ? "" : x->before,
			secret || !x->after ? "" : x->after);
		if (t != to)
			fprintf(f, "\t%" PRIu64, t);
		putc('\n', f);
	}
}

/* What could not be written whole is taken back, so that the next line does
 * not continue a torn one. */
static bool
flush(struct journal *j, bool sync, struct err *e)
{
	if (fflush(j->f) == 0 && (!sync || fdatasync(fileno(j->f)) == 0)) {
		j->whole = ftell(j->f);
		return true;
	}
	(void)fail(j, e);
	clearerr(j->f);
	if (ftruncate(fileno(j->f), j->whole) < 0)
		(void)fail(j, e);
	return false;
}

/* The line `letter` with the state as it is now. */
static void
put_state(FILE *f, char letter, const struct journal_state *s)
{
	fprintf(f, "%c %" PRIu64 " %u %" PRIu64 " ", letter, s->applied,
		s->reloads, s->floor);
	put_hold(f, s->hold);
	fprintf(f, " %" PRId64 "\n", s->began_us);
}

static FILE *
begin_next(struct journal *j, struct err *e)
{
	FILE *f = fopen(j->next, "we");
	if (f && fchmod(fileno(f), 0600) == 0) {
		put_state(f, 'S', &j->state);
		if (j->state.is_ahead)
			fprintf(f, "I %" PRIu64 " %" PRId64 " 0 anew\n",
				j->state.applied, now_us());
		if (fflush(f) == 0 && fdatasync(fileno(f)) == 0)
			return f;
	}
	(void)fail(j, e);
	if (f)
		fclose(f);
	return NULL;
}

static bool
rotate(struct journal *j, struct err *e)
{
	struct journal_files list;
	char old[JOURNAL_PATH_SIZE];
	if (!journal_files_list(j->conf->state, &list, e)
		|| !journal_file_path(j->conf->state,
			list.n ? list.number[list.n - 1] + 1 : 1, old, e))
		return false;
	j->state.began_us = now_us();
	FILE *f = begin_next(j, e);
	if (!f)
		return false;
	if (rename(j->path, old) < 0 || rename(j->next, j->path) < 0) {
		(void)fail(j, e);
		fclose(f);
		return false;
	}
	fclose(j->f);
	j->f = f;
	j->whole = ftell(f);
	return file_sync_parent(j->path, e) && journal_files_prune(j->conf, e)
		&& find_from(j->conf->state, &j->state, e);
}

static bool
rotate_due(struct journal *j, struct err *e)
{
	const long size = ftell(j->f);
	const int64_t age = now_us() - j->state.began_us;
	if (size < j->conf->journal_max_bytes / FILES
		&& (age < US_PER_DAY || size < 4096))
		return true;
	return rotate(j, e);
}

bool
journal_intend(struct journal *j, uint64_t to, unsigned reloads,
	const struct delta *d, journal_tag *tag, void *ctx, struct err *e)
{
	/* Rounds that fail again and again do not end in A lines. */
	if (!rotate_due(j, e))
		return false;
	fprintf(j->f, "I %" PRIu64 " %" PRId64 " %u\n", to, now_us(), reloads);
	put_delta(j->f, to, d, tag, ctx);
	j->state.reloads |= reloads;
	return flush(j, reloads != 0 || (d && d->n > 0), e);
}

bool
journal_intend_anew(
	struct journal *j, uint64_t to, unsigned reloads, struct err *e)
{
	if (!rotate_due(j, e))
		return false;
	fprintf(j->f, "I %" PRIu64 " %" PRId64 " %u anew\n", to, now_us(),
		reloads);
	j->state.reloads |= reloads;
	j->state.is_ahead = true;
	return flush(j, true, e);
}

void
journal_is_level(struct journal *j)
{
	j->state.is_ahead = false;
}

bool
journal_intend_back(struct journal *j, uint64_t to, struct journal_hold hold,
	unsigned reloads, const struct delta *d, journal_tag *tag, void *ctx,
	struct err *e)
{
	fprintf(j->f, "I %" PRIu64 " %" PRId64 " %u back ", to, now_us(),
		reloads);
	put_hold(j->f, hold);
	putc('\n', j->f);
	put_delta(j->f, to, d, tag, ctx);
	j->state.reloads |= reloads;
	return flush(j, true, e);
}

static void
note(struct journal *j, const struct journal_mark *m)
{
	j->state.applied = m->to;
	j->state.floor = m->floor;
	j->state.hold = m->hold;
	j->state.is_moving = false;
}

bool
journal_anew(struct journal *j, const struct journal_mark *m, struct err *e)
{
	note(j, m);
	j->state.from = m->to;
	j->state.is_ahead = false;
	put_state(j->f, 'X', &j->state);
	return flush(j, true, e);
}

bool
journal_applied(struct journal *j, const struct journal_mark *m,
	const struct delta *d, struct err *e)
{
	const bool is_caught_up = j->state.is_ahead && m->to > j->state.applied;
	fprintf(j->f, "A %" PRIu64 " %" PRId64 " %zu %zu %zu %" PRIu64 " ",
		m->to, now_us(), d ? d->added : 0, d ? d->changed : 0,
		d ? d->removed : 0, m->floor);
	put_hold(j->f, m->hold);
	putc('\n', j->f);
	note(j, m);
	if (is_caught_up && !journal_anew(j, m, e))
		return false;
	return flush(j, false, e) && rotate_due(j, e);
}

bool
journal_reloaded(struct journal *j, struct err *e)
{
	fprintf(j->f, "R %" PRId64 "\n", now_us());
	j->state.reloads = 0;
	return flush(j, false, e);
}
