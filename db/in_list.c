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
db_query_in(struct db *db, const char *head, const char *tail, char kind,
	const char *out, const struct arg *args, size_t n, struct rows *rows_r,
	struct err *e)
{
	char text[4096], in[IN_LIST_MAX + 1];
	struct arg all[IN_LIST_MAX];
	struct str s = STR_FIXED(text);
	size_t size = padded(n);

	assert(n > 0 && n <= IN_LIST_MAX);
	str_add(&s, head);
	for (size_t i = 0; i < size; i++) {
		str_add(&s, i ? ", ?" : " (?");
		all[i] = args[i < n ? i : n - 1];
		in[i] = kind;
	}
	in[size] = '\0';
	str_add(&s, ") ");
	str_add(&s, tail);
	assert(str_is_ok(&s));
	return db_query_text(
		db, &(const struct sql){ text, in, out }, all, size, rows_r, e);
}
