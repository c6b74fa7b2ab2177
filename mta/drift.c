/*
 * See drift.h. The file has a line for each, `time TAB map TAB key TAB live TAB
 * wanted`; accounts stand there without values.
 */
#include "mta/drift.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/timeutil.h"

#define LINES_MOST 200
#define FILE_BYTES ((size_t)4 << 20)

static void
note(struct node *n, size_t lines)
{
	n->drift = (struct node_drift){ lines, now_us(), false };
	n->report_due = true;
}

void
drift_compared(struct node *n, size_t found)
{
	if (found == 0)
		note(n, 0);
	else
		n->drift.is_settling = true;
}

void
drift_too_many(struct node *n, size_t lines)
{
	note(n, lines);
}

static void
put(struct file_out *f, int64_t at, const struct delta_line *d)
{
	const bool is_secret = d->map == MAP_ACCOUNTS;
	char time[32];
	const char *text[] = { time, map_name(d->map), d->key,
		is_secret || !d->before ? "" : d->before,
		is_secret || !d->after ? "" : d->after };
	snprintf(time, sizeof(time), "%" PRId64, at);
	for (size_t i = 0; i < ARRAY_LEN(text); i++) {
		file_put(f, text[i], strlen(text[i]));
		file_put(f, i + 1 < ARRAY_LEN(text) ? "\t" : "\n", 1);
	}
}

static bool
save(struct round *r, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct file_out *f = NULL;
	size_t n = 0;
	node_state_path(&r->node->conf->node, "drift", path);
	if (!file_begin(&f, path, 0600, e))
		return false;
	for (size_t i = 0; i < r->delta.n && n < LINES_MOST; i++)
		if (round_tag(r, &r->delta.line[i]) == 0) {
			put(f, now_us(), &r->delta.line[i]);
			n++;
		}
	return file_commit(&f, e);
}

void
drift_settle(struct round *r)
{
	struct err e = ERR_EMPTY;
	size_t lines = 0;
	if (!r->node->drift.is_settling)
		return;
	for (size_t i = 0; i < r->delta.n; i++)
		lines += round_tag(r, &r->delta.line[i]) == 0;
	note(r->node, lines);
	if (lines == 0)
		return;
	log_warn("%zu lines were not as they were left: put right", lines);
	if (!save(r, &e))
		log_warn("%s", err_text(&e));
}

static void
write_line(struct jsonw *w, char *line)
{
	static const char *const names[] = { "map", "key", "live", "wanted" };
	int64_t at;
	char *time = strsep(&line, "\t");
	if (!str_to_i64(time, 0, INT64_MAX, &at))
		return;
	jsonw_object(w, NULL);
	jsonw_time(w, "at", at);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *text = line ? strsep(&line, "\t") : "";
		/* A line always has a value: none is no line. */
		jsonw_str(w, names[i], i > 1 && !text[0] ? NULL : text);
	}
	jsonw_end(w);
}

void
drift_write_json(
	const struct node *n, struct arena *a, struct jsonw *w, const char *key)
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	size_t len;
	node_state_path(&n->conf->node, "drift", path);
	jsonw_array(w, key);
	if (file_read(path, FILE_BYTES / 4, a, &text, &len, &why)) {
		for (char *line; (line = strsep(&text, "\n")) && line[0];)
			write_line(w, line);
	}
	jsonw_end(w);
}
