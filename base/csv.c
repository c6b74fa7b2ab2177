/*
 * The CSV reader: one pass over the bytes, plain runs copied whole.
 */
#include "base/csv.h"

#include "base/text.h"
#include "base/utf8.h"

enum state {
	AT_START, /* of the file, where a byte order mark may stand */
	AT_CELL,  /* before the first byte of a cell */
	IN_PLAIN,
	IN_QUOTES,
	AFTER_QUOTE, /* a quote inside quotes: doubled, or the end */
	AFTER_CR,
	FINISHED
};

struct csv {
	char *buf;
	size_t cap, used;
	enum state state;
	unsigned mark; /* bytes of the byte order mark that were taken */
	char separator;
	bool ends_plain[256];  /* bytes that end a run outside quotes */
	bool ends_quoted[256]; /* and inside */
	bool is_row_ready;     /* the row in buf was handed out */
	bool is_any_text;      /* of any encoding */
	bool has_quoted;       /* some cell of the row had quotes */
	uint64_t line, row_line;
	uint32_t column;
	size_t n;
	size_t start[CSV_MAX_CELLS];
	uint32_t start_column[CSV_MAX_CELLS];
};

static const unsigned char order_mark[3] = { 0xef, 0xbb, 0xbf };

struct csv *
csv_new(struct arena *a, size_t row_bytes, char separator)
{
	struct csv *c = arena_alloc(a, sizeof(*c));

	if (!c)
		return NULL;
	/* Each cell ends in a NUL of its own. */
	c->cap = row_bytes + CSV_MAX_CELLS;
	c->buf = arena_alloc(a, c->cap);
	if (!c->buf)
		return NULL;
	c->separator = separator;
	c->ends_plain[(unsigned char)separator] = true;
	c->ends_plain['\r'] = true;
	for (const char *p = "\"\n"; *p; p++) {
		c->ends_plain[(unsigned char)*p] = true;
		c->ends_quoted[(unsigned char)*p] = true;
	}
	c->ends_plain['\0'] = true;
	c->ends_quoted['\0'] = true;
	c->line = 1;
	c->column = 1;
	return c;
}

void
csv_resume(struct csv *c, uint64_t line)
{
	c->is_any_text = true;
	c->line = line;
	if (line > 1)
		c->state = AT_CELL;
}

uint64_t
csv_line(const struct csv *c)
{
	return c->line;
}

static bool
bad_at(struct csv *c, uint64_t line, uint32_t column, const char *reason,
	const char *text, struct err *e)
{
	char where[48];

	(void)snprintf(where, sizeof(where), "%llu:%u",
		(unsigned long long)line, column);
	c->state = FINISHED;
	return err_set(e, ERR_INVALID, NULL, reason, where,
		"line %llu, column %u: %s", (unsigned long long)line, column,
		text);
}

static bool
bad(struct csv *c, const char *reason, const char *text, struct err *e)
{
	return bad_at(c, c->line, c->column, reason, text, e);
}

static bool
put(struct csv *c, const char *data, size_t len, struct err *e)
{
	/* The NULs of this cell and of those to come must fit too. */
	if (len > c->cap - c->used - (CSV_MAX_CELLS + 1 - c->n))
		return bad_at(c, c->row_line, 1, "row_too_long",
			"the row is too long", e);
	memcpy(c->buf + c->used, data, len);
	c->used += len;
	return true;
}

static bool
start_cell(struct csv *c, struct err *e)
{
	if (c->n == 0)
		c->row_line = c->line;
	if (c->n == CSV_MAX_CELLS)
		return bad(
			c, "too_many_cells", "the row has too many cells", e);
	c->start[c->n] = c->used;
	c->start_column[c->n] = c->column;
	c->n++;
	return true;
}

static void
end_cell(struct csv *c)
{
	c->buf[c->used++] = '\0';
	c->state = AT_CELL;
}

/* Fill in the row. True when it is one, false for a blank line or an error
 * (then `e` is set). */
static bool
end_row(struct csv *c, struct csv_row *row, struct err *e)
{
	const bool is_blank = c->n == 1 && !c->has_quoted && c->used == 1;

	c->is_row_ready = true;
	if (c->n == 0 || is_blank)
		return false;
	row->n = c->n;
	row->line = c->row_line;
	for (size_t i = 0; i < c->n; i++) {
		const size_t end = i + 1 < c->n ? c->start[i + 1] : c->used;

		row->cell[i] = c->buf + c->start[i];
		row->len[i] = end - c->start[i] - 1;
		row->column[i] = c->start_column[i];
		if (!c->is_any_text
			&& !utf8_is_valid(row->cell[i], row->len[i]))
			return bad_at(c, c->row_line, row->column[i],
				"bad_utf8", "the cell is not UTF-8", e);
	}
	return true;
}

static void
start_row(struct csv *c)
{
	c->is_row_ready = false;
	c->has_quoted = false;
	c->used = 0;
	c->n = 0;
}

static void
next_line(struct csv *c)
{
	c->line++;
	c->column = 1;
}

/* Bytes that are content as they are, from `data` on. */
static size_t
plain_run(const struct csv *c, const char *data, size_t len)
{
	const bool *ends =
		c->state == IN_QUOTES ? c->ends_quoted : c->ends_plain;
	size_t n = 0;

	while (n < len && !ends[(unsigned char)data[n]])
		n++;
	return n;
}

/* The byte order mark, or the bytes that began like one. */
static bool
take_mark(struct csv *c, unsigned char byte, bool *is_taken_r, struct err *e)
{
	*is_taken_r = true;
	if (byte == order_mark[c->mark]) {
		if (++c->mark == sizeof(order_mark))
			c->state = AT_CELL;
		return true;
	}
	*is_taken_r = false;
	c->state = AT_CELL;
	if (c->mark == 0)
		return true;
	c->state = IN_PLAIN;
	if (!start_cell(c, e))
		return false;
	c->column += c->mark;
	return put(c, (const char *)order_mark, c->mark, e);
}

enum step { STEP_ON, STEP_ROW, STEP_BAD };

static enum step
step_good(bool is_good)
{
	return is_good ? STEP_ON : STEP_BAD;
}

/* A separator or line end behind a cell; anything else is not one. */
static enum step
close_cell(struct csv *c, char byte, const char *reason, const char *text,
	struct err *e)
{
	if (byte != c->separator && byte != '\n' && byte != '\r')
		return step_good(bad(c, reason, text, e));
	end_cell(c);
	if (byte == c->separator) {
		c->column++;
		return STEP_ON;
	}
	if (byte == '\r') {
		c->state = AFTER_CR;
		c->column++;
		return STEP_ON;
	}
	next_line(c);
	return STEP_ROW;
}

/* A byte that is no part of a plain run. */
static enum step
step(struct csv *c, char byte, struct err *e)
{
	static const char bad_quote[] = "a quote stands inside a cell that "
					"does not start with one";

	if (byte == '\0')
		return step_good(bad(
			c, "bad_character", "the file holds a NUL byte", e));
	switch (c->state) {
	case AT_CELL:
		if (!start_cell(c, e))
			return STEP_BAD;
		if (byte == '"') {
			c->state = IN_QUOTES;
			c->has_quoted = true;
			c->column++;
			return STEP_ON;
		}
		return close_cell(c, byte, "bad_quote", bad_quote, e);
	case IN_PLAIN:
		return close_cell(c, byte, "bad_quote", bad_quote, e);
	case IN_QUOTES:
		if (byte == '"') {
			c->state = AFTER_QUOTE;
			c->column++;
			return STEP_ON;
		}
		next_line(c);
		return step_good(put(c, "\n", 1, e));
	case AFTER_QUOTE:
		if (byte == '"') {
			c->state = IN_QUOTES;
			c->column++;
			return step_good(put(c, "\"", 1, e));
		}
		return close_cell(c, byte, "bad_quote",
			"something stands behind a closing quote", e);
	case AFTER_CR:
		if (byte != '\n')
			return step_good(bad(c, "bad_line_end",
				"a carriage return without a line feed", e));
		c->state = AT_CELL;
		next_line(c);
		return STEP_ROW;
	case AT_START:
	case FINISHED:
		break;
	}
	return STEP_BAD;
}

/* Take one byte or a plain run. */
static enum step
take(struct csv *c, const char **data, size_t *len, struct err *e)
{
	const bool may_run = c->state == AT_CELL || c->state == IN_PLAIN
		|| c->state == IN_QUOTES;
	const size_t run = may_run ? plain_run(c, *data, *len) : 0;
	const char *start = *data;

	if (run == 0) {
		(*data)++;
		(*len)--;
		return step(c, *start, e);
	}
	*data += run;
	*len -= run;
	if (c->state == AT_CELL) {
		if (!start_cell(c, e))
			return STEP_BAD;
		c->state = IN_PLAIN;
	}
	c->column += (uint32_t)run;
	return step_good(put(c, start, run, e));
}

/* No input follows: the last row may lack its line end. */
static enum csv_result
finish(struct csv *c, struct csv_row *row, struct err *e)
{
	const bool has_mark_only = c->state == AT_START && c->mark > 0;

	if (c->state == IN_QUOTES) {
		(void)bad_at(c, c->row_line, c->start_column[c->n - 1],
			"unclosed_quote",
			"the quote that starts here is not closed", e);
		return CSV_BAD;
	}
	if (c->state == AFTER_CR || has_mark_only) {
		(void)bad(c, has_mark_only ? "bad_utf8" : "bad_line_end",
			has_mark_only ? "the file is not UTF-8"
				      : "a carriage return without a line feed",
			e);
		return CSV_BAD;
	}
	/* A separator at the very end starts one more, empty cell. */
	if (c->state == AT_CELL && c->n > 0 && !start_cell(c, e))
		return CSV_BAD;
	if (c->n > 0)
		end_cell(c);
	c->state = FINISHED;
	if (end_row(c, row, e))
		return CSV_ROW;
	return err_is_set(e) ? CSV_BAD : CSV_END;
}

enum csv_result
csv_read(struct csv *c, const char **data, size_t *len, bool is_last,
	struct csv_row *row_r, struct err *e)
{
	bool is_taken;

	if (c->is_row_ready)
		start_row(c);
	if (c->state == FINISHED)
		return err_is_set(e) ? CSV_BAD : CSV_END;
	while (*len > 0) {
		enum step result;

		if (c->state == AT_START) {
			if (!take_mark(c, (unsigned char)**data, &is_taken, e))
				return CSV_BAD;
			*data += is_taken;
			*len -= is_taken;
			continue;
		}
		result = take(c, data, len, e);
		if (result == STEP_BAD)
			return CSV_BAD;
		if (result != STEP_ROW)
			continue;
		if (end_row(c, row_r, e))
			return CSV_ROW;
		if (err_is_set(e))
			return CSV_BAD;
		start_row(c);
	}
	return is_last ? finish(c, row_r, e) : CSV_MORE;
}

const char *
csv_unguard(const char *cell)
{
	return cell[0] == '\'' && (text_is_formula(cell + 1) || cell[1] == '\'')
		? cell + 1
		: cell;
}
