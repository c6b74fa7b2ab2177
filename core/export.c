/*
 * Lists as CSV, page by page behind a cursor, in one snapshot.
 */
#include "core/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "base/timeutil.h"
#include "core/domain.h"
#include "core/export_rows.h"
#include "core/lists.h"
#include "core/slots.h"

#define PAGE_ROWS 200
#define ARENA_BYTES ((size_t)64 << 20)

const char *const export_encodings[] = { "utf-8", "utf-8-bom", "shift_jis",
	NULL };

static const char *const names[] = { "domains", "mailboxes", "aliases",
	"whitelist" };
_Static_assert(ARRAY_LEN(names) == EXPORT_NOUNS, "one name each");

const char *
export_noun_name(enum export_noun noun)
{
	return names[noun];
}

bool
export_noun_find(const char *name, enum export_noun *noun_r)
{
	for (unsigned i = 0; i < EXPORT_NOUNS; i++)
		if (strcmp(names[i], name) == 0) {
			*noun_r = (enum export_noun)i;
			return true;
		}
	return false;
}

struct export
{
	struct core *c;
	struct arena *page; /* of one page */
	const struct export_kind *kind;
	struct export_in in;
	struct list_filter filter;
	struct list_key key;
	char value[1024]; /* of the cursor */
	bool has_begun;
	unsigned slot;
	bool has_slot;
};

static void
close_export(void *ctx)
{
	struct export *x = ctx;

	if (db_in_transaction(x->c->db))
		db_rollback(x->c->db);
	if (x->has_slot)
		slots_give(x->c->slots_fd, x->slot);
	arena_free(&x->page);
	free(x);
}

static bool
read_page(struct export *x, void **rows_r, size_t *n_r, struct err *e)
{
	if (!list_rows(x->c->db, x->page, x->kind->list, &x->key, &x->filter,
		    rows_r, n_r, e))
		return false;
	return !x->kind->load
		|| x->kind->load(x->c->db, x->page, *rows_r, *n_r, e);
}

/* The cursor moves behind the last row of the page. */
static bool
move_on(struct export *x, const void *last, struct err *e)
{
	const char *value =
		list_value(x->kind->list, x->key.sort, last, x->page);

	if (!value || !str_copy(x->value, sizeof(x->value), value))
		return err_memory(e);
	x->key.id = list_id(x->kind->list, last);
	x->key.value = x->value;
	x->key.has_cursor = true;
	return true;
}

static bool
write_page(struct export *x, struct str *out, bool *is_last_r, struct err *e)
{
	size_t n, give;
	void *rows;

	if (!read_page(x, &rows, &n, e))
		return false;
	*is_last_r = n <= x->key.limit;
	give = *is_last_r ? n : x->key.limit;
	if (!export_write_rows(x->kind, x->c->db, x->page, rows, give,
		    x->in.has_hashes, out, e))
		return false;
	return *is_last_r
		|| move_on(
			x, (const char *)rows + (give - 1) * x->kind->size, e);
}

/* What is made as UTF-8 goes out in the encoding that was asked for. */
static bool
encode(struct export *x, size_t from, struct str *out, struct err *e)
{
	if (x->in.encoding != EXPORT_SHIFT_JIS)
		return true;
	return export_to_shift_jis(x->page, from, out, e);
}

static bool
more(void *ctx, struct str *out, bool *is_last_r, struct err *e)
{
	struct export *x = ctx;
	const size_t from = out->len;

	arena_reset(x->page);
	if (!x->has_begun) {
		if (x->in.encoding == EXPORT_UTF8_BOM)
			str_add(out, "\xef\xbb\xbf");
		export_write_header(x->kind, x->in.has_hashes, out);
		x->has_begun = true;
	}
	return write_page(x, out, is_last_r, e) && encode(x, from, out, e)
		&& (str_is_ok(out) || err_memory(e));
}

static void
rewind_export(struct export *x)
{
	x->key.has_cursor = false;
	x->has_begun = false;
}

/* All of it once for nothing, so that no reply breaks off in the middle. */
static bool
look_through(struct export *x, struct err *e)
{
	struct arena *a = arena_new(FLOW_LIMIT + 4096);
	struct str out = str_in(a, FLOW_LIMIT);
	bool is_last = false, ok = a != NULL || err_memory(e);

	while (ok && !is_last) {
		str_reset(&out);
		ok = more(x, &out, &is_last, e);
	}
	arena_free(&a);
	rewind_export(x);
	return ok;
}

static bool
check_hashes(const struct actor *a, const struct export *x, struct err *e)
{
	if (!x->in.has_hashes)
		return true;
	if (!x->kind->has_hashes)
		return err_set(e, ERR_INVALID, "hashes", "no_hashes", NULL,
			"only mailboxes have passwords");
	return actor_need_superadmin(a, e);
}

static void
note(const struct actor *a, const struct export *x)
{
	log_kv(x->in.has_hashes ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "export",
		"list", x->kind->name, "hashes",
		x->in.has_hashes ? "yes" : "no", "actor",
		a->name ? a->name : "", "client", a->client ? a->client : "",
		NULL);
}

static bool
start(struct export *x, const struct actor *a, struct err *e)
{
	const struct list_want want = { .domain_id = x->in.domain_id,
		.state = x->in.state,
		.q = x->in.q,
		.target = x->in.target };

	x->key = (struct list_key){ .limit = PAGE_ROWS };
	if (!list_sort_read(x->kind->list, x->in.sort, &x->key, e)
		|| !list_filter_of(x->c, a, x->kind->list, &want, &x->filter, e)
		|| !check_hashes(a, x, e)
		|| !slots_try(x->c->slots_fd, &x->slot, e))
		return false;
	x->has_slot = true;
	return db_begin(x->c->db, DB_SNAPSHOT, e)
		&& (x->in.encoding != EXPORT_SHIFT_JIS || look_through(x, e));
}

bool
export_open(struct core *c, const struct actor *a, enum export_noun noun,
	const struct export_in *in, struct flow *out, struct err *e)
{
	struct export *x = calloc(1, sizeof(*x));
	char day[TIME_TEXT_SIZE];

	*out = (struct flow){ 0 };
	if (!x)
		return err_memory(e);
	x->c = c;
	x->in = *in;
	x->kind = &export_kinds[noun];
	x->page = arena_new(ARENA_BYTES);
	if (!x->page || !start(x, a, e)) {
		if (!x->page)
			err_memory(e);
		close_export(x);
		return false;
	}
	note(a, x);
	time_rfc3339(c->now(), day);
	*out = (struct flow){ .more = more,
		.close = close_export,
		.ctx = x,
		.type = in->encoding == EXPORT_SHIFT_JIS
			? "text/csv; charset=Shift_JIS; header=present"
			: "text/csv; charset=utf-8; header=present",
		.file_name = arena_printf(
			c->arena, "%s-%.10s.csv", x->kind->name, day) };
	return out->file_name || err_memory(e);
}
