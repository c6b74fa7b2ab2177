/*
 * See kept.h.
 */
#include "mta/kept.h"

#include <stdlib.h>
#include <string.h>

#include "maps/rewind.h"
#include "mta/everything.h"
#include "mta/journal_read.h"

#define TRY_MS 60000

struct overlay {
	enum map_id map;
	struct rewind last;
	struct map_lines *out;
};

static bool
take_line(void *ctx, const struct journal_line *l, struct err *e)
{
	struct overlay *o = ctx;
	return l->map != o->map
		|| rewind_take(&o->last, l->map, l->key, l->before, l->after,
			l->tag, e);
}

static bool
take_anew(void *ctx, uint64_t serial, struct err *e)
{
	struct overlay *o = ctx;
	(void)serial;
	(void)e;
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
	return rewind_find(&o->last, o->map, line, &value)
		|| lines_add(o->out, line, blank + 1, e);
}

bool
kept_text(const struct conf_node *c, enum map_id map, struct map_lines *out,
	struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct overlay o = {
		.map = map, .last.serial = REWIND_LAST, .out = out
	};
	const struct journal_reader reader = {
		.line = take_line, .anew = take_anew, .ctx = &o
	};
	char *line = NULL;
	size_t cap = 0;
	node_text_path(c, map, path);
	FILE *f = map == MAP_ACCOUNTS ? NULL : fopen(path, "re");
	if (!f)
		return err_set(e, ERR_UNAVAILABLE, "", "no_copy", path,
			"%s: the database is away and there is no text copy",
			path);
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
			: kept_text(c, map, out, e);
}
