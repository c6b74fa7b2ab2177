/*
 * See outage.h. The former values are on disk before anything changes, and go
 * from there when they are back, so a process that is killed in between loses
 * nothing.
 */
#include "mta/outage.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "mta/queue.h"
#include "mta/rootd_client.h"

/* Two lines: maximal_queue_lifetime, bounce_queue_lifetime. */
static bool
split(const char *text, struct lifetimes *out)
{
	const size_t n = strcspn(text, "\n");
	const char *second = text + n + (text[n] == '\n');
	int64_t seconds;
	return str_copy_n(out->maximal, sizeof(out->maximal), text, n)
		&& str_copy_n(out->bounce, sizeof(out->bounce), second,
			strcspn(second, "\n"))
		&& queue_time(out->maximal, &seconds)
		&& queue_time(out->bounce, &seconds);
}

bool
outage_lifetimes(const struct conf *conf, struct lifetimes *out, struct err *e)
{
	char text[256];
	struct str s = STR_FIXED(text);
	return rootd_ask(conf->rootd.listen, ROOT_LIFETIMES, NULL, &s, e)
		&& (split(text, out)
			|| err_set(e, ERR_INTERNAL, "", "bad_lifetime", "",
				"the queue lifetimes are not plain times: %s",
				text));
}

bool
outage_is_on(const struct conf *conf, int64_t *since_us_r)
{
	char path[NODE_PATH_SIZE];
	struct stat st;
	node_state_path(&conf->node, "outage", path);
	if (stat(path, &st) < 0)
		return false;
	*since_us_r = st.st_mtim.tv_sec * US_PER_S;
	return true;
}

static bool
set_one(const struct conf *conf, const char *name, const char *value,
	struct err *e)
{
	char text[64];
	struct str s = STR_FIXED(text);
	str_addf(&s, "%s=%s", name, value);
	return rootd_call(conf->rootd.listen, ROOT_SET_LIFETIME, text, e);
}

static bool
set_both(const struct conf *conf, const struct lifetimes *l, struct err *e)
{
	return set_one(conf, "maximal_queue_lifetime", l->maximal, e)
		&& set_one(conf, "bounce_queue_lifetime", l->bounce, e)
		&& rootd_call(conf->rootd.listen, ROOT_RELOAD_POSTFIX, NULL, e);
}

static bool
turn_on(const struct conf *conf, const char *path, struct err *e)
{
	const struct lifetimes raised = { OUTAGE_LIFETIME, OUTAGE_LIFETIME };
	struct lifetimes now;
	char text[2 * LIFETIME_SIZE + 4];
	struct str s = STR_FIXED(text);
	int64_t since_us;
	if (!outage_is_on(conf, &since_us)) {
		if (!outage_lifetimes(conf, &now, e))
			return false;
		str_addf(&s, "%s\n%s\n", now.maximal, now.bounce);
		if (!file_write(path, text, s.len, 0600, e))
			return false;
	}
	return set_both(conf, &raised, e);
}

static bool
turn_off(const struct conf *conf, const char *path, struct err *e)
{
	struct lifetimes former;
	char *text;
	size_t len;
	struct arena *a = arena_new(8192);
	if (!a)
		return err_memory(e);
	const bool ok = file_read(path, 256, a, &text, &len, e)
		&& (split(text, &former)
			|| err_set(e, ERR_INTERNAL, "", "bad_lifetime", path,
				"%s: cannot be read", path))
		&& set_both(conf, &former, e) && file_remove(path, e);
	arena_free(&a);
	return ok;
}

bool
outage_set(const struct conf *conf, bool on, struct err *e)
{
	char path[NODE_PATH_SIZE];
	int64_t since_us;
	node_state_path(&conf->node, "outage", path);
	if (on)
		return turn_on(conf, path, e);
	return !outage_is_on(conf, &since_us) || turn_off(conf, path, e);
}
