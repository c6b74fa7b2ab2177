/*
 * A difference for people: accounts in words, counts, JSON, unified text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "core/lists.h"
#include "core/revision.h"
#include "maps/delta.h"
#include "maps/diff_work.h"

static const char *
copied(struct diff_work *w, const char *text, bool *ok)
{
	const char *s = text ? arena_strdup(w->arena, text) : NULL;

	*ok = *ok && (s || !text);
	return s;
}

bool
diff_put(struct diff_work *w, const struct diff_line *line, struct err *e)
{
	struct diff *d = w->out;
	struct diff_line *x;
	bool ok = true;

	if (d->n_lines == w->cap_lines) {
		size_t cap = w->cap_lines ? 2 * w->cap_lines : 64;

		x = arena_grow(w->arena, d->line, w->cap_lines * sizeof(*x),
			cap * sizeof(*x));
		if (!x)
			return err_memory(e);
		d->line = x;
		w->cap_lines = cap;
	}
	x = &d->line[d->n_lines++];
	*x = *line;
	x->key = copied(w, line->key, &ok);
	x->before = copied(w, line->before, &ok);
	x->after = copied(w, line->after, &ok);
	return ok || err_memory(e);
}

static int
by_place(const void *a, const void *b)
{
	const struct diff_line *x = a, *y = b;

	return x->map != y->map ? (x->map > y->map) - (x->map < y->map)
				: strcmp(x->key, y->key);
}

static void
count_line(struct diff_count *c, const struct diff_line *x)
{
	if (!x->before)
		c->added++;
	else if (!x->after)
		c->removed++;
	else
		c->changed++;
}

static int
by_name(const void *a, const void *b)
{
	const struct diff_count *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Keys of one map are not in the order of domains: sort first, count then. */
static bool
count_domains(struct diff_work *w, struct err *e)
{
	struct diff *d = w->out;
	size_t n = 0;

	d->domain = arena_array(w->arena, d->n_lines + 1, sizeof(*d->domain));
	if (!d->domain)
		return err_memory(e);
	for (size_t i = 0; i < d->n_lines; i++) {
		const struct diff_line *x = &d->line[i];

		d->domain[i].name =
			x->map == DIFF_WHITELIST ? "" : key_domain(x->key);
		count_line(&d->domain[i], x);
	}
	if (d->n_lines > 0)
		qsort(d->domain, d->n_lines, sizeof(*d->domain), by_name);
	for (size_t i = 0; i < d->n_lines; i++) {
		struct diff_count *x = &d->domain[i];

		if (n == 0 || strcmp(d->domain[n - 1].name, x->name) != 0) {
			d->domain[n++] = *x;
			continue;
		}
		d->domain[n - 1].added += x->added;
		d->domain[n - 1].changed += x->changed;
		d->domain[n - 1].removed += x->removed;
	}
	d->n_domains = n;
	return true;
}

bool
diff_finish(struct diff_work *w, struct err *e)
{
	struct diff *d = w->out;

	if (d->n_lines > 0)
		qsort(d->line, d->n_lines, sizeof(*d->line), by_place);
	for (size_t i = 0; i < d->n_lines; i++) {
		struct diff_line *x = &d->line[i];

		count_line(&d->file[x->map], x);
		if (x->by.serial > w->past.head)
			x->by.serial = 0;
	}
	return diff_show_accounts(w, e) && count_domains(w, e);
}

static void
write_count(struct jsonw *w, const char *key, const struct diff_count *c)
{
	jsonw_object(w, NULL);
	jsonw_str(w, key, c->name);
	jsonw_uint(w, "added", c->added);
	jsonw_uint(w, "changed", c->changed);
	jsonw_uint(w, "removed", c->removed);
	jsonw_end(w);
}

static void
write_line(struct jsonw *w, const struct diff_line *x)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "map", diff_map_name(x->map));
	jsonw_str(w, "key", x->key);
	jsonw_str(w, "domain",
		x->map == DIFF_WHITELIST ? "" : key_domain(x->key));
	jsonw_str(w, "before", x->before);
	jsonw_str(w, "after", x->after);
	if (x->by.serial)
		jsonw_uint(w, "serial", x->by.serial);
	else
		jsonw_null(w, "serial");
	jsonw_str(w, "actor_name", x->by.actor_name);
	jsonw_str(w, "action", x->by.action);
	jsonw_time(w, "at", x->by.at_us);
	jsonw_end(w);
}

static void
write_counts(struct jsonw *w, const struct diff *d)
{
	jsonw_array(w, "files");
	for (unsigned i = 0; i < DIFF_MAPS; i++)
		if (d->file[i].added + d->file[i].changed + d->file[i].removed)
			write_count(w, "map", &d->file[i]);
	jsonw_end(w);
	jsonw_array(w, "domains");
	for (size_t i = 0; i < d->n_domains; i++)
		write_count(w, "domain", &d->domain[i]);
	jsonw_end(w);
	jsonw_array(w, "faults");
	for (size_t i = 0; i < d->n_faults; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "domain", d->fault[i].domain);
		jsonw_str(w, "reason", d->fault[i].reason);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_bool(w, "truncated", d->is_truncated);
	jsonw_array(w, "counts");
	for (size_t i = 0; i < d->n_counts; i++) {
		jsonw_object(w, NULL);
		jsonw_str(w, "noun", d->count[i].noun);
		jsonw_str(w, "domain", d->count[i].domain);
		jsonw_uint(w, "changes", d->count[i].n);
		jsonw_end(w);
	}
	jsonw_end(w);
}

/* The first line behind the cursor, which names map and key of a line. */
static bool
find_after(const struct diff *d, struct arena *a, const char *after,
	size_t *from_r, struct err *e)
{
	struct diff_line last = { 0 };
	uint64_t map;

	*from_r = 0;
	if (!after)
		return true;
	if (!cursor_read(a, after, 0, &map, &last.key) || map >= DIFF_MAPS)
		return err_set(e, ERR_INVALID, "cursor", "bad_cursor", NULL,
			"the cursor does not belong to this list");
	last.map = (unsigned)map;
	while (*from_r < d->n_lines && by_place(&d->line[*from_r], &last) <= 0)
		++*from_r;
	return true;
}

bool
diff_write_json(struct jsonw *w, struct arena *a, const struct diff *d,
	unsigned map, const char *after, size_t max, struct err *e)
{
	const struct diff_line *last = NULL;
	const char *next = NULL;
	size_t i, n = 0;

	if (!find_after(d, a, after, &i, e))
		return false;
	jsonw_uint(w, "from", d->from);
	jsonw_uint(w, "to", d->to);
	write_counts(w, d);
	jsonw_array(w, "lines");
	for (; i < d->n_lines; i++) {
		if (map != DIFF_MAPS && d->line[i].map != map)
			continue;
		if (n++ == max) {
			next = cursor_make(a, 0, last->map, last->key);
			if (!next)
				return err_memory(e);
			break;
		}
		last = &d->line[i];
		write_line(w, last);
	}
	jsonw_end(w);
	jsonw_str(w, "next", next);
	return true;
}

static bool
may_see(const struct actor *actor, const struct trial_change *x)
{
	return actor_sees_all(actor)
		|| (x->domain_id && actor_has_domain(actor, x->domain_id));
}

bool
diff_write_trial(struct jsonw *w, struct arena *a, const struct actor *actor,
	const struct core_trial *trial, const struct diff *d, size_t max,
	struct err *e)
{
	size_t left = TRIAL_ROWS_MAX;

	jsonw_object(w, NULL);
	jsonw_array(w, "changes");
	for (size_t i = 0; i < trial->n_changes && left > 0; i++) {
		const struct trial_change *x = &trial->change[i];

		if (!may_see(actor, x))
			continue;
		left--;
		jsonw_object(w, NULL);
		jsonw_str(w, "noun", x->noun);
		jsonw_str(w, "op", change_op_name((enum change_op)x->op));
		jsonw_str(w, "subject", x->subject);
		jsonw_end(w);
	}
	jsonw_end(w);
	jsonw_uint(w, "change_count", trial->n_changes + trial->beyond.n);
	jsonw_uint(w, "refused", trial->refused);
	if (!diff_write_json(w, a, d, DIFF_MAPS, NULL, max, e))
		return false;
	jsonw_end(w);
	return true;
}

static bool
text_head(const struct diff *d, unsigned map, struct str *out)
{
	return str_addf(out, "--- %s\t%llu\n+++ %s\t%llu\n", diff_map_name(map),
		(unsigned long long)d->from, diff_map_name(map),
		(unsigned long long)d->to);
}

/* `@@ serial 12 mailbox.create by taro @@` above the lines of one act. */
static bool
text_act(const struct past_act *by, struct str *out)
{
	if (by->serial)
		return str_addf(out, "@@ serial %llu %s by %s @@\n",
			(unsigned long long)by->serial, by->action,
			by->actor_name);
	return str_addf(out, "@@ %s @@\n", by->action ? by->action : "");
}

bool
diff_write_text(const struct diff *d, struct str *out)
{
	const struct diff_line *last = NULL;

	for (size_t i = 0; i < d->n_lines; i++) {
		const struct diff_line *x = &d->line[i];
		bool is_new_map = !last || last->map != x->map;

		if (is_new_map && !text_head(d, x->map, out))
			return false;
		if ((is_new_map || last->by.serial != x->by.serial)
			&& !text_act(&x->by, out))
			return false;
		if ((x->before && !str_addf(out, "-%s %s\n", x->key, x->before))
			|| (x->after
				&& !str_addf(
					out, "+%s %s\n", x->key, x->after)))
			return false;
		last = x;
	}
	return str_is_ok(out);
}
