/*
 * Pieces of the document's HTML. Used by maps/document*.c only.
 *
 * Every text goes through text_html; what it refuses is a fault of the row
 * (ERR_INTERNAL), never left out.
 */
#ifndef MAPS_DOCUMENT_HTML_H
#define MAPS_DOCUMENT_HTML_H

#include "maps/document_words.h"

struct page {
	struct str *out;
	enum document_language language;
	struct err *e; /* the first fault; everything after it does nothing */
};

void page_head(struct page *p, const char *at, const char *who);
void page_tail(struct page *p);

/* A section with its anchor; a table with its columns, WORDS ends the list. */
void page_section(struct page *p, const char *id, enum document_word title);
void page_table(struct page *p, const enum document_word *columns);
void page_table_end(struct page *p);

/* A row of cells. */
void page_row(struct page *p);
void page_cell(struct page *p, const char *text);
void page_term(struct page *p, const char *term);
void page_number(struct page *p, int64_t n);
/* `n`, and the limit behind it where there is one. */
void page_of(struct page *p, int64_t n, int64_t most);
void page_size(struct page *p, int64_t bytes, int64_t most);
void page_time(struct page *p, int64_t us, enum document_word never);
void page_row_end(struct page *p);

/* `Name: value`, and a plain line. */
void page_fact(struct page *p, enum document_word name, const char *value);
void page_line(struct page *p, enum document_word word);
void page_heading(struct page *p, const char *text);

#endif
