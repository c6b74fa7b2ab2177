/*
 * postroom-mapd: the publisher of a mail node.
 *
 * One loop: a datagram or a second's end starts a round (publish.h); timers
 * end whitelist entries, run reloads that waited, look at the files, write
 * text copies, report. What takes long (making files anew, comparing all,
 * reading files through) runs in one child at a time, beside the rounds.
 */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/sock.h"
#include "base/timeutil.h"
#include "mta/ask_cmd.h"
#include "mta/check_cmd.h"
#include "mta/daemon.h"
#include "mta/health.h"
#include "mta/hold.h"
#include "mta/live.h"
#include "mta/node.h"
#include "mta/order.h"
#include "mta/publish.h"
#include "mta/rebuild.h"
#include "mta/relay.h"
#include "mta/reload.h"
#include "mta/report.h"
#include "mta/requests.h"
#include "mta/sessions.h"
#include "mta/text_copy.h"

#define POLL_US (1 * US_PER_S)
#define LOOK_US (2 * US_PER_S)
#define CHECK_US (600 * US_PER_S)
#define LISTEN_TRIES 30
#define TEXT_REST 20 /* a text copy rests this many times its duration */

enum work { WORK_NONE, WORK_REBUILD, WORK_CHECK, WORK_VERIFY, WORK_TEXT };

struct app {
	struct conf conf;
	struct node node;
	struct facts facts;
	int wake_fd, signal_fd;
	struct child child;
	enum work work;
	unsigned work_maps;
	int64_t work_started;
	unsigned suspects; /* maps to be read through */
	bool is_verified;  /* all maps were read through once */
	int64_t next_poll, next_look, next_check, next_text, next_rebuild;
};

static const char usage[] =
	"usage: postroom-mapd [-c FILE] [OPTION]\n"
	"Publishes the database's domains, mailboxes, aliases and whitelist\n"
	"to the map files of this mail node.\n"
	"  --check            compare the files with the database\n"
	"  --rollback SERIAL  put routing back to what it was then, and hold\n"
	"  --resume           publish again\n"
	"  --history          what was published on this node\n"
	"  --ask VERB [JSON]  answer one question of this node\n";

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* An error of a round: away is normal, the rest is reported. */
static void
note_failure(struct app *app, const struct err *e)
{
	if (e->code == ERR_UNAVAILABLE && !app->node.damaged) {
		log_warn("%s", err_text(e));
		node_disconnect(&app->node);
	} else if (e->code != ERR_RETRY) {
		node_set_message(&app->node, err_text(e));
	}
}

static void
stand_alone(struct node *n)
{
	struct err e = ERR_EMPTY;
	if (!hold_alone(n, &e))
		node_set_message(n, err_text(&e));
}

static void
publish(struct app *app)
{
	struct node *n = &app->node;
	struct err e = ERR_EMPTY;
	const bool is_whole = !n->damaged && app->is_verified;

	app->next_poll = monotonic_us() + POLL_US;
	if (is_whole)
		order_run(n);
	bool ok = node_connect(n, &e);
	if (!ok && is_whole)
		stand_alone(n);
	else if (ok)
		ok = is_whole ? publish_round(n, &e) : publish_relays(n, &e);
	if (!ok)
		note_failure(app, &e);
	else if (is_whole && n->reload_retry_us == 0)
		node_set_message(n, n->hold_problem);
}

/* What a hand changed is put right first: see kept.h. */
static unsigned
due_texts(const struct app *app, int64_t now)
{
	unsigned maps = 0;
	if (now < app->next_text)
		return 0;
	for (int m = 0; m < MAP_COUNT; m++)
		if (app->node.text_due_us[m] && app->node.text_due_us[m] <= now
			&& health_is_ours(&app->node, (enum map_id)m))
			maps |= 1U << m;
	return maps;
}

static bool
start_text(struct app *app, unsigned maps, struct err *e)
{
	struct node *n = &app->node;
	struct text_job j = { &n->conf->node, maps };
	for (int m = 0; m < MAP_COUNT; m++)
		if (maps & (1U << m))
			n->text_due_us[m] = 0;
	return node_fork(n, &app->child, text_child, &j, 300000, e);
}

/* Start what is due; damage first. */
static void
start_work(struct app *app)
{
	struct node *n = &app->node;
	struct err e = ERR_EMPTY;
	const int64_t now = monotonic_us();
	const unsigned texts = due_texts(app, now);
	enum work w = WORK_NONE;
	bool ok = true;

	if (n->damaged && app->is_verified) {
		if (now < app->next_rebuild)
			return;
		w = WORK_REBUILD;
		app->work_maps = n->damaged;
		n->is_rebuilding = true;
		app->next_rebuild = now + 2 * US_PER_S;
		ok = rebuild_start(n, n->damaged, &app->child, &e);
	} else if (app->suspects) {
		w = WORK_VERIFY;
		app->work_maps = app->suspects;
		app->suspects = 0;
		ok = health_start(n, app->work_maps, &app->child, &e);
	} else if (n->source && (n->check_due || now >= app->next_check)) {
		w = WORK_CHECK;
		n->check_due = false;
		app->next_check = now + CHECK_US;
		ok = publish_relays(n, &e) && check_start(n, &app->child, &e);
	} else if (texts) {
		w = WORK_TEXT;
		app->work_maps = texts;
		ok = start_text(app, texts, &e);
	}
	app->work = ok ? w : WORK_NONE;
	app->work_started = now;
	if (!ok) {
		n->is_rebuilding = false;
		note_failure(app, &e);
	}
}

static void
work_failed(struct app *app, const struct err *e)
{
	struct node *n = &app->node;
	log_warn("%s", err_text(e));
	if (app->work == WORK_REBUILD)
		node_set_message(n, err_text(e));
	else if (app->work == WORK_CHECK)
		app->next_check = monotonic_us() + 10 * US_PER_S;
	else if (app->work == WORK_VERIFY)
		app->suspects |= app->work_maps;
	else if (app->work == WORK_TEXT)
		app->next_text = monotonic_us() + 10 * US_PER_S;
	/* A file that ended the child is read through. */
	if (app->work != WORK_REBUILD && app->work != WORK_VERIFY)
		app->suspects |= n->own_maps;
}

static void
work_done(struct app *app, struct err *e)
{
	struct node *n = &app->node;
	const int64_t now = monotonic_us();
	bool ok = true;
	switch (app->work) {
	case WORK_REBUILD:
		n->is_rebuilding = false;
		ok = rebuild_take(n, app->work_maps, &app->child, e);
		break;
	case WORK_CHECK:
		ok = check_take(n, &app->child, e);
		break;
	case WORK_VERIFY:
		health_take(n, app->work_maps, &app->child);
		app->is_verified = true;
		break;
	case WORK_TEXT:
		app->next_text = now + TEXT_REST * (now - app->work_started);
		break;
	case WORK_NONE:
		break;
	}
	if (!ok)
		node_set_message(n, err_text(e));
}

/* Returns whether a piece of work has just ended. */
static bool
finish_work(struct app *app)
{
	struct err e = ERR_EMPTY;
	if (app->work == WORK_NONE)
		return false;
	const enum child_state s = child_read(&app->child, &e);
	if (s == CHILD_RUNNING)
		return false;
	if (s == CHILD_OK)
		work_done(app, &e);
	else
		work_failed(app, &e);
	app->node.is_rebuilding = false;
	child_free(&app->child);
	app->work = WORK_NONE;
	return true;
}

static void
end_expired(struct app *app)
{
	struct err e = ERR_EMPTY;
	if (!relay_refresh(&app->node, &e))
		node_set_message(&app->node, err_text(&e));
}

/* When there is something to do that does not begin beside a piece of work. */
static int64_t
idle_next_us(const struct app *app)
{
	int64_t t = app->next_look;
	for (int m = 0; m < MAP_COUNT; m++) {
		const int64_t due = app->node.text_due_us[m];
		if (due)
			t = sooner(
				t, due > app->next_text ? due : app->next_text);
	}
	return t;
}

static int
wait_ms(const struct app *app, int64_t expiry_us)
{
	const int64_t now = monotonic_us();
	int64_t t = sooner(app->next_poll, requests_next_us(&app->node));
	t = sooner(t, reload_next_us(&app->node));
	t = sooner(t, sessions_next_us(&app->node));
	if (expiry_us != TIME_NONE)
		t = sooner(t, now + (expiry_us - now_us()));
	if (app->work != WORK_NONE)
		t = sooner(t, now + 200000);
	else
		t = sooner(t, idle_next_us(app));
	return t <= now ? 0 : (int)((t - now) / 1000 + 1);
}

/* One turn; false ends the program. */
static bool
turn(struct app *app)
{
	const int64_t expiry = relay_next(&app->node);
	struct pollfd p[4] = { { .fd = app->wake_fd, .events = POLLIN },
		{ .fd = app->signal_fd, .events = POLLIN },
		{ .fd = app->work == WORK_NONE ? -1 : app->child.fd,
			.events = POLLIN },
		{ .fd = app->node.asked.child.fd, .events = POLLIN } };

	if (poll(p, 4, wait_ms(app, expiry)) < 0 && errno != EINTR)
		fatal("poll: %s", strerror(errno));
	if (p[1].revents)
		return false;
	if (p[0].revents) {
		sock_drain(app->wake_fd);
		requests_wake(&app->node);
	}
	if (expiry != TIME_NONE && now_us() >= expiry)
		end_expired(app);
	reload_run(&app->node);
	const bool ended = finish_work(app);
	const int64_t now = monotonic_us();
	if (now >= app->next_look && app->work == WORK_NONE) {
		app->suspects |= health_look(&app->node);
		app->next_look = now + LOOK_US;
	}
	if (p[0].revents || ended || now >= app->next_poll)
		publish(app);
	if (app->work == WORK_NONE)
		start_work(app);
	reload_run(&app->node);
	sessions_run(&app->node);
	report_run(&app->node);
	requests_run(&app->node);
	return true;
}

static void
enter_sandbox(const struct conf *c)
{
	char mail_conf[sizeof(c->rootd.dovecot_config)];
	snprintf(mail_conf, sizeof(mail_conf), "%s", c->rootd.dovecot_config);
	const char *const readable[] = { "/etc", "/usr", "/lib", "/dev/null",
		"/dev/urandom", "/run/mysqld", "/run/systemd/resolve",
		c->node.feed_token_file, c->node.feed_ca,
		c->rootd.postfix_config, dirname(mail_conf), NULL };
	char dovecot[sizeof(c->node.dovecot_db)];
	struct err e = ERR_EMPTY;
	int abi;
	snprintf(dovecot, sizeof(dovecot), "%s", c->node.dovecot_db);
	const bool has_users = role_has(c->node.role, MAP_ACCOUNTS);
	const char *const writable[] = { c->node.postfix_maps, c->node.state,
		has_users ? dirname(dovecot) : NULL, NULL };
	const struct sandbox box = { .drop_capabilities = true,
		.deny_exec = true,
		.deny_inet = c->node.feed_url[0] == '\0',
		.read_paths = readable,
		.write_paths = writable };
	if (!sandbox_enter(&box, &abi, &e))
		fatal("%s", err_text(&e));
}

static void
start(struct app *app)
{
	struct err e = ERR_EMPTY;

	if (!sock_listen(
		    app->conf.map.wake, SOCK_DGRAM, 0666, &app->wake_fd, &e))
		fatal("%s", err_text(&e));
	app->signal_fd = daemon_signals();
	facts_learn(&app->conf, &app->facts);
	enter_sandbox(&app->conf);
	if (!node_open(&app->node, &app->conf, &e)
		|| !live_start(&app->node, &e) || !hold_load(&app->node, &e)
		|| !relay_load(&app->node, &e)
		|| !relay_refresh(&app->node, &e))
		fatal("%s", err_text(&e));
	sessions_load(&app->node);
	app->node.facts = &app->facts;
	app->suspects = app->node.own_maps;
	app->is_verified = app->suspects == 0;
	app->next_check = INT64_MAX;
	log_info("node %s, serial %llu", app->conf.map.node,
		(unsigned long long)app->node.applied);
}

static int
serve(struct app *app)
{
	app->child.fd = -1;
	start(app);
	while (turn(app))
		;
	child_free(&app->child);
	node_close(&app->node);
	log_info("ended");
	return 0;
}

/* What the operator asks for beside the running publisher. */
enum ask {
	ASK_SERVE,
	ASK_CHECK,
	ASK_ROLLBACK,
	ASK_RESUME,
	ASK_HISTORY,
	ASK_VERB
};

static int
show_usage(bool is_wanted)
{
	fputs(usage, is_wanted ? stdout : stderr);
	return is_wanted ? 0 : 2;
}

static int
run(struct app *app, enum ask ask, const char *arg, const char *more)
{
	int64_t serial = 0;
	switch (ask) {
	case ASK_CHECK:
		return check_command(&app->conf);
	case ASK_ROLLBACK:
		if (!str_to_i64(arg, 0, INT64_MAX, &serial))
			return show_usage(false);
		return order_command(&app->conf,
			(struct journal_hold){ true, (uint64_t)serial });
	case ASK_RESUME:
		return order_command(
			&app->conf, (struct journal_hold){ false, 0 });
	case ASK_HISTORY:
		return history_command(&app->conf);
	case ASK_VERB:
		return ask_command(&app->conf, arg, more ? more : "{}");
	case ASK_SERVE:
		break;
	}
	return serve(app);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = { { "help", 0, NULL, 'h' },
		{ "version", 0, NULL, 'V' }, { "check", 0, NULL, ASK_CHECK },
		{ "rollback", 1, NULL, ASK_ROLLBACK },
		{ "resume", 0, NULL, ASK_RESUME },
		{ "history", 0, NULL, ASK_HISTORY },
		{ "ask", 1, NULL, ASK_VERB }, { 0 } };
	static struct app app;
	const char *file = NULL, *arg = NULL;
	enum ask ask = ASK_SERVE;
	struct err e = ERR_EMPTY;
	int c;

	while ((c = getopt_long(argc, argv, "c:hV", longs, NULL)) != -1) {
		if (c == 'c') {
			file = optarg;
		} else if (c == 'V') {
			puts("postroom-mapd " POSTROOM_VERSION);
			return 0;
		} else if (c == 'h' || c == '?') {
			return show_usage(c == 'h');
		} else {
			ask = (enum ask)c;
			arg = optarg;
		}
	}
	log_init("postroom-mapd", LOG_LEVEL_INFO);
	if (!conf_load(&app.conf, conf_path(file), &e))
		fatal("%s", err_text(&e));
	umask(027);
	if (geteuid() == 0 && !sandbox_become(app.conf.map.user, &e))
		fatal("%s", err_text(&e));
	return run(&app, ask, arg, argv[optind]);
}
