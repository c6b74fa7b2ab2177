/*
 * The document: its parts one after another, lists page by page.
 */
#include "maps/document.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/timeutil.h"
#include "core/alias.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/publishing.h"
#include "core/whitelist.h"
#include "maps/document_nodes.h"

#define ARENA_BYTES ((size_t)64 << 20)

struct document {
	struct core *c;
	struct arena *own;  /* as long as the document */
	struct arena *part; /* of one page of a list */
	struct actor actor;
	enum document_language language;
	struct publishing live;
	unsigned at; /* number of the part */
	bool has_begun;
	char after[2100]; /* cursor inside of a list */
};

/* One page of a list: *next_r is where it goes on, or NULL. */
typedef bool list_page_fn(struct document *d, struct page *p,
	const struct list_query *q, struct list_page *page_r);

static bool
domains_page(struct document *d, struct page *p, const struct list_query *q,
	struct list_page *page_r)
{
	const struct domain_query of = { .list = *q };
	struct domain *x;

	if (!domain_list(d->c, &d->actor, &of, &x, page_r, p->e))
		return false;
	for (size_t i = 0; i < page_r->n; i++) {
		page_row(p);
		page_cell(p, x[i].name_unicode);
		page_cell(p, x[i].description);
		page_term(p, domain_state_name(x[i].state));
		page_of(p, x[i].mailbox_count, x[i].max_mailboxes);
		page_of(p, x[i].alias_count, x[i].max_aliases);
		page_size(p, x[i].quota_allotted_bytes, x[i].max_quota_bytes);
		page_cell(p, x[i].transport);
		page_row_end(p);
	}
	return true;
}

static bool
targets_cell(struct document *d, struct page *p, const struct alias *al)
{
	struct str s = str_in(d->part, (size_t)1 << 20);

	for (int64_t i = 0; i < al->target_count; i++) {
		str_add(&s, i ? ", " : "");
		str_add(&s, al->targets[i]);
	}
	page_cell(p, str_text(&s));
	return str_is_ok(&s) || err_memory(p->e);
}

static bool
aliases_page(struct document *d, struct page *p, const struct list_query *q,
	struct list_page *page_r)
{
	const struct alias_query of = { .list = *q };
	struct alias *x;

	if (!alias_list(d->c, &d->actor, &of, &x, page_r, p->e))
		return false;
	for (size_t i = 0; i < page_r->n; i++) {
		page_row(p);
		page_cell(p, x[i].address);
		if (!targets_cell(d, p, &x[i]))
			return false;
		page_term(p, alias_state_name(x[i].state));
		page_cell(p, x[i].description);
		page_row_end(p);
	}
	return true;
}

static bool
whitelist_page(struct document *d, struct page *p, const struct list_query *q,
	struct list_page *page_r)
{
	const struct whitelist_query of = { .list = *q };
	struct whitelist *x;

	if (!whitelist_list(d->c, &d->actor, &of, &x, page_r, p->e))
		return false;
	for (size_t i = 0; i < page_r->n; i++) {
		page_row(p);
		page_cell(p, x[i].network);
		page_cell(p, x[i].note);
		page_cell(p, x[i].owner);
		page_term(p, whitelist_state_name(x[i].state));
		page_time(p, x[i].expires_us, WORD_NEVER);
		page_row_end(p);
	}
	return true;
}

static void
count_fact(struct document *d, struct page *p, enum mailbox_state state,
	const char *term)
{
	const struct mailbox_query q = { .list = { .limit = 1,
						 .count = COUNT_EXACT },
		.filter = { .state = state } };
	struct list_page page = { 0 };
	struct mailbox *m;

	if (err_is_set(p->e)
		|| !mailbox_list(d->c, &d->actor, &q, &m, &page, p->e)
		|| (state != 0 && page.total == 0))
		return;
	page_row(p);
	page_term(p, term);
	page_number(p, page.total);
	page_row_end(p);
}

static void
summary(struct document *d, struct page *p)
{
	static const enum document_word columns[] = { WORD_STATE,
		WORD_MAILBOXES, WORDS };
	char serial[32];

	(void)snprintf(serial, sizeof(serial), "%llu",
		(unsigned long long)d->live.head_serial);
	page_section(p, "summary", WORD_SUMMARY);
	page_fact(p, WORD_SERIAL, serial);
	page_fact(p, WORD_MODE,
		document_term(d->language, publish_mode_name(d->live.mode)));
	page_table(p, columns);
	for (unsigned i = MAILBOX_ACTIVE; i <= MAILBOX_CLOSED; i++)
		count_fact(d, p, (enum mailbox_state)i,
			mailbox_state_name((enum mailbox_state)i));
	page_table_end(p);
}

static const struct {
	const char *id;
	enum document_word title;
	list_page_fn *page;
	enum document_word columns[8];
} lists[] = {
	{ "domains", WORD_DOMAINS, domains_page,
		{ WORD_NAME, WORD_DESCRIPTION, WORD_STATE, WORD_MAILBOXES,
			WORD_ALIASES, WORD_QUOTA, WORD_TRANSPORT, WORDS } },
	{ "aliases", WORD_ALIASES, aliases_page,
		{ WORD_ADDRESS, WORD_TARGETS, WORD_STATE, WORD_DESCRIPTION,
			WORDS } },
	{ "whitelist", WORD_WHITELIST, whitelist_page,
		{ WORD_NETWORK, WORD_NOTE, WORD_OWNER, WORD_STATE, WORD_EXPIRES,
			WORDS } },
};

/* One page of list `i`; *is_done_r when it was the last. */
static bool
list_part(struct document *d, struct page *p, size_t i, bool *is_done_r)
{
	const struct list_query q = { .limit = LIST_LIMIT_MAX,
		.after = *d->after ? d->after : NULL };
	struct list_page got = { 0 };

	if (!*d->after) {
		page_section(p, lists[i].id, lists[i].title);
		page_table(p, lists[i].columns);
	}
	if (!lists[i].page(d, p, &q, &got))
		return false;
	*is_done_r = !got.next;
	if (!str_copy(d->after, sizeof(d->after), got.next ? got.next : ""))
		return err_memory(p->e);
	if (*is_done_r)
		page_table_end(p);
	return true;
}

static void
first_part(struct document *d, struct page *p)
{
	const int64_t now_us = d->c->now();
	char at[TIME_TEXT_SIZE];

	time_rfc3339(now_us - now_us % US_PER_S, at);
	page_head(p, at, d->actor.name ? d->actor.name : "");
	summary(d, p);
	document_nodes(p, d->c, d->part, &d->live);
}

static bool
write_part(struct document *d, struct page *p, bool *is_last_r)
{
	bool is_done = true;

	if (!d->has_begun) {
		d->has_begun = true;
		first_part(d, p);
		return !err_is_set(p->e);
	}
	if (d->at < ARRAY_LEN(lists)) {
		if (!list_part(d, p, d->at, &is_done))
			return false;
		d->at += is_done;
		return !err_is_set(p->e);
	}
	page_tail(p);
	*is_last_r = true;
	return !err_is_set(p->e);
}

/* What core allocates meanwhile is the part's. */
static bool
more(void *ctx, struct str *out, bool *is_last_r, struct err *e)
{
	struct document *d = ctx;
	struct page p = { .out = out, .language = d->language, .e = e };
	struct arena *of_request = d->c->arena;
	bool ok;

	arena_reset(d->part);
	d->c->arena = d->part;
	*is_last_r = false;
	ok = write_part(d, &p, is_last_r);
	d->c->arena = of_request;
	return ok;
}

static void
close_document(void *ctx)
{
	struct document *d = ctx;

	if (db_in_transaction(d->c->db))
		db_rollback(d->c->db);
	arena_free(&d->part);
	arena_free(&d->own);
	free(d);
}

static bool
start(struct document *d, const struct actor *a, struct err *e)
{
	struct arena *of_request = d->c->arena;
	bool ok;

	d->own = arena_new(ARENA_BYTES);
	d->part = arena_new(ARENA_BYTES);
	if (!d->own || !d->part)
		return err_memory(e);
	d->actor = *a;
	d->actor.name = arena_strdup(d->own, a->name ? a->name : "");
	d->c->arena = d->own;
	ok = publishing_get(d->c, a, &d->live, e);
	d->c->arena = of_request;
	return ok && db_begin(d->c->db, DB_SNAPSHOT, e);
}

bool
document_open(struct core *c, const struct actor *a,
	enum document_language language, struct flow *out, struct err *e)
{
	struct document *d;
	char day[TIME_TEXT_SIZE];

	*out = (struct flow){ 0 };
	if (!actor_need_superadmin(a, e))
		return false;
	d = calloc(1, sizeof(*d));
	if (!d)
		return err_memory(e);
	d->c = c;
	d->language = language;
	if (!start(d, a, e)) {
		close_document(d);
		return false;
	}
	log_kv(LOG_LEVEL_INFO, "document", "actor", d->actor.name, NULL);
	time_rfc3339(c->now(), day);
	*out = (struct flow){ .more = more,
		.close = close_document,
		.ctx = d,
		.type = "text/html; charset=utf-8",
		.file_name =
			arena_printf(c->arena, "mail-system-%.10s.html", day) };
	if (out->file_name)
		return true;
	flow_close(out);
	return err_memory(e);
}
