/*
 * See relay.h.
 */
#include "mta/relay.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "mta/reload.h"

#define FILE_BYTES (16UL * 1024 * 1024)

/* The table as it is on disk, "" when there is none. */
static bool
read_text(const char *path, struct arena *a, char **text_r, struct err *e)
{
	struct err why = ERR_EMPTY;
	size_t len;
	if (file_read(path, FILE_BYTES, a, text_r, &len, &why))
		return true;
	*text_r = arena_strdup(a, "");
	return why.code == ERR_NOT_FOUND && *text_r ? true
						    : err_merge(e, &why, NULL);
}

/* The list as the state file has it. */
static bool
load_state(struct node *n, struct arena *a, bool *is_there_r, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	node_state_path(&n->conf->node, "whitelist", path);
	if (!read_text(path, a, &text, e))
		return false;
	*is_there_r = text[0] != '\0';
	return !*is_there_r || relay_parse(text, &n->relays, e);
}

/* The list as Postfix has it: what is open stays open until the database
 * says otherwise, and nothing else is. */
static bool
load_table(struct node *n, struct arena *a, struct err *e)
{
	char path[NODE_PATH_SIZE], *text;
	node_cidr_path(&n->conf->node, path);
	relay_free(&n->relays);
	n->relay_state_due = true;
	if (!read_text(path, a, &text, e)
		|| !relay_read_table(text, &n->relays, e))
		return false;
	if (n->relays.n > 0)
		log_warn("%zu networks were taken from %s", n->relays.n, path);
	return true;
}

bool
relay_load(struct node *n, struct err *e)
{
	struct arena *a = arena_new(4 * FILE_BYTES);
	struct err why = ERR_EMPTY;
	bool is_there = false;
	if (!a)
		return err_memory(e);
	bool ok = load_state(n, a, &is_there, &why);
	if (!ok)
		log_warn("%s", err_text(&why));
	if (!ok || !is_there)
		ok = load_table(n, a, e);
	arena_free(&a);
	return ok;
}

static bool
write_state(struct node *n, struct arena *a, struct err *e)
{
	char path[NODE_PATH_SIZE];
	struct str s = str_in(a, FILE_BYTES);
	node_state_path(&n->conf->node, "whitelist", path);
	if (!relay_state(&n->relays, &s))
		return err_memory(e);
	return file_write(path, str_text(&s), s.len, 0600, e);
}

/* Write the table when it differs; a reload is on record before it does. */
static bool
write_table(struct node *n, struct arena *a, struct err *e)
{
	char path[NODE_PATH_SIZE], *old;
	struct str s = str_in(a, FILE_BYTES);
	const int64_t now = now_us();

	node_cidr_path(&n->conf->node, path);
	if (!relay_table(&n->relays, now, &s))
		return err_memory(e);
	if (!read_text(path, a, &old, e))
		return false;
	n->cidr_mark = file_mark_of(path);
	if (n->cidr_mark.ino && strcmp(old, str_text(&s)) == 0)
		return true;
	const bool closes = relay_closes(old, &n->relays, now);
	if (!journal_intend(n->journal, n->applied, RELOAD_POSTFIX, NULL, NULL,
		    NULL, e))
		return false;
	reload_want(n, closes || n->cidr_mark.ino == 0);
	if (!file_write(path, str_text(&s), s.len, 0640, e))
		return false;
	n->cidr_mark = file_mark_of(path);
	log_info("whitelist written: %zu networks%s", n->relays.n,
		closes ? ", closes a relay" : "");
	return true;
}

static bool
write_due(struct node *n, struct err *e)
{
	struct arena *a = arena_new(6 * FILE_BYTES);
	if (!a)
		return err_memory(e);
	bool ok = true;
	if (relay_end(&n->relays, now_us()))
		n->relay_state_due = true;
	if (n->relay_state_due) {
		ok = write_state(n, a, e);
		n->relay_state_due = !ok;
	}
	ok = ok && write_table(n, a, e);
	arena_free(&a);
	return ok;
}

bool
relay_refresh(struct node *n, struct err *e)
{
	return !role_has_relays(n->conf->node.role) || write_due(n, e);
}

bool
relay_publish(struct node *n, struct relay_list *wanted, struct err *e)
{
	relay_sort(wanted);
	if (!relay_equal(&n->relays, wanted))
		n->relay_state_due = true;
	wanted->past_us = n->relays.past_us;
	relay_free(&n->relays);
	n->relays = *wanted;
	*wanted = (struct relay_list){ 0 };
	return write_due(n, e);
}

int64_t
relay_next(const struct node *n)
{
	return relay_next_expiry(&n->relays, now_us());
}
