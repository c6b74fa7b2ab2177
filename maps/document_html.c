/*
 * HTML of the document: one page with its style inside.
 */
#include "maps/document_html.h"

#include <stdio.h>

#include "base/text.h"
#include "base/timeutil.h"

static const char style[] =
	"body{font:14px/1.5 system-ui,'Segoe UI','Hiragino Sans',"
	"'Yu Gothic UI','Noto Sans JP',sans-serif;color:#1a1d23;"
	"background:#fff;max-width:1080px;margin:24px auto;padding:0 16px}"
	"h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:32px 0 8px;"
	"border-bottom:1px solid #d9dde3;padding-bottom:4px}"
	"h3{font-size:15px;margin:20px 0 4px}"
	"p{margin:4px 0}.muted{color:#545b69}"
	"nav a{margin-right:16px;color:#1f5fd0}"
	"table{border-collapse:collapse;width:100%;margin:8px 0}"
	"th,td{text-align:left;vertical-align:top;padding:4px 8px;"
	"border-bottom:1px solid #d9dde3;overflow-wrap:anywhere}"
	"td:first-child{overflow-wrap:normal}"
	"th{font-size:12px;color:#545b69;white-space:nowrap}td.n{text-align:"
	"right;"
	"font-variant-numeric:tabular-nums;white-space:nowrap}"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;"
	"margin:8px 0}dt{color:#545b69}dd{margin:0}"
	"strong.bad{color:#b3261e}"
	"@media print{body{margin:0;max-width:none}h2{break-after:avoid}"
	"tr{break-inside:avoid}nav{display:none}}";

static void
put(struct page *p, const char *html)
{
	if (!err_is_set(p->e) && !str_add(p->out, html))
		(void)err_memory(p->e);
}

static void
put_text(struct page *p, const char *text)
{
	if (err_is_set(p->e) || text_html(p->out, text ? text : ""))
		return;
	if (!str_is_ok(p->out))
		(void)err_memory(p->e);
	else
		(void)err_set(p->e, ERR_INTERNAL, NULL, "not_writable", NULL,
			"a text cannot stand on a page");
}

static const char *
word(const struct page *p, enum document_word w)
{
	return document_word(p->language, w);
}

void
page_head(struct page *p, const char *at, const char *who)
{
	static const struct {
		const char *id;
		enum document_word title;
	} parts[] = { { "nodes", WORD_NODES }, { "domains", WORD_DOMAINS },
		{ "aliases", WORD_ALIASES }, { "whitelist", WORD_WHITELIST } };

	put(p, "<!doctype html>\n<html lang=\"");
	put(p, document_languages[p->language]);
	put(p,
		"\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
		"content=\"width=device-width\"><meta name=\"generator\" "
		"content=\"Postroom " POSTROOM_VERSION "\"><title>");
	put_text(p, word(p, WORD_TITLE));
	put(p, "</title><style>");
	put(p, style);
	put(p, "</style></head><body>\n<h1>");
	put_text(p, word(p, WORD_TITLE));
	put(p, "</h1>\n<p class=\"muted\">");
	put_text(p, word(p, WORD_AS_OF));
	put(p, " ");
	put_text(p, at);
	put(p, " &middot; ");
	put_text(p, word(p, WORD_MADE_BY));
	put(p, " ");
	put_text(p, who);
	put(p, " &middot; Postroom " POSTROOM_VERSION "</p>\n<nav><p>");
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		put(p, "<a href=\"#");
		put(p, parts[i].id);
		put(p, "\">");
		put_text(p, word(p, parts[i].title));
		put(p, "</a>");
	}
	put(p, "</p></nav>\n");
}

void
page_tail(struct page *p)
{
	put(p, "<p class=\"muted\">");
	put_text(p, word(p, WORD_NO_SECRETS));
	put(p, "</p>\n</body></html>\n");
}

void
page_section(struct page *p, const char *id, enum document_word title)
{
	put(p, "<h2 id=\"");
	put(p, id);
	put(p, "\">");
	put_text(p, word(p, title));
	put(p, "</h2>\n");
}

void
page_table(struct page *p, const enum document_word *columns)
{
	put(p, "<table><thead><tr>");
	for (; *columns != WORDS; columns++) {
		put(p, "<th scope=\"col\">");
		put_text(p, word(p, *columns));
		put(p, "</th>");
	}
	put(p, "</tr></thead><tbody>\n");
}

void
page_table_end(struct page *p)
{
	put(p, "</tbody></table>\n");
}

void
page_row(struct page *p)
{
	put(p, "<tr>");
}

void
page_row_end(struct page *p)
{
	put(p, "</tr>\n");
}

void
page_cell(struct page *p, const char *text)
{
	put(p, "<td>");
	put_text(p, text);
	put(p, "</td>");
}

void
page_term(struct page *p, const char *term)
{
	page_cell(p, document_term(p->language, term));
}

static void
number_text(int64_t n, int64_t most, char out[static 64])
{
	if (most > 0)
		(void)snprintf(
			out, 64, "%lld / %lld", (long long)n, (long long)most);
	else
		(void)snprintf(out, 64, "%lld", (long long)n);
}

void
page_of(struct page *p, int64_t n, int64_t most)
{
	char text[64];

	number_text(n, most, text);
	put(p, "<td class=\"n\">");
	put_text(p, text);
	put(p, "</td>");
}

void
page_number(struct page *p, int64_t n)
{
	page_of(p, n, 0);
}

static void
size_text(int64_t bytes, char out[static 32])
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	double value = (double)bytes;
	size_t i = 0;

	for (; value >= 1024 && i + 1 < ARRAY_LEN(units); i++)
		value /= 1024;
	(void)snprintf(out, 32,
		value == (double)(int64_t)value ? "%.0f %s" : "%.1f %s", value,
		units[i]);
}

void
page_size(struct page *p, int64_t bytes, int64_t most)
{
	char text[32], limit[32];

	size_text(bytes, text);
	size_text(most, limit);
	put(p, "<td class=\"n\">");
	put_text(p, text);
	if (most > 0) {
		put(p, " / ");
		put_text(p, limit);
	}
	put(p, "</td>");
}

void
page_time(struct page *p, int64_t us, enum document_word never)
{
	char text[TIME_TEXT_SIZE];

	if (us == TIME_NONE) {
		page_cell(p, word(p, never));
		return;
	}
	time_rfc3339(us - us % US_PER_S, text);
	page_cell(p, text);
}

void
page_fact(struct page *p, enum document_word name, const char *value)
{
	put(p, "<p>");
	put_text(p, word(p, name));
	put(p, ": <strong>");
	put_text(p, value);
	put(p, "</strong></p>\n");
}

void
page_line(struct page *p, enum document_word w)
{
	put(p, "<p class=\"muted\">");
	put_text(p, word(p, w));
	put(p, "</p>\n");
}

void
page_heading(struct page *p, const char *text)
{
	put(p, "<h3>");
	put_text(p, text);
	put(p, "</h3>\n");
}
