/*
 * Prepared statements: checked against their table when they are prepared,
 * typed parameters in, typed values out.
 */
#include "db/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <mysql.h>
#include <mysqld_error.h>

#include "base/log.h"
#include "base/str.h"

/* Values up to this size are fetched in one step. */
#define CELL_SIZE 512
#define MAX_COLUMNS 64
#define MAX_PARAMS 320

struct cell {
	char kind;
	my_bool is_null;
	my_bool has_error;
	unsigned long len;
	union {
		uint64_t u;
		int64_t i;
		MYSQL_TIME t;
	};
	char *data; /* CELL_SIZE + 1 bytes, for text */
	char *big;  /* a value that was larger */
	size_t big_size;
	bool is_big;
};

struct stmt {
	const struct sql *q;
	struct sql own; /* text statements: q points here */
	char *text, *in, *out;
	MYSQL_STMT *st;
	unsigned n_in, n_out;
	struct cell *cell;
	MYSQL_BIND *bind;
	bool is_denied;
	bool is_busy; /* a result is open */
	uint64_t used;
	struct stmt *next; /* in the map */
};

static size_t
slot_of(const struct sql *q)
{
	uintptr_t p = (uintptr_t)q;

	return (size_t)((p >> 3) ^ (p >> 13)) % DB_MAP_SIZE;
}

static void
stmt_free(struct stmt *s)
{
	if (!s)
		return;
	if (s->st)
		mysql_stmt_close(s->st);
	for (unsigned i = 0; s->cell && i < s->n_out; i++) {
		free(s->cell[i].data);
		free(s->cell[i].big);
	}
	free(s->cell);
	free(s->bind);
	free(s->text);
	free(s->in);
	free(s->out);
	free(s);
}

void
stmt_free_all(struct db *db)
{
	for (size_t i = 0; i < DB_MAP_SIZE; i++) {
		while (db->map[i]) {
			struct stmt *s = db->map[i];

			db->map[i] = s->next;
			stmt_free(s);
		}
	}
	for (size_t i = 0; i < DB_TEXT_CACHE; i++) {
		stmt_free(db->text[i]);
		db->text[i] = NULL;
	}
}

static bool
fail_stmt(struct db *db, struct stmt *s, bool is_write, struct err *e)
{
	char message[512], state[8];
	unsigned number = mysql_stmt_errno(s->st);

	if (!str_copy(message, sizeof(message), mysql_stmt_error(s->st)))
		message[0] = '\0';
	if (!str_copy(state, sizeof(state), mysql_stmt_sqlstate(s->st)))
		state[0] = '\0';
	return db_fail(db, number, state, message, s->q->text, is_write, e);
}

static bool
type_matches(char kind, enum enum_field_types type)
{
	switch (type) {
	case MYSQL_TYPE_TINY:
	case MYSQL_TYPE_SHORT:
	case MYSQL_TYPE_INT24:
	case MYSQL_TYPE_LONG:
	case MYSQL_TYPE_LONGLONG:
		return kind == 'u' || kind == 'i';
	case MYSQL_TYPE_DATETIME:
		return kind == 't';
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB:
		return kind == 's' || kind == 'b';
	default:
		return false;
	}
}

static bool
mismatch(const struct sql *q, const char *what, unsigned at, struct err *e)
{
	char number[16], start[121];

	if (!str_copy_n(start, sizeof(start), q->text,
		    strnlen(q->text, sizeof(start) - 1)))
		start[0] = '\0';
	struct str s = STR_FIXED(number);
	str_add_u64(&s, at);
	log_kv(LOG_LEVEL_ERROR, "statement does not match the schema", "what",
		what, "column", number, "sql", start, NULL);
	return err_set(e, ERR_INTERNAL, NULL, "schema_mismatch", NULL,
		"a statement does not match the schema (%s %u)", what, at);
}

static bool
check_shape(struct stmt *s, struct err *e)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(s->st);
	unsigned n = meta ? mysql_num_fields(meta) : 0;
	bool ok = true;

	if (mysql_stmt_param_count(s->st) != s->n_in)
		ok = mismatch(s->q, "parameters", s->n_in, e);
	else if (n != s->n_out)
		ok = mismatch(s->q, "columns", n, e);
	for (unsigned i = 0; ok && i < n; i++) {
		const MYSQL_FIELD *f = mysql_fetch_field_direct(meta, i);

		if (!type_matches(s->q->out[i], f->type))
			ok = mismatch(s->q, "type of column", i, e);
	}
	mysql_free_result(meta);
	return ok;
}

static bool
make_cells(struct stmt *s)
{
	if (!s->n_out)
		return true;
	s->cell = calloc(s->n_out, sizeof(*s->cell));
	s->bind = calloc(s->n_out, sizeof(*s->bind));
	if (!s->cell || !s->bind)
		return false;
	for (unsigned i = 0; i < s->n_out; i++) {
		struct cell *c = &s->cell[i];
		MYSQL_BIND *b = &s->bind[i];

		c->kind = s->q->out[i];
		b->is_null = &c->is_null;
		b->length = &c->len;
		b->error = &c->has_error;
		switch (c->kind) {
		case 'u':
		case 'i':
			b->buffer_type = MYSQL_TYPE_LONGLONG;
			b->buffer = &c->u;
			b->buffer_length = sizeof(c->u);
			b->is_unsigned = c->kind == 'u';
			break;
		case 't':
			b->buffer_type = MYSQL_TYPE_DATETIME;
			b->buffer = &c->t;
			b->buffer_length = sizeof(c->t);
			break;
		default:
			c->data = calloc(1, CELL_SIZE + 1);
			if (!c->data)
				return false;
			b->buffer_type = c->kind == 's' ? MYSQL_TYPE_STRING
							: MYSQL_TYPE_BLOB;
			b->buffer = c->data;
			b->buffer_length = CELL_SIZE;
		}
	}
	return true;
}

static bool
stmt_prepare(struct db *db, struct stmt *s, struct err *e)
{
	s->n_in = (unsigned)strlen(s->q->in);
	s->n_out = (unsigned)strlen(s->q->out);
	assert(s->n_in <= MAX_PARAMS && s->n_out <= MAX_COLUMNS);
	s->st = mysql_stmt_init(db->my);
	if (!s->st || !make_cells(s))
		return err_memory(e);
	db->round_trips++;
	if (mysql_stmt_prepare(
		    s->st, s->q->text, (unsigned long)strlen(s->q->text))
		!= 0) {
		if (db_fault_of(mysql_stmt_errno(s->st)) == FAULT_DENIED) {
			s->is_denied = true;
			return true;
		}
		return fail_stmt(db, s, false, e);
	}
	return check_shape(s, e);
}

/* The statement of a table, prepared now if it was not. NULL on error. */
static struct stmt *
stmt_of(struct db *db, const struct sql *q, struct err *e)
{
	size_t slot = slot_of(q);
	struct stmt *s;

	for (s = db->map[slot]; s; s = s->next)
		if (s->q == q)
			return s;
	s = calloc(1, sizeof(*s));
	if (!s) {
		err_memory(e);
		return NULL;
	}
	s->q = q;
	if (!stmt_prepare(db, s, e)) {
		stmt_free(s);
		return NULL;
	}
	s->next = db->map[slot];
	db->map[slot] = s;
	return s;
}

static bool
keep_text(struct stmt *s, const struct sql *q)
{
	s->text = strdup(q->text);
	s->in = strdup(q->in);
	s->out = strdup(q->out);
	if (!s->text || !s->in || !s->out)
		return false;
	s->own = (struct sql){ s->text, s->in, s->out };
	s->q = &s->own;
	return true;
}

static size_t
oldest_text(const struct db *db)
{
	size_t best = DB_TEXT_CACHE;

	for (size_t i = 0; i < DB_TEXT_CACHE; i++) {
		if (!db->text[i])
			return i;
		if (!db->text[i]->is_busy
			&& (best == DB_TEXT_CACHE
				|| db->text[i]->used < db->text[best]->used))
			best = i;
	}
	return best;
}

static struct stmt *
stmt_of_text(struct db *db, const struct sql *q, struct err *e)
{
	struct stmt *s;
	size_t slot;

	for (size_t i = 0; i < DB_TEXT_CACHE; i++) {
		s = db->text[i];
		if (s && strcmp(s->q->text, q->text) == 0) {
			s->used = ++db->clock;
			return s;
		}
	}
	slot = oldest_text(db);
	assert(slot < DB_TEXT_CACHE);
	s = calloc(1, sizeof(*s));
	if (!s || !keep_text(s, q)) {
		stmt_free(s);
		err_memory(e);
		return NULL;
	}
	if (!stmt_prepare(db, s, e)) {
		stmt_free(s);
		return NULL;
	}
	stmt_free(db->text[slot]);
	s->used = ++db->clock;
	db->text[slot] = s;
	return s;
}

bool
stmt_check_all(struct db *db, struct err *e)
{
	const struct sql_table *const *t = db->options.tables;
	bool ok = true;

	for (; ok && t && *t; t++)
		for (size_t i = 0; ok && i < (*t)->n; i++) {
			ok = (*t)->is_lazy || !(*t)->sql[i].text
				|| stmt_of(db, &(*t)->sql[i], e);
			/* It takes some 10 KB here, and a place among all that
			 * the server allows: those that are used come back. */
			stmt_free_all(db);
		}
	return ok;
}

/* One parameter; times are bound as text. */
static void
bind_arg(MYSQL_BIND *b, const struct arg *a, char kind,
	char time_text[static TIME_TEXT_SIZE])
{
	assert(a->kind == 0 || a->kind == kind
		|| (a->kind == 's' && kind == 'b'));
	switch (a->kind) {
	case 'u':
	case 'i':
		b->buffer_type = MYSQL_TYPE_LONGLONG;
		b->buffer = (void *)&a->u;
		b->is_unsigned = a->kind == 'u';
		break;
	case 't':
		time_sql(a->i, time_text);
		b->buffer_type = MYSQL_TYPE_STRING;
		b->buffer = time_text;
		b->buffer_length = (unsigned long)strlen(time_text);
		break;
	case 's':
	case 'b':
		b->buffer_type =
			a->kind == 's' ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
		b->buffer = (void *)(uintptr_t)a->s;
		b->buffer_length = (unsigned long)a->len;
		break;
	default:
		b->buffer_type = MYSQL_TYPE_NULL;
	}
}

static bool
bind_args(struct stmt *s, const struct arg *args, MYSQL_BIND *bind,
	char (*times)[TIME_TEXT_SIZE])
{
	for (unsigned i = 0; i < s->n_in; i++)
		bind_arg(&bind[i], &args[i], s->q->in[i], times[i]);
	return s->n_in == 0 || mysql_stmt_bind_param(s->st, bind) == 0;
}

struct call {
	const struct sql *q;
	const struct arg *args;
	size_t n;
	size_t rows; /* array binding; 0: single */
	bool is_text;
	bool is_write;
};

static bool
execute_single(struct stmt *s, const struct call *call)
{
	MYSQL_BIND bind[MAX_PARAMS];
	char times[MAX_PARAMS][TIME_TEXT_SIZE];

	memset(bind, 0, s->n_in * sizeof(*bind));
	return bind_args(s, call->args, bind, times)
		&& mysql_stmt_execute(s->st) == 0;
}

/* One column of an array execute. */
struct column {
	uint64_t *number;
	const char **text;
	unsigned long *len;
	char *indicator;
	char (*times)[TIME_TEXT_SIZE];
};

static void
column_free(struct column *c)
{
	free(c->number);
	free(c->text);
	free(c->len);
	free(c->indicator);
	free(c->times);
}

static bool
column_fill(struct column *c, const struct call *call, size_t col, char kind)
{
	size_t rows = call->rows;
	bool is_number = kind == 'u' || kind == 'i';

	c->indicator = calloc(rows, 1);
	c->number = is_number ? calloc(rows, sizeof(*c->number)) : NULL;
	c->text = is_number ? NULL : calloc(rows, sizeof(*c->text));
	c->len = is_number ? NULL : calloc(rows, sizeof(*c->len));
	c->times = kind == 't' ? calloc(rows, TIME_TEXT_SIZE) : NULL;
	if (!c->indicator || (is_number ? !c->number : !c->text || !c->len)
		|| (kind == 't' && !c->times))
		return false;
	for (size_t r = 0; r < rows; r++) {
		const struct arg *a = &call->args[r * call->n + col];

		assert(a->kind == 0 || a->kind == kind
			|| (a->kind == 's' && kind == 'b'));
		if (a->kind == 0) {
			c->indicator[r] = STMT_INDICATOR_NULL;
			if (!is_number)
				c->text[r] = "";
		} else if (is_number) {
			c->number[r] = a->u;
		} else if (kind == 't') {
			time_sql(a->i, c->times[r]);
			c->text[r] = c->times[r];
			c->len[r] = (unsigned long)strlen(c->times[r]);
		} else {
			c->text[r] = a->s;
			c->len[r] = (unsigned long)a->len;
		}
	}
	return true;
}

static bool
execute_array(struct stmt *s, const struct call *call)
{
	struct column *col = calloc(s->n_in, sizeof(*col));
	MYSQL_BIND *bind = calloc(s->n_in, sizeof(*bind));
	unsigned rows = (unsigned)call->rows, none = 0;
	bool ok = col && bind;

	for (unsigned i = 0; ok && i < s->n_in; i++) {
		char kind = s->q->in[i];

		ok = column_fill(&col[i], call, i, kind);
		bind[i].buffer_type = col[i].number ? MYSQL_TYPE_LONGLONG
			: kind == 'b'               ? MYSQL_TYPE_BLOB
						    : MYSQL_TYPE_STRING;
		bind[i].is_unsigned = kind == 'u';
		bind[i].buffer = col[i].number ? (void *)col[i].number
					       : (void *)col[i].text;
		bind[i].length = col[i].len;
		bind[i].u.indicator = col[i].indicator;
	}
	ok = ok && mysql_stmt_attr_set(s->st, STMT_ATTR_ARRAY_SIZE, &rows) == 0
		&& mysql_stmt_bind_param(s->st, bind) == 0
		&& mysql_stmt_execute(s->st) == 0;
	mysql_stmt_attr_set(s->st, STMT_ATTR_ARRAY_SIZE, &none);
	for (unsigned i = 0; col && i < s->n_in; i++)
		column_free(&col[i]);
	free(col);
	free(bind);
	return ok;
}

/*
 * Prepare if need be, bind, execute. A connection that is gone is made anew
 * and the call repeated once, when no transaction is open and the statement
 * cannot have run.
 */
static bool
execute(struct db *db, const struct call *call, struct stmt **stmt_r,
	struct err *e)
{
	for (bool is_again = !db->my || db->is_in_transaction;;
		is_again = true) {
		struct stmt *s;
		enum db_fault fault;

		if (!db->my && db->is_in_transaction)
			return err_set(e, ERR_RETRY, NULL, "connection_lost",
				NULL, "the database connection was lost");
		if (!db_connect(db, e))
			return false;
		s = call->is_text ? stmt_of_text(db, call->q, e)
				  : stmt_of(db, call->q, e);
		if (!s) {
			/* Lost while it was prepared: nothing has run. */
			if (is_again || db->my || !e
				|| e->code != ERR_UNAVAILABLE)
				return false;
			err_clear(e);
			continue;
		}
		if (s->is_denied)
			return err_set(e, ERR_INTERNAL, NULL, "denied", NULL,
				"this account may not run the statement");
		assert(!s->is_busy && call->n == s->n_in);
		db->round_trips++;
		if (call->rows ? execute_array(s, call)
			       : execute_single(s, call)) {
			*stmt_r = s;
			return true;
		}
		fault = db_fault_of(mysql_stmt_errno(s->st));
		if (!is_again
			&& (fault == FAULT_GONE
				|| (fault == FAULT_LOST && !call->is_write))) {
			db_drop(db);
			continue;
		}
		return fail_stmt(db, s, call->is_write, e);
	}
}

bool
db_exec_rows(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, size_t rows, struct db_done *done, struct err *e)
{
	const struct call call = { q, args, n, rows, false, true };
	struct stmt *s;

	if (!execute(db, &call, &s, e))
		return false;
	if (done) {
		done->affected = mysql_stmt_affected_rows(s->st);
		done->insert_id = mysql_stmt_insert_id(s->st);
	}
	return true;
}

bool
db_exec(struct db *db, const struct sql *q, const struct arg *args, size_t n,
	struct db_done *done, struct err *e)
{
	return db_exec_rows(db, q, args, n, 0, done, e);
}

static bool
open_rows(struct db *db, const struct call *call, bool is_stream,
	struct rows *r, struct err *e)
{
	struct stmt *s;

	*r = (struct rows){
		.db = db, .is_stream = is_stream, .generation = db->generation
	};
	if (!execute(db, call, &s, e))
		return false;
	if (mysql_stmt_bind_result(s->st, s->bind) != 0
		|| (!is_stream && mysql_stmt_store_result(s->st) != 0)) {
		bool result = fail_stmt(db, s, false, e);

		if (db->my)
			mysql_stmt_free_result(s->st);
		return result;
	}
	if (!is_stream) {
		r->n = mysql_stmt_num_rows(s->st);
		r->is_cut = mysql_stmt_warning_count(s->st) > 0;
	}
	s->is_busy = true;
	r->stmt = s;
	r->generation = db->generation;
	return true;
}

bool
db_query(struct db *db, const struct sql *q, const struct arg *args, size_t n,
	struct rows *rows_r, struct err *e)
{
	return open_rows(db,
		&(const struct call){ q, args, n, 0, false, false }, false,
		rows_r, e);
}

bool
db_stream(struct db *db, const struct sql *q, const struct arg *args, size_t n,
	struct rows *rows_r, struct err *e)
{
	return open_rows(db,
		&(const struct call){ q, args, n, 0, false, false }, true,
		rows_r, e);
}

bool
db_query_text(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct rows *rows_r, struct err *e)
{
	return open_rows(db, &(const struct call){ q, args, n, 0, true, false },
		false, rows_r, e);
}

/* A value that is larger than its cell, into memory of its own. */
static bool
fetch_big(struct stmt *s, unsigned i)
{
	struct cell *c = &s->cell[i];
	MYSQL_BIND b = s->bind[i];
	unsigned long len = c->len;

	if (c->big_size < len + 1) {
		char *data = realloc(c->big, len + 1);

		if (!data)
			return false;
		c->big = data;
		c->big_size = len + 1;
	}
	b.buffer = c->big;
	b.buffer_length = len;
	b.length = &len;
	if (mysql_stmt_fetch_column(s->st, &b, i, 0) != 0)
		return false;
	c->big[c->len] = '\0';
	c->is_big = true;
	return true;
}

static bool
finish_row(struct stmt *s)
{
	for (unsigned i = 0; i < s->n_out; i++) {
		struct cell *c = &s->cell[i];

		c->is_big = false;
		if (!c->data)
			continue;
		if (c->is_null)
			c->len = 0;
		if (c->len > CELL_SIZE) {
			if (!fetch_big(s, i))
				return false;
		} else {
			c->data[c->len] = '\0';
		}
	}
	return true;
}

bool
db_stream_text(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct rows *rows_r, struct err *e)
{
	return open_rows(db, &(const struct call){ q, args, n, 0, true, false },
		true, rows_r, e);
}

bool
rows_next(struct rows *r)
{
	int rc;

	if (r->generation != r->db->generation) {
		r->has_failed = true;
		return false;
	}
	rc = mysql_stmt_fetch(r->stmt->st);
	if (rc == MYSQL_NO_DATA)
		return false;
	if ((rc == 0 || rc == MYSQL_DATA_TRUNCATED) && finish_row(r->stmt))
		return true;
	r->has_failed = true;
	return false;
}

bool
rows_done(struct rows *r, struct err *e)
{
	bool ok = true;

	if (!r->stmt)
		return true;
	if (r->generation != r->db->generation) {
		r->stmt = NULL;
		return err_set(e, ERR_RETRY, NULL, "connection_lost", NULL,
			"the database connection was lost");
	}
	r->stmt->is_busy = false;
	if (r->has_failed)
		ok = mysql_stmt_errno(r->stmt->st)
			? fail_stmt(r->db, r->stmt, false, e)
			: err_memory(e);
	if (r->db->my)
		mysql_stmt_free_result(r->stmt->st);
	r->stmt = NULL;
	return ok;
}

static const struct cell *
cell_of(const struct rows *r, unsigned col, const char *kinds)
{
	const struct cell *c;

	assert(r->stmt && r->generation == r->db->generation
		&& col < r->stmt->n_out);
	c = &r->stmt->cell[col];
	assert(strchr(kinds, c->kind));
	return c;
}

bool
row_is_null(const struct rows *r, unsigned col)
{
	return cell_of(r, col, "uistb")->is_null;
}

uint64_t
row_u64(const struct rows *r, unsigned col)
{
	const struct cell *c = cell_of(r, col, "u");

	return c->is_null ? 0 : c->u;
}

int64_t
row_i64(const struct rows *r, unsigned col)
{
	const struct cell *c = cell_of(r, col, "i");

	return c->is_null ? 0 : c->i;
}

int64_t
row_time(const struct rows *r, unsigned col)
{
	const struct cell *c = cell_of(r, col, "t");

	if (c->is_null)
		return TIME_NONE;
	return time_from_civil(&(const struct civil){ c->t.year, c->t.month,
		c->t.day, c->t.hour, c->t.minute, c->t.second,
		(unsigned)c->t.second_part });
}

const char *
row_text(const struct rows *r, unsigned col)
{
	const struct cell *c = cell_of(r, col, "sb");

	return c->is_null ? "" : c->is_big ? c->big : c->data;
}

const void *
row_bytes(const struct rows *r, unsigned col, size_t *len_r)
{
	const struct cell *c = cell_of(r, col, "sb");

	*len_r = c->is_null ? 0 : c->len;
	return c->is_big ? c->big : c->data;
}

char *
row_dup(const struct rows *r, unsigned col, struct arena *a)
{
	size_t len;
	const char *data = row_bytes(r, col, &len);

	return arena_strndup(a, len ? data : "", len);
}

bool
db_query_u64(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, uint64_t *value_r, bool *found_r, struct err *e)
{
	struct rows r;
	bool found = false;

	*value_r = 0;
	if (!db_query(db, q, args, n, &r, e))
		return false;
	if (rows_next(&r)) {
		*value_r = row_u64(&r, 0);
		found = !row_is_null(&r, 0);
	}
	if (found_r)
		*found_r = found;
	return rows_done(&r, e);
}
