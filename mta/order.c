/*
 * See order.h. An order is `ID rollback SERIAL` or `ID resume`; an answer `ID
 * EXIT TEXT`.
 */
#include "mta/order.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/sock.h"
#include "base/timeutil.h"
#include "mta/hold.h"
#include "mta/journal_read.h"

#define TEXT_BYTES 1024
#define WAIT_US (20 * US_PER_S)
#define PAUSE_MS 20

static bool
read_text(const struct conf_node *c, const char *name,
	char out[static TEXT_BYTES])
{
	char path[NODE_PATH_SIZE], *text;
	struct err why = ERR_EMPTY;
	size_t len;
	node_state_path(c, name, path);
	if (access(path, F_OK) < 0)
		return false;
	struct arena *a = arena_new(16384);
	const bool ok = a
		&& file_read(path, TEXT_BYTES - 1, a, &text, &len, &why)
		&& str_copy(out, TEXT_BYTES, text);
	arena_free(&a);
	return ok;
}

static void
answer(struct node *n, const char *id, const struct err *e)
{
	char path[NODE_PATH_SIZE], text[TEXT_BYTES];
	struct err why = ERR_EMPTY;
	struct str s = STR_FIXED(text);
	str_addf(&s, "%s %d %s\n", id, err_exit_code(e->code),
		err_is_set(e) ? err_text(e) : "done");
	node_state_path(&n->conf->node, "order.done", path);
	if (!file_write(path, text, s.len, 0600, &why))
		log_warn("%s", err_text(&why));
	node_state_path(&n->conf->node, "order", path);
	why = (struct err)ERR_EMPTY;
	if (!file_remove(path, &why))
		log_warn("%s", err_text(&why));
}

void
order_run(struct node *n)
{
	char text[TEXT_BYTES], id[32] = "";
	struct journal_hold to = { false, 0 };
	struct err e = ERR_EMPTY;
	if (!read_text(&n->conf->node, "order", text))
		return;
	if (sscanf(text, "%31s rollback %" SCNu64, id, &to.serial) == 2)
		to.is_held = true;
	else if (!strstr(text, " resume\n"))
		(void)err_set(&e, ERR_INVALID, "", "bad_order", "",
			"the order cannot be read");
	if (!err_is_set(&e))
		(void)!hold_order(n, to, &e);
	if (err_is_set(&e))
		log_warn("order: %s", err_text(&e));
	answer(n, id, &e);
}

static int
wait_for_answer(const struct conf *conf, const char *id)
{
	char text[TEXT_BYTES], whose[32], *what;
	const int64_t until = monotonic_us() + WAIT_US;
	while (monotonic_us() < until) {
		int status = 0, at = 0;
		if (read_text(&conf->node, "order.done", text)
			&& sscanf(text, "%31s %d %n", whose, &status, &at) == 2
			&& strcmp(whose, id) == 0) {
			what = text + at;
			fputs(what, status == 0 ? stdout : stderr);
			return status;
		}
		poll(NULL, 0, PAUSE_MS);
	}
	fputs("postroom-mapd does not answer: it will do this when it can\n",
		stderr);
	return err_exit_code(ERR_UNAVAILABLE);
}

int
order_command(const struct conf *conf, struct journal_hold to)
{
	char path[NODE_PATH_SIZE], text[128], id[32];
	struct str s = STR_FIXED(text);
	struct err e = ERR_EMPTY;
	snprintf(id, sizeof(id), "%d-%" PRId64, (int)getpid(), now_us());
	str_add(&s, id);
	if (to.is_held)
		str_addf(&s, " rollback %" PRIu64 "\n", to.serial);
	else
		str_add(&s, " resume\n");
	node_state_path(&conf->node, "order", path);
	if (!file_write(path, text, s.len, 0600, &e)) {
		fprintf(stderr, "postroom-mapd: %s\n", err_text(&e));
		return err_exit_code(e.code);
	}
	sock_wake(conf->map.wake);
	return wait_for_answer(conf, id);
}

static bool
print_record(void *ctx, const struct journal_record *r, struct err *e)
{
	char at[TIME_TEXT_SIZE];
	(void)ctx;
	(void)e;
	if (r->added + r->changed + r->removed == 0)
		return true;
	time_rfc3339(r->at_us, at);
	printf("%" PRIu64 " %s +%zu ~%zu -%zu", r->to, at, r->added, r->changed,
		r->removed);
	if (r->hold.is_held)
		printf(" held at %" PRIu64, r->hold.serial);
	putchar('\n');
	return true;
}

static bool
print_anew(void *ctx, uint64_t serial, struct err *e)
{
	(void)ctx;
	(void)e;
	printf("%" PRIu64 " all made anew\n", serial);
	return true;
}

int
history_command(const struct conf *conf)
{
	struct err e = ERR_EMPTY;
	const struct journal_reader reader = { .record = print_record,
		.anew = print_anew };
	if (journal_read(conf->node.state, 0, &reader, &e))
		return 0;
	fprintf(stderr, "postroom-mapd: %s\n", err_text(&e));
	return err_exit_code(e.code);
}
