/*
 * Floor of the list pages: a bare FastCGI program with one prepared SELECT of
 * 50 rows and json-c, preforked. Everything that an application adds to that
 * is what the ratio shows.
 *
 * usage: floor_list LISTEN_SOCKET DB_SOCKET DB_NAME WORKERS SQL
 */
#include <errno.h>
#include <fcgiapp.h>
#include <json-c/json.h>
#include <mysql.h>
#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_COLUMNS 16
#define CELL 512

struct cell {
	char text[CELL];
	unsigned long length;
	my_bool is_null;
};

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "floor_list: %s: %s\n", what, why);
	exit(1);
}

static MYSQL_STMT *
prepare(const char *socket, const char *name, const char *sql)
{
	MYSQL *my = mysql_init(NULL);
	MYSQL_STMT *st;

	if (mysql_real_connect(my, NULL, "root", NULL, name, 0, socket, 0)
		== NULL)
		fail("connect", mysql_error(my));
	st = mysql_stmt_init(my);
	if (mysql_stmt_prepare(st, sql, (unsigned long)strlen(sql)) != 0)
		fail("prepare", mysql_stmt_error(st));
	return st;
}

static json_object *
run(MYSQL_STMT *st, struct cell *cell, const MYSQL_FIELD *field, unsigned n)
{
	json_object *items = json_object_new_array();

	if (mysql_stmt_execute(st) != 0)
		fail("execute", mysql_stmt_error(st));
	while (mysql_stmt_fetch(st) == 0) {
		json_object *row = json_object_new_object();

		for (unsigned i = 0; i < n; i++)
			json_object_object_add(row, field[i].name,
				cell[i].is_null ? NULL
						: json_object_new_string_len(
							cell[i].text,
							(int)cell[i].length));
		json_object_array_add(items, row);
	}
	mysql_stmt_free_result(st);
	return items;
}

static void
serve(int fd, MYSQL_STMT *st)
{
	static struct cell cell[MAX_COLUMNS];
	MYSQL_BIND bind[MAX_COLUMNS] = { 0 };
	MYSQL_RES *meta = mysql_stmt_result_metadata(st);
	unsigned n = mysql_num_fields(meta);
	FCGX_Request rq;

	if (n > MAX_COLUMNS)
		fail("columns", "too many");
	for (unsigned i = 0; i < n; i++) {
		bind[i].buffer_type = MYSQL_TYPE_STRING;
		bind[i].buffer = cell[i].text;
		bind[i].buffer_length = CELL;
		bind[i].length = &cell[i].length;
		bind[i].is_null = &cell[i].is_null;
	}
	if (mysql_stmt_bind_result(st, bind))
		fail("bind", mysql_stmt_error(st));
	FCGX_InitRequest(&rq, fd, 0);
	while (FCGX_Accept_r(&rq) == 0) {
		json_object *o = json_object_new_object();
		const char *text;

		json_object_object_add(
			o, "items", run(st, cell, mysql_fetch_fields(meta), n));
		text = json_object_to_json_string_ext(
			o, JSON_C_TO_STRING_PLAIN);
		FCGX_FPrintF(rq.out,
			"Content-Type: application/json\r\n"
			"Content-Length: %d\r\n\r\n",
			(int)strlen(text));
		FCGX_PutStr(text, (int)strlen(text), rq.out);
		FCGX_Finish_r(&rq);
		json_object_put(o);
	}
}

int
main(int argc, char **argv)
{
	int fd, workers;

	if (argc != 6)
		fail("usage", "LISTEN_SOCKET DB_SOCKET DB_NAME WORKERS SQL");
	FCGX_Init();
	fd = FCGX_OpenSocket(argv[1], 511);
	if (fd < 0)
		fail(argv[1], strerror(errno));
	workers = (int)strtol(argv[4], NULL, 10);
	for (int i = 0; i < workers; i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd, prepare(argv[2], argv[3], argv[5]));
			_exit(0);
		}
	}
	puts("ready");
	fflush(stdout);
	while (wait(NULL) > 0)
		continue;
	return 0;
}
