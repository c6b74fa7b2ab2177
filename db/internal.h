/*
 * What db/conn.c and db/stmt.c share. Nobody else includes it.
 */
#ifndef DB_INTERNAL_H
#define DB_INTERNAL_H

#include "db/db.h"

struct st_mysql;
struct st_mysql_stmt;
struct stmt;

/* Statements of the tables are found by the address of their struct sql. */
#define DB_MAP_SIZE 1024
#define DB_TEXT_CACHE 64

struct db {
	struct st_mysql *my; /* NULL: not connected */
	struct db_options options;
	char *socket, *name, *user, *password, *option_file;
	bool is_in_transaction;
	uint64_t round_trips;
	uint64_t generation; /* counts connections that were dropped */
	uint64_t clock;      /* counts uses, for the cache */
	struct stmt *map[DB_MAP_SIZE];
	struct stmt *text[DB_TEXT_CACHE];
};

/* What the server or the library answered. */
enum db_fault {
	FAULT_NONE,
	FAULT_GONE,   /* never reached the server: safe to send again */
	FAULT_LOST,   /* the connection broke while we waited */
	FAULT_DENIED, /* this account may not */
	FAULT_OTHER
};

enum db_fault db_fault_of(unsigned number);

/*
 * Turn the server's answer into an error (and a line of the log). A lost
 * connection inside a transaction becomes ERR_RETRY. Always false.
 */
bool db_fail(struct db *db, unsigned number, const char *state,
	const char *message, const char *sql, bool is_write, struct err *e);

/* Connect when there is no connection. */
bool db_connect(struct db *db, struct err *e) MUST_USE;
/* Drop the connection and every statement. */
void db_drop(struct db *db);

/* Look whether all of the tables can be prepared. */
bool stmt_check_all(struct db *db, struct err *e) MUST_USE;
/* Free every statement (before the connection goes). */
void stmt_free_all(struct db *db);

#endif
