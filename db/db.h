/*
 * The connection to MariaDB and its statements. mysql.h is included in
 * db/conn.c and db/stmt.c and nowhere else.
 *
 * What always holds:
 * - all SQL is prepared; text from outside only ever binds;
 * - one connection, one transaction at a time, no threads;
 * - a connection that is lost outside of a transaction is made anew and the
 *   statement runs again, once. Inside a transaction the answer is ERR_RETRY:
 *   the server has rolled back, so the whole transaction may run again;
 * - a COMMIT that got no answer is ERR_OUTCOME: nobody knows;
 * - a duplicate key is ERR_CONFLICT, reason `duplicate`, with the name of the
 *   key as field; whoever knows the noun turns it into words;
 * - deadlock and lock time-out are ERR_RETRY, a server that is away and a
 *   statement that ran too long are ERR_UNAVAILABLE; everything else is
 *   ERR_INTERNAL, and the server's words go to the log only.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/timeutil.h"

struct db;

/*
 * A statement. `in` and `out` have one letter for each parameter and column:
 *	u  uint64_t       i  int64_t
 *	s  text           b  bytes
 *	t  int64_t microseconds, DATETIME(6); TIME_NONE is NULL
 * Both are compared with what the server prepared, so that a schema that does
 * not match fails at the start.
 */
struct sql {
	const char *text;
	const char *in;
	const char *out;
};

/* The statements of one noun; db_open gets a NULL-terminated list of these. */
struct sql_table {
	const char *name;
	const struct sql *sql;
	size_t n;
	bool is_lazy; /* for few programs, not all have the rights to it */
};

enum db_isolation {
	DB_READ_COMMITTED, /* writers */
	DB_SNAPSHOT        /* REPEATABLE READ, consistent snapshot, read only */
};

struct db_options {
	const char *socket;
	const char *name; /* of the database; "" for none */
	const char *user;
	const char *password; /* NULL: the unix_socket plugin asks for none */
	const struct sql_table *const *tables; /* may be NULL */
	bool is_lazy;         /* prepare on first use (plain CGI, migrate) */
	unsigned statement_s; /* max_statement_time; 0: 10 s */
	/* Of most transactions: the others cost a statement more. */
	enum db_isolation isolation;
	/* Somebody else's server (db/foreign.h): where it is and who we are is
	 * in this file; socket, user and password are not looked at. */
	const char *option_file;
};

/*
 * Connect, and look whether all of `tables` can be prepared, unless lazy; each
 * is prepared to stay on its first use. A statement that this account may not
 * run fails when it is used. ERR_UNAVAILABLE
 * when the server is away, ERR_INTERNAL (reason `schema_mismatch`) when a
 * statement does not match the schema. The caller owns *db_r.
 */
bool db_open(
	struct db **db_r, const struct db_options *o, struct err *e) MUST_USE;
void db_close(struct db **db);

/* Does the server answer? Reconnects when it can. */
bool db_ping(struct db *db, struct err *e) MUST_USE;

/* How many times the server was asked, for tests and measuring. */
uint64_t db_round_trips(const struct db *db);

bool db_begin(
	struct db *db, enum db_isolation isolation, struct err *e) MUST_USE;
bool db_commit(struct db *db, struct err *e) MUST_USE;
/* Always leaves the connection without a transaction. */
void db_rollback(struct db *db);
bool db_in_transaction(const struct db *db);

/* One parameter. Text and bytes are borrowed until the call returns. */
struct arg {
	char kind; /* u i s b t, or 0 for NULL */
	union {
		uint64_t u;
		int64_t i;
		const char *s;
	};
	size_t len;
};

static inline struct arg
arg_u64(uint64_t u)
{
	return (struct arg){ .kind = 'u', .u = u };
}
static inline struct arg
arg_i64(int64_t i)
{
	return (struct arg){ .kind = 'i', .i = i };
}
/* NULL is SQL's NULL. */
static inline struct arg
arg_text(const char *s)
{
	return (struct arg){
		.kind = s ? 's' : 0, .s = s, .len = s ? __builtin_strlen(s) : 0
	};
}
static inline struct arg
arg_bytes(const void *data, size_t len)
{
	return (struct arg){ .kind = 'b', .s = data, .len = len };
}
static inline struct arg
arg_time(int64_t us)
{
	return (struct arg){ .kind = us == TIME_NONE ? 0 : 't', .i = us };
}
static inline struct arg
arg_null(void)
{
	return (struct arg){ .kind = 0 };
}
/* 0 is NULL: ids that may be missing. */
static inline struct arg
arg_id(uint64_t id)
{
	return (struct arg){ .kind = id ? 'u' : 0, .u = id };
}

/* `ARGS(arg_u64(id), arg_text(name))`: the list and its length. */
#define ARGS(...)                                                              \
	(const struct arg[]){ __VA_ARGS__ },                                   \
		sizeof((const struct arg[]){ __VA_ARGS__ })                    \
		/ sizeof(struct arg)
#define NO_ARGS NULL, 0

struct db_done {
	uint64_t affected;
	uint64_t insert_id;
};

/* Run a statement without a result. `done` may be NULL. */
bool db_exec(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct db_done *done, struct err *e) MUST_USE;

/*
 * The same for `rows` rows in one go (array binding); `args` holds rows times
 * n parameters, row by row. A duplicate undoes all of them.
 */
bool db_exec_rows(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, size_t rows, struct db_done *done, struct err *e) MUST_USE;

/*
 * Rows of a result, read into memory at once, so that other statements may run
 * meanwhile (not the same one again). Use:
 *
 *	struct rows r;
 *	if (!db_query(db, &q, ARGS(arg_u64(id)), &r, e))
 *		return false;
 *	while (rows_next(&r))
 *		use(row_u64(&r, 0), row_dup(&r, 1, arena));
 *	return rows_done(&r, e);
 */
struct stmt;
struct rows {
	struct db *db;
	struct stmt *stmt;
	bool is_stream;
	bool has_failed;
	bool is_cut;         /* LIMIT ROWS EXAMINED ended it early */
	uint64_t n;          /* rows of the result; 0 for a stream */
	uint64_t generation; /* of the connection that it came from */
};

bool db_query(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct rows *rows_r, struct err *e) MUST_USE;

/* Row by row from the server, for large results; until rows_done nothing else
 * may run on this connection. */
bool db_stream(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct rows *rows_r, struct err *e) MUST_USE;

/*
 * A statement that was put together from constant fragments. It is prepared
 * on first use and kept in a cache of the 64 used last; `text` is compared as
 * a whole and copied.
 */
bool db_query_text(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct rows *rows_r, struct err *e) MUST_USE;

/* The same row by row, as db_stream. */
bool db_stream_text(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, struct rows *rows_r, struct err *e) MUST_USE;

bool rows_next(struct rows *r);
/* Give the result back. False when reading failed. */
bool rows_done(struct rows *r, struct err *e) MUST_USE;

/* Values of the row that rows_next went to. NULL reads as 0, false, "" and
 * TIME_NONE. A column of another type is our own bug (assert). */
bool row_is_null(const struct rows *r, unsigned col);
uint64_t row_u64(const struct rows *r, unsigned col);
int64_t row_i64(const struct rows *r, unsigned col);
int64_t row_time(const struct rows *r, unsigned col);
/* Valid until the next rows_next. */
const char *row_text(const struct rows *r, unsigned col);
const void *row_bytes(const struct rows *r, unsigned col, size_t *len_r);
/* A copy in the arena; NULL when that is full. */
char *row_dup(const struct rows *r, unsigned col, struct arena *a);

/*
 * The first row's first column as a number, for questions with one answer;
 * *found_r (may be NULL) is false when there is no row or it is NULL.
 */
bool db_query_u64(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, uint64_t *value_r, bool *found_r, struct err *e) MUST_USE;

/* A statement without parameters from the program's own files (migrations). */
bool db_run_script(struct db *db, const char *text, struct err *e) MUST_USE;

#endif
