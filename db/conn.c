/*
 * The connection: options, reconnecting, transactions, and what the server's
 * errors mean to us.
 */
#include "db/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "base/log.h"
#include "base/str.h"

#define STATEMENT_S_DEFAULT 10

static const struct {
	unsigned number;
	enum db_fault fault;
} faults[] = {
	{ CR_SERVER_GONE_ERROR, FAULT_GONE },
	{ CR_CONNECTION_ERROR, FAULT_GONE },
	{ CR_CONN_HOST_ERROR, FAULT_GONE },
	{ CR_SERVER_LOST, FAULT_LOST },
	{ CR_SERVER_LOST_EXTENDED, FAULT_LOST },
	{ ER_SERVER_SHUTDOWN, FAULT_LOST },
	{ ER_CONNECTION_KILLED, FAULT_LOST },
	{ ER_NORMAL_SHUTDOWN, FAULT_LOST },
	{ ER_TABLEACCESS_DENIED_ERROR, FAULT_DENIED },
	{ ER_COLUMNACCESS_DENIED_ERROR, FAULT_DENIED },
	{ ER_PROCACCESS_DENIED_ERROR, FAULT_DENIED },
};

enum db_fault
db_fault_of(unsigned number)
{
	if (number == 0)
		return FAULT_NONE;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (faults[i].number == number)
			return faults[i].fault;
	return FAULT_OTHER;
}

static void
log_fault(unsigned number, const char *state, const char *message,
	const char *sql)
{
	char text[16], start[121];

	snprintf(text, sizeof(text), "%u", number);
	snprintf(start, sizeof(start), "%.120s", sql ? sql : "");
	log_kv(LOG_LEVEL_WARN, "database", "errno", text, "state", state,
		"message", message, "sql", start, NULL);
}

/* `Duplicate entry '1-x' for key 'domain_name'` -> domain_name */
static bool
fail_duplicate(const char *message, struct err *e)
{
	char key[64] = "";
	const char *end = strrchr(message, '\''), *start = end;

	while (start && start > message && start[-1] != '\'')
		start--;
	if (start
		&& !str_copy_n(key, sizeof(key), start, (size_t)(end - start)))
		key[0] = '\0';
	return err_set(e, ERR_CONFLICT, key, "duplicate", NULL,
		"a row with this value exists already");
}

bool
db_fail(struct db *db, unsigned number, const char *state, const char *message,
	const char *sql, bool is_write, struct err *e)
{
	enum db_fault fault = db_fault_of(number);
	bool was_open = db->is_in_transaction;

	if (number == ER_DUP_ENTRY || number == ER_DUP_ENTRY_WITH_KEY_NAME)
		return fail_duplicate(message, e);
	if (number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT
		|| number == ER_CHECKREAD)
		return err_set(e, ERR_RETRY, NULL, "locked", NULL,
			"another write held the same rows");
	log_fault(number, state, message, sql);
	if (fault == FAULT_GONE || fault == FAULT_LOST) {
		db_drop(db);
		if (was_open)
			return err_set(e, ERR_RETRY, NULL, "connection_lost",
				NULL, "the database connection was lost");
		if (is_write && fault == FAULT_LOST)
			return err_set(e, ERR_OUTCOME, NULL, "no_answer", NULL,
				"the database did not answer a write");
		return err_set(e, ERR_UNAVAILABLE, NULL, "database_away", NULL,
			"the database is away");
	}
	if (number == ER_STATEMENT_TIMEOUT || number == ER_QUERY_INTERRUPTED)
		return err_set(e, ERR_UNAVAILABLE, NULL, "too_slow", NULL,
			"the database took too long");
	return err_set(e, ERR_INTERNAL, NULL, "database", NULL,
		"the database refused a statement");
}

static bool
fail_here(struct db *db, const char *sql, struct err *e)
{
	return db_fail(db, mysql_errno(db->my), mysql_sqlstate(db->my),
		mysql_error(db->my), sql, false, e);
}

void
db_drop(struct db *db)
{
	stmt_free_all(db);
	if (db->my)
		mysql_close(db->my);
	db->my = NULL;
	db->is_in_transaction = false;
	db->generation++;
}

static bool
query(struct db *db, const char *sql, struct err *e)
{
	db->round_trips++;
	if (mysql_real_query(db->my, sql, (unsigned long)strlen(sql)) == 0)
		return true;
	return fail_here(db, sql, e);
}

static void
set_options(MYSQL *my, unsigned statement_s)
{
	unsigned connect_s = 5, io_s = statement_s + 5, off = 0;
	my_bool no = 0;

	mysql_options(my, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(my, MYSQL_OPT_READ_TIMEOUT, &io_s);
	mysql_options(my, MYSQL_OPT_WRITE_TIMEOUT, &io_s);
	mysql_options(my, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(my, MYSQL_OPT_RECONNECT, &no);
	mysql_options(my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
}

static bool
set_session(struct db *db, struct err *e)
{
	char sql[512];

	/* What MySQL and every MariaDB has. */
	if (db->option_file)
		return query(db,
			"SET SESSION sql_mode = '', time_zone = '+00:00'", e);
	snprintf(sql, sizeof(sql),
		"SET SESSION sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,"
		"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,"
		"NO_ZERO_DATE,NO_ZERO_IN_DATE', time_zone = '+00:00', "
		"tx_isolation = '%s', autocommit = 1, "
		"innodb_lock_wait_timeout = 5, max_statement_time = %u",
		db->options.isolation == DB_SNAPSHOT ? "REPEATABLE-READ"
						     : "READ-COMMITTED",
		db->options.statement_s);
	return query(db, sql, e);
}

static bool
connect_to(struct db *db)
{
	const char *name = *db->name ? db->name : NULL;

	if (!db->option_file)
		return mysql_real_connect(db->my, NULL, db->user, db->password,
			       name, 0, db->socket, 0)
			!= NULL;
	mysql_options(db->my, MYSQL_READ_DEFAULT_FILE, db->option_file);
	mysql_options(db->my, MYSQL_READ_DEFAULT_GROUP, "client");
	return mysql_real_connect(db->my, NULL, NULL, NULL, name, 0, NULL, 0)
		!= NULL;
}

bool
db_connect(struct db *db, struct err *e)
{
	if (db->my)
		return true;
	db->my = mysql_init(NULL);
	if (!db->my)
		return err_set(e, ERR_UNAVAILABLE, NULL, "no_memory", NULL,
			"no memory for a connection");
	set_options(db->my, db->options.statement_s);
	if (!connect_to(db)) {
		log_fault(mysql_errno(db->my), mysql_sqlstate(db->my),
			mysql_error(db->my), "(connect)");
		db_drop(db);
		return err_set(e, ERR_UNAVAILABLE, NULL, "database_away", NULL,
			"the database is away");
	}
	if (set_session(db, e)
		&& (db->options.is_lazy || stmt_check_all(db, e)))
		return true;
	db_drop(db);
	return false;
}

static char *
copy(const char *s)
{
	return strdup(s ? s : "");
}

bool
db_open(struct db **db_r, const struct db_options *o, struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));

	*db_r = NULL;
	if (!db)
		return err_memory(e);
	db->options = *o;
	if (!db->options.statement_s)
		db->options.statement_s = STATEMENT_S_DEFAULT;
	db->socket = copy(o->socket);
	db->name = copy(o->name);
	db->user = copy(o->user);
	db->password = o->password ? copy(o->password) : NULL;
	db->option_file = o->option_file ? copy(o->option_file) : NULL;
	if (!db->socket || !db->name || !db->user) {
		db_close(&db);
		return err_memory(e);
	}
	if (!db_connect(db, e)) {
		db_close(&db);
		return false;
	}
	*db_r = db;
	return true;
}

void
db_close(struct db **dbp)
{
	struct db *db = *dbp;

	if (!db)
		return;
	db_drop(db);
	free(db->socket);
	free(db->name);
	free(db->user);
	free(db->option_file);
	if (db->password)
		explicit_bzero(db->password, strlen(db->password));
	free(db->password);
	free(db);
	*dbp = NULL;
}

bool
db_ping(struct db *db, struct err *e)
{
	if (db->my) {
		db->round_trips++;
		if (mysql_ping(db->my) == 0)
			return true;
		db_drop(db);
	}
	return db_connect(db, e);
}

uint64_t
db_round_trips(const struct db *db)
{
	return db->round_trips;
}

/* Run it; when the connection turns out to be gone, connect and run it again,
 * once. For what begins a transaction. */
static bool
query_first(struct db *db, const char *sql, struct err *e)
{
	if (db->my) {
		db->round_trips++;
		if (mysql_real_query(db->my, sql, (unsigned long)strlen(sql))
			== 0)
			return true;
		switch (db_fault_of(mysql_errno(db->my))) {
		case FAULT_GONE:
		case FAULT_LOST:
			db_drop(db);
			break;
		default:
			return fail_here(db, sql, e);
		}
	}
	return db_connect(db, e) && query(db, sql, e);
}

bool
db_begin(struct db *db, enum db_isolation isolation, struct err *e)
{
	if (db->is_in_transaction)
		return err_set(e, ERR_INTERNAL, NULL, "nested_transaction",
			NULL, "a transaction is open already");
	const bool is_own = isolation == db->options.isolation;
	const char *start = isolation == DB_SNAPSHOT
		? "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
		: "START TRANSACTION";
	const char *next = isolation == DB_SNAPSHOT
		? "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
		: "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";
	if (!query_first(db, is_own ? start : next, e)
		|| (!is_own && !query(db, start, e)))
		return false;
	db->is_in_transaction = true;
	return true;
}

bool
db_commit(struct db *db, struct err *e)
{
	unsigned number;

	if (!db->my)
		return err_set(e, ERR_RETRY, NULL, "connection_lost", NULL,
			"the database connection was lost");
	db->round_trips++;
	db->is_in_transaction = false;
	if (mysql_commit(db->my) == 0)
		return true;
	number = mysql_errno(db->my);
	log_fault(
		number, mysql_sqlstate(db->my), mysql_error(db->my), "COMMIT");
	switch (db_fault_of(number)) {
	case FAULT_GONE:
		db_drop(db);
		return err_set(e, ERR_RETRY, NULL, "connection_lost", NULL,
			"the database connection was lost");
	case FAULT_LOST:
		db_drop(db);
		return err_set(e, ERR_OUTCOME, NULL, "no_answer", NULL,
			"the database did not answer the commit");
	default:
		mysql_rollback(db->my);
		return err_set(e,
			number == ER_LOCK_DEADLOCK ? ERR_RETRY : ERR_INTERNAL,
			NULL, "commit", NULL, "the commit was refused");
	}
}

void
db_rollback(struct db *db)
{
	bool was_open = db->is_in_transaction;

	db->is_in_transaction = false;
	if (!db->my || !was_open)
		return;
	db->round_trips++;
	if (mysql_rollback(db->my) != 0)
		db_drop(db);
}

bool
db_in_transaction(const struct db *db)
{
	return db->is_in_transaction;
}

static bool
run_all(struct db *db, const char *text, struct err *e)
{
	int more = 0;

	db->round_trips++;
	if (mysql_real_query(db->my, text, (unsigned long)strlen(text)) != 0)
		return fail_here(db, text, e);
	do {
		MYSQL_RES *res = mysql_store_result(db->my);

		mysql_free_result(res);
		more = mysql_next_result(db->my);
	} while (more == 0);
	return more < 0 || fail_here(db, text, e);
}

bool
db_run_script(struct db *db, const char *text, struct err *e)
{
	bool ok;

	if (!db_connect(db, e))
		return false;
	if (mysql_set_server_option(db->my, MYSQL_OPTION_MULTI_STATEMENTS_ON))
		return fail_here(db, "(script)", e);
	ok = run_all(db, text, e);
	if (db->my
		&& mysql_set_server_option(
			db->my, MYSQL_OPTION_MULTI_STATEMENTS_OFF))
		db_drop(db);
	return ok;
}
