/*
 * See kept.h.
 */
#include "mta/kept.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/timeutil.h"
#include "maps/rewind.h"
#include "mta/everything.h"
#include "mta/journal_read.h"

#define TRY_MS 60000
/* The clock of a file system stands still for so long. */
#define FILE_CLOCK_US 10000

struct overlay {
	enum map_id map;
	const struct strset *keys;
	int64_t text_us; /* when the copy was written */
	struct rewind last;
	struct map_lines *out;
};

static bool
is_wanted(const struct overlay *o, const char *key)
{
	return !o->keys || strset_has(o->keys, key);
}

static bool
take_line(void *ctx, const struct journal_line *l, struct err *e)
{
	struct overlay *o = ctx;
	return l->map != o->map || !is_wanted(o, l->key)
		|| rewind_take(&o->last, l->map, l->key, l->before, l->after,
			l->tag, e);
}

/* A map that is made anew changes beside the journal, and its copy is written
 * first: a copy that is newer has what stands before it, and more. */
static bool
take_remaking(void *ctx, int64_t at_us, struct err *e)
{
	struct overlay *o = ctx;
	(void)e;
	if (o->text_us + FILE_CLOCK_US >= at_us)
		rewind_clear(&o->last);
	return true;
}

static bool
add_last(void *ctx, enum map_id map, const char *key, const char *value,
	struct err *e)
{
	struct overlay *o = ctx;
	(void)map;
	return !value || lines_add(o->out, key, value, e);
}

static bool
take_text_line(struct overlay *o, char *line, struct err *e)
{
	char *blank = strchr(line, ' ');
	char *end = strchr(line, '\n');
	const char *value;
	if (!blank || !end)
		return err_set(e, ERR_INVALID, "", "bad_text", "",
			"a text copy cannot be read");
	*blank = *end = '\0';
	return !is_wanted(o, line)
		|| rewind_find(&o->last, o->map, line, &value)
		|| lines_add(o->out, line, blank + 1, e);
}

static int64_t
written_us(FILE *f)
{
	struct stat st;
	if (fstat(fileno(f), &st) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * US_PER_S
		+ st.st_mtim.tv_nsec / 1000;
}

bool
kept_text(const struct conf_node *c, enum map_id map, const struct strset *keys,
	struct map_lines *out, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct overlay o = {
		.map = map, .keys = keys, .last.serial = REWIND_LAST, .out = out
	};
	const struct journal_reader reader = {
		.line = take_line, .remaking = take_remaking, .ctx = &o
	};
	char *line = NULL;
	size_t cap = 0;
	node_text_path(c, map, path);
	FILE *f = map == MAP_ACCOUNTS ? NULL : fopen(path, "re");
	if (!f)
		return err_set(e, ERR_UNAVAILABLE, "", "no_copy", path,
			"%s: there is no text copy", path);
	o.text_us = written_us(f);
	bool ok = journal_read(c->state, 0, &reader, e);
	while (ok && getline(&line, &cap, f) > 0)
		ok = take_text_line(&o, line, e);
	ok = ok && rewind_walk(&o.last, add_last, &o, e) && lines_sort(out, e);
	fclose(f);
	free(line);
	rewind_free(&o.last);
	return ok;
}

struct try_job {
	const struct conf_node *conf;
	enum map_id map;
};

static bool
try_child(void *ctx, FILE *out, struct err *e)
{
	const struct try_job *t = ctx;
	struct map_lines l = { 0 };
	(void)out;
	const bool ok = everything_live(t->conf, t->map, &l, e);
	lines_free(&l);
	return ok;
}

bool
kept_lines(const struct conf_node *c, enum map_id map, struct map_lines *out,
	struct err *e)
{
	struct try_job job = { c, map };
	struct child try = { .fd = -1 };
	struct err why = ERR_EMPTY;
	const bool readable = child_call(&try, try_child, &job, TRY_MS, &why);
	child_free(&try);
	return readable ? everything_live(c, map, out, e)
			: kept_text(c, map, NULL, out, e);
}
