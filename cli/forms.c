/*
 * From the options of a call to the forms and list queries of core: sizes and
 * times in the way people write them, and the walk over all pages.
 */
#include "cli/rows.h"

#include "base/size.h"
#include "base/timeutil.h"

static bool
bad_value(struct err *e, const char *reason, const char *in, const char *text)
{
	return err_set(e, ERR_INVALID, "value", reason, in, "%s: %s", in, text);
}

bool
cli_size(const char *in, char *out, size_t cap, struct err *e)
{
	struct err inner = ERR_EMPTY;
	int64_t bytes;

	if (strcmp(in, "default") == 0)
		return str_copy(out, cap, "null");
	if (!size_parse(in, &bytes, NULL, &inner))
		return bad_value(e, inner.item[0].reason, in,
			"a size is like 512M, 2G, none or default");
	return snprintf(out, cap, "%lld", (long long)bytes) < (int)cap;
}

static int64_t
unit_seconds(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	case 'w':
		return INT64_C(604800);
	default:
		return 0;
	}
}

bool
cli_time(const char *in, int64_t now_us, char *out, size_t cap, struct err *e)
{
	static const char hint[] =
		"a time is like 2027-01-31T12:00:00Z, +30d, +90s or never";
	char text[TIME_TEXT_SIZE], digits[16];
	size_t n;
	int64_t value, unit;

	if (strcmp(in, "never") == 0)
		return str_copy(out, cap, "null");
	if (in[0] != '+') {
		if (!time_parse(in, &value, e))
			return false;
		time_rfc3339(value, text);
		return str_copy(out, cap, text);
	}
	n = strspn(in + 1, "0123456789");
	unit = unit_seconds(in[1 + n]);
	if (unit == 0 || in[2 + n] != '\0'
		|| !str_copy_n(digits, sizeof(digits), in + 1, n)
		|| !str_to_i64(digits, 1, 100000000, &value))
		return bad_value(e, "bad_time", in, hint);
	time_rfc3339(now_us + value * unit * US_PER_S, text);
	return str_copy(out, cap, text);
}

bool
cli_number(const char *name, const char *in, uint64_t *value_r, struct err *e)
{
	int64_t value;

	if (!str_to_i64(in, 0, INT64_MAX, &value))
		return err_set(e, ERR_SYNTAX, name, "wrong_type", in,
			"%s: \"%s\" is not a number", name, in);
	*value_r = (uint64_t)value;
	return true;
}

static bool
set_field(struct cli *c, const struct field *table, const struct cli_option *o,
	const char *value, void *out, struct form_seen *seen, struct err *e)
{
	char text[64];

	if (o->kind == CLI_SIZE) {
		if (!cli_size(value, text, sizeof(text), e))
			return false;
		value = text;
	} else if (o->kind == CLI_TIME) {
		if (!cli_time(value, c->core.now(), text, sizeof(text), e))
			return false;
		value = text;
	} else if (o->kind == CLI_FLAG) {
		value = "true";
	}
	return form_set_text(table, o->field, value, out, seen, c->arena, e);
}

bool
cli_form(struct cli *c, const struct field *table, void *out,
	struct form_seen *seen, bool is_whole, struct err *e)
{
	for (size_t i = 0; i < c->n_options; i++) {
		const struct cli_option *o = c->option[i].option;

		if (o->field != NULL
			&& !set_field(
				c, table, o, c->option[i].value, out, seen, e))
			return false;
	}
	return !is_whole || form_finish_text(table, seen, e);
}

static bool
read_query(const struct cli *c, struct list_query *q, struct err *e)
{
	const char *limit = cli_opt(c, "limit");
	uint64_t n = 0;

	if (limit != NULL && !cli_number("--limit", limit, &n, e))
		return false;
	if (limit != NULL && (n < 1 || n > LIST_LIMIT_MAX))
		return err_set(e, ERR_SYNTAX, "--limit", "out_of_range", limit,
			"--limit is 1 to %d", LIST_LIMIT_MAX);
	*q = (struct list_query){
		.limit = (unsigned)n,
		.after = cli_opt(c, "after"),
		.before = cli_opt(c, "before"),
		.sort = cli_opt(c, "sort"),
		.q = cli_opt(c, "search"),
		.count = cli_opt(c, "count") ? COUNT_EXACT : COUNT_NONE,
	};
	if (cli_opt(c, "all"))
		q->limit = LIST_LIMIT_MAX;
	return true;
}

static void
write_page(struct jsonw *w, const struct list_page *page)
{
	jsonw_str(w, "next", page->next);
	jsonw_str(w, "prev", page->prev);
	if (page->has_total)
		jsonw_int(w, "total", page->total);
}

static void
open_page(struct cli *c)
{
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
}

/* Lines go out page by page, so that a list of any length takes no memory. */
static void
give_out(struct cli *c)
{
	cli_put_lines(str_text(&c->out));
	str_reset(&c->out);
	c->json = jsonw_over(&c->out);
	open_page(c);
}

bool
cli_list(struct cli *c, cli_page *page, void *query, struct list_query *list,
	struct err *e)
{
	struct arena *own = c->core.arena;
	struct list_page got = { 0 };
	bool is_all = cli_opt(c, "all") != NULL, is_ok;
	char after[1024];

	if (!read_query(c, list, e))
		return false;
	c->core.arena = arena_new(64U << 20);
	if (c->core.arena == NULL)
		return err_memory(e);
	open_page(c);
	for (;;) {
		is_ok = page(c, query, &got, e);
		if (!is_ok || !is_all || got.next == NULL)
			break;
		if (!str_copy(after, sizeof(after), got.next)) {
			is_ok = err_memory(e);
			break;
		}
		if (c->is_lines)
			give_out(c);
		arena_reset(c->core.arena);
		list->after = after;
	}
	jsonw_end(&c->json);
	if (is_ok)
		write_page(&c->json, &got);
	jsonw_end(&c->json);
	arena_free(&c->core.arena);
	c->core.arena = own;
	return is_ok;
}
