/*
 * See text_copy.h.
 */
#include "mta/text_copy.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "maps/account.h"
#include "mta/everything.h"

static bool
text_line(void *ctx, const char *key, const char *value, struct err *e)
{
	struct file_out *f = ctx;
	(void)e;
	file_put(f, key, strlen(key));
	file_put(f, " ", 1);
	file_put(f, value, strlen(value));
	file_put(f, "\n", 1);
	return true;
}

/* Hashes stay out of the copy: people read it. */
static void
text_account(struct file_out *f, const struct map_line *l)
{
	char buf[ACCOUNT_VALUE_MAX], text[ACCOUNT_VALUE_MAX + 128];
	struct account a;
	struct str s = STR_FIXED(text);
	if (!account_split(l->value, buf, &a))
		return;
	str_addf(&s, "home=%s uid=%s gid=%s quota_rule=%s%s",
		a.field[ACCOUNT_HOME], a.field[ACCOUNT_UID],
		a.field[ACCOUNT_GID], a.field[ACCOUNT_QUOTA_RULE],
		a.field[ACCOUNT_NOLOGIN][0] ? " nologin=Y" : "");
	(void)text_line(f, l->key, text, NULL);
	explicit_bzero(buf, sizeof(buf));
}

bool
text_write(const struct conf_node *c, enum map_id map,
	const struct map_lines *l, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct file_out *f = NULL;
	node_text_path(c, map, path);
	if (!file_begin(&f, path, 0640, e))
		return false;
	for (size_t i = 0; i < l->n; i++) {
		if (map == MAP_ACCOUNTS)
			text_account(f, &l->line[i]);
		else
			(void)text_line(f, l->line[i].key, l->line[i].value, e);
	}
	return file_commit(&f, e);
}

/* Read first: the lock is not held while the disk writes. */
static bool
copy_map(const struct conf_node *c, enum map_id map, struct err *e)
{
	struct map_lines l = { 0 };
	const bool ok =
		everything_live(c, map, &l, e) && text_write(c, map, &l, e);
	lines_free(&l);
	return ok;
}

bool
text_child(void *ctx, FILE *out, struct err *e)
{
	const struct text_job *j = ctx;
	(void)out;
	child_take_time();
	for (int m = 0; m < MAP_COUNT; m++)
		if ((j->maps & (1U << m))
			&& !copy_map(j->conf, (enum map_id)m, e))
			return false;
	return true;
}
