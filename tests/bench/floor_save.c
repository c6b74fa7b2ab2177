/*
 * Floor of a save: one committed row, one fsynced file of 64 KB and one LMDB
 * commit of a single key into a map of the size at hand.
 *
 * usage: floor_save DB_SOCKET DB_NAME FOLDER LMDB_FILE COUNT
 */
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
commit_row(MYSQL *my, int i)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
		"INSERT INTO bench_floor (id, text) VALUES (%d, 'x')", i);
	if (mysql_query(my, sql) != 0)
		die("insert: %s", mysql_error(my));
}

static void
sync_file(const char *folder)
{
	static char block[65536];
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/floor.bin", folder);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, block, sizeof(block)) != (ssize_t)sizeof(block)
		|| fsync(fd) != 0)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

static void
commit_key(const char *path, int i)
{
	char key[64], value[] = "x";
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val k, v = { sizeof(value), value };

	k.mv_size =
		(size_t)snprintf(key, sizeof(key), "floor%07d@bench.test", i)
		+ 1;
	k.mv_data = key;
	if (mdb_env_create(&env) != 0
		|| mdb_env_set_mapsize(env, (size_t)1 << 30) != 0
		|| mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0640) != 0
		|| mdb_txn_begin(env, NULL, 0, &txn) != 0
		|| mdb_dbi_open(txn, NULL, 0, &dbi) != 0
		|| mdb_put(txn, dbi, &k, &v, 0) != 0
		|| mdb_txn_commit(txn) != 0)
		die("%s: LMDB commit failed", path);
	mdb_env_close(env);
}

int
main(int argc, char **argv)
{
	MYSQL *my = mysql_init(NULL);
	int64_t *us;
	int n;

	if (argc != 6)
		die("usage: floor_save DB_SOCKET DB_NAME FOLDER LMDB COUNT");
	n = (int)strtol(argv[5], NULL, 10);
	us = calloc((size_t)n, sizeof(*us));
	if (us == NULL)
		die("out of memory");
	if (mysql_real_connect(my, NULL, "root", NULL, argv[2], 0, argv[1], 0)
		== NULL)
		die("connect: %s", mysql_error(my));
	if (mysql_query(my,
		    "CREATE OR REPLACE TABLE bench_floor (id INT "
		    "PRIMARY KEY, text VARCHAR(20)) ENGINE=InnoDB"))
		die("create: %s", mysql_error(my));
	for (int i = 0; i < n; i++) {
		int64_t start = now_us();

		commit_row(my, i);
		sync_file(argv[3]);
		commit_key(argv[4], i);
		us[i] = now_us() - start;
	}
	mysql_query(my, "DROP TABLE bench_floor");
	print_samples(us, (size_t)n);
	free(us);
	return 0;
}
