/*
 * Floor of an import: the rows that it leaves (secret, mailbox, name parts,
 * change, change_key, and a revision a thousand) into the same tables and
 * indexes by array binding, with ids that are known beforehand.
 *
 * usage: floor_import DB_SOCKET DB_NAME DOMAIN FIRST_ID ROWS HASH
 */
#include "wire.h"

#include <mysql.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 1000, PARTS = 16 * BATCH, CELL = 512, COLUMNS = 10 };

/* Text for everything: the server converts numbers as it does elsewhere. */
struct array {
	MYSQL_STMT *st;
	unsigned columns, rows, cap;
	char (*cell[COLUMNS])[CELL];
	const char **at[COLUMNS];
	unsigned long *len[COLUMNS];
};

static void
prepare(struct array *a, MYSQL *my, const char *sql, unsigned columns,
	unsigned cap)
{
	a->st = mysql_stmt_init(my);
	a->columns = columns;
	a->cap = cap;
	if (mysql_stmt_prepare(a->st, sql, strlen(sql)) != 0)
		die("prepare: %s", mysql_stmt_error(a->st));
	for (unsigned i = 0; i < columns; i++) {
		a->cell[i] = calloc(cap, CELL);
		a->at[i] = calloc(cap, sizeof(char *));
		a->len[i] = calloc(cap, sizeof(unsigned long));
		if (!a->cell[i] || !a->at[i] || !a->len[i])
			die("out of memory");
	}
}

static void
set(struct array *a, unsigned column, const char *text)
{
	char *cell = a->cell[column][a->rows];
	size_t n = strlen(text);

	memcpy(cell, text, n + 1);
	a->at[column][a->rows] = cell;
	a->len[column][a->rows] = n;
}

static void
set_number(struct array *a, unsigned column, long long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", number);
	set(a, column, text);
}

static void
send_rows(struct array *a)
{
	MYSQL_BIND bind[COLUMNS];

	memset(bind, 0, sizeof(bind));
	for (unsigned i = 0; i < a->columns; i++) {
		bind[i].buffer_type = MYSQL_TYPE_STRING;
		bind[i].buffer = (void *)a->at[i];
		bind[i].length = a->len[i];
	}
	if (mysql_stmt_attr_set(a->st, STMT_ATTR_ARRAY_SIZE, &a->rows) != 0
		|| mysql_stmt_bind_param(a->st, bind) != 0
		|| mysql_stmt_execute(a->st) != 0)
		die("execute: %s", mysql_stmt_error(a->st));
	a->rows = 0;
}

static void
query(MYSQL *my, const char *sql)
{
	if (mysql_query(my, sql) != 0)
		die("%s: %s", sql, mysql_error(my));
}

struct floor {
	MYSQL *my;
	struct array secret, mailbox, part, change, key;
	const char *domain, *hash;
	long long domain_id, first;
};

static void
add_parts(struct floor *f, long long id, const char *name)
{
	char part[17];

	for (const char *p = name; *p; p++) {
		if (*p == ' ')
			continue;
		snprintf(part, sizeof(part), "%.16s", p);
		set(&f->part, 0, part);
		set_number(&f->part, 1, id);
		f->part.rows++;
	}
}

static void
add_row(struct floor *f, long long i, long long prov)
{
	char address[64], name[32], home[64], image[CELL];
	long long id = f->first + i;

	snprintf(address, sizeof(address), "u%07lld@%s", i, f->domain);
	snprintf(name, sizeof(name), "Person %lld", i);
	snprintf(home, sizeof(home), "/var/vmail/%02x/%lld",
		(unsigned)(id % 256), id);
	snprintf(image, sizeof(image),
		"{\"address\":\"%s\",\"name\":\"%s\",\"state\":\"active\","
		"\"quota_bytes\":1073741824,\"password_id\":%lld,"
		"\"password_scheme\":\"CRYPT/sha512\"}",
		address, name, id);
	set_number(&f->secret, 0, id);
	set(&f->secret, 1, f->hash);
	f->secret.rows++;
	set_number(&f->mailbox, 0, id);
	set_number(&f->mailbox, 1, f->domain_id);
	set(&f->mailbox, 2, address);
	set(&f->mailbox, 3, name);
	set_number(&f->mailbox, 4, id);
	set(&f->mailbox, 5, home);
	f->mailbox.rows++;
	add_parts(f, id, name);
	set_number(&f->change, 0, prov);
	set_number(&f->change, 1, i % BATCH);
	set_number(&f->change, 2, id);
	set_number(&f->change, 3, f->domain_id);
	set(&f->change, 4, address);
	set(&f->change, 5, image);
	f->change.rows++;
	set_number(&f->key, 0, prov);
	set_number(&f->key, 1, i % BATCH);
	set(&f->key, 2, address);
	f->key.rows++;
}

static void
add_batch(struct floor *f, long long from, long long to)
{
	long long prov = 4000000000LL + from;
	char sql[512];

	query(f->my, "START TRANSACTION");
	for (long long i = from; i < to; i++)
		add_row(f, i, prov);
	send_rows(&f->secret);
	send_rows(&f->mailbox);
	send_rows(&f->part);
	send_rows(&f->change);
	send_rows(&f->key);
	query(f->my, "UPDATE head SET serial = serial + 1 WHERE id = 1");
	snprintf(sql, sizeof(sql),
		"INSERT INTO revision (serial, prov_id, action, actor_kind, "
		"actor_name, changes, created) SELECT serial, %lld, 'import', "
		"5, 'floor', %lld, UTC_TIMESTAMP(6) FROM head",
		prov, to - from);
	query(f->my, sql);
	snprintf(sql, sizeof(sql),
		"UPDATE domain SET mailbox_count = mailbox_count + %lld, "
		"quota_allotted_bytes = quota_allotted_bytes + %lld "
		"WHERE id = %lld",
		to - from, (to - from) << 30, f->domain_id);
	query(f->my, sql);
	query(f->my, "COMMIT");
}

static long long
find_domain(MYSQL *my, const char *name)
{
	char sql[256];
	MYSQL_RES *res;
	MYSQL_ROW row;
	long long id;

	snprintf(sql, sizeof(sql),
		"SELECT id FROM domain WHERE name = '%s' AND alive = 1", name);
	query(my, sql);
	res = mysql_store_result(my);
	row = mysql_fetch_row(res);
	if (!row)
		die("no domain %s", name);
	id = strtoll(row[0], NULL, 10);
	mysql_free_result(res);
	return id;
}

static void
prepare_all(struct floor *f)
{
	prepare(&f->secret, f->my,
		"INSERT INTO secret (id, kind, value, fingerprint, created) "
		"VALUES (?, 'mailbox', ?, '0123456789abcdef', "
		"UTC_TIMESTAMP(6))",
		2, BATCH);
	prepare(&f->mailbox, f->my,
		"INSERT INTO mailbox (id, domain_id, address, name, "
		"secret_id, home, quota_bytes, password_scheme, created, "
		"updated, changed_serial) VALUES (?, ?, ?, ?, ?, ?, "
		"1073741824, 'CRYPT/sha512', UTC_TIMESTAMP(6), "
		"UTC_TIMESTAMP(6), 1)",
		6, BATCH);
	prepare(&f->part, f->my,
		"INSERT IGNORE INTO mailbox_part (part, mailbox_id) "
		"VALUES (?, ?)",
		2, PARTS);
	prepare(&f->change, f->my,
		"INSERT INTO `change` (prov_id, seq, noun, noun_id, domain_id, "
		"op, subject, version, after_image) "
		"VALUES (?, ?, 'mailbox', ?, ?, 1, ?, 1, ?)",
		6, BATCH);
	prepare(&f->key, f->my,
		"INSERT INTO change_key (prov_id, seq, kind, key_text) "
		"VALUES (?, ?, 'a', ?)",
		3, BATCH);
}

int
main(int argc, char **argv)
{
	struct floor f = { .my = mysql_init(NULL) };
	long long rows;
	int64_t start;

	if (argc != 7)
		die("usage: floor_import SOCKET NAME DOMAIN FIRST ROWS HASH");
	f.domain = argv[3];
	f.first = strtoll(argv[4], NULL, 10);
	rows = strtoll(argv[5], NULL, 10);
	f.hash = argv[6];
	if (mysql_real_connect(f.my, NULL, "root", NULL, argv[2], 0, argv[1], 0)
		== NULL)
		die("connect: %s", mysql_error(f.my));
	query(f.my, "SET SESSION tx_isolation = 'READ-COMMITTED'");
	f.domain_id = find_domain(f.my, f.domain);
	prepare_all(&f);
	start = now_us();
	for (long long i = 0; i < rows; i += BATCH)
		add_batch(&f, i, i + BATCH < rows ? i + BATCH : rows);
	printf("{\"rows\": %lld, \"us\": %lld}\n", rows,
		(long long)(now_us() - start));
	return 0;
}
