/*
 * Lists of values inside a statement.
 */
#include "db/in_list.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

static size_t
padded(size_t n)
{
	static const size_t sizes[] = { 1, 4, 16, IN_LIST_MAX };

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		if (n <= sizes[i])
			return sizes[i];
	return IN_LIST_MAX;
}

bool
db_query_in_more(struct db *db, const char *head, const char *tail, char kind,
	const char *out, const struct arg *args, size_t n, const char *more_in,
	const struct arg *more, size_t n_more, struct rows *rows_r,
	struct err *e)
{
	char text[4096], in[IN_LIST_MAX + IN_LIST_MORE + 1];
	struct arg all[IN_LIST_MAX + IN_LIST_MORE];
	struct str s = STR_FIXED(text);
	size_t size = padded(n);

	assert(n > 0 && n <= IN_LIST_MAX && n_more <= IN_LIST_MORE);
	str_add(&s, head);
	for (size_t i = 0; i < size; i++) {
		str_add(&s, i ? ", ?" : " (?");
		all[i] = args[i < n ? i : n - 1];
		in[i] = kind;
	}
	for (size_t i = 0; i < n_more; i++) {
		all[size + i] = more[i];
		in[size + i] = more_in[i];
	}
	in[size + n_more] = '\0';
	str_add(&s, ") ");
	str_add(&s, tail);
	assert(str_is_ok(&s));
	return db_query_text(db, &(const struct sql){ text, in, out }, all,
		size + n_more, rows_r, e);
}

bool
db_query_in(struct db *db, const char *head, const char *tail, char kind,
	const char *out, const struct arg *args, size_t n, struct rows *rows_r,
	struct err *e)
{
	return db_query_in_more(
		db, head, tail, kind, out, args, n, "", NULL, 0, rows_r, e);
}
