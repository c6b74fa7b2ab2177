/*
 * postroom-rootd: the only program that runs as root on a mail node.
 *
 * It serves one connection at a time on a SOCK_SEQPACKET socket: looks who is
 * there (SO_PEERCRED), reads one request, runs its fixed command and answers. It reads no file but its configuration and takes
 * nothing from a peer but a verb and one argument of a strict grammar.
 */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/sock.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "mta/daemon.h"
#include "mta/root_exec.h"
#include "mta/root_verbs.h"

#define PEER_MS 2000

struct app {
	struct conf conf;
	uid_t allowed;
	int listen_fd, signal_fd;
	struct root_bucket bucket[ROOT_VERBS];
};

static const char usage[] =
	"usage: postroom-rootd [-c FILE]\n"
	"Runs a closed list of commands as root for postroom-mapd.\n";

static void
answer(int fd, int status, const char *text)
{
	char buf[ROOT_PACKET_MAX];
	struct str s = STR_FIXED(buf);
	str_addf(&s, "%d\n", status);
	do {
		const size_t room = sizeof(buf) - 1 - s.len;
		const size_t n = strnlen(text, room);
		str_add_n(&s, text, n);
		text += n;
		if (send(fd, s.data, s.len, MSG_NOSIGNAL) < 0) {
			log_warn("peer left before its answer: %s",
				strerror(errno));
			return;
		}
		str_reset(&s);
	} while (*text);
}

static void
run(struct app *app, int fd, const struct root_request *r)
{
	struct root_command c;
	struct root_result res;
	char status[12], took[24];
	const int64_t t0 = monotonic_us();

	root_request_command(r, &app->conf.rootd, &c);
	root_exec(&c, &res);
	struct str s = STR_FIXED(status), t = STR_FIXED(took);
	str_add_i64(&s, res.status);
	str_add_i64(&t, (monotonic_us() - t0) / 1000);
	log_kv(res.status == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "ran", "verb",
		root_verb_name(r->verb), "arg", r->arg, "status", status,
		"took_ms", took, "output",
		res.status == 0 || !res.output ? "" : res.output, NULL);
	answer(fd, res.status, res.output ? res.output : "");
	root_result_free(&res);
}

static void
serve(void *ctx, int fd)
{
	struct app *app = ctx;
	struct sock_peer peer;
	struct root_request r;
	struct err e = ERR_EMPTY;
	char buf[ROOT_REQUEST_MAX + 1];

	if (!sock_peer(fd, &peer, &e) || peer.uid != app->allowed) {
		log_warn(
			"refused uid %d, pid %d", (int)peer.uid, (int)peer.pid);
		return;
	}
	if (!sock_set_timeout(fd, PEER_MS))
		return;
	const ssize_t n = recv(fd, buf, sizeof(buf), 0);
	if (n <= 0)
		return;
	if (!root_request_parse(buf, (size_t)n, &r, &e)) {
		log_kv(LOG_LEVEL_WARN, "refused a request", "reason",
			e.item[0].reason, NULL);
		answer(fd, 126, e.item[0].reason);
		return;
	}
	if (!root_bucket_take(&app->bucket[r.verb], root_verb_rate(r.verb),
		    monotonic_us() / 1000)) {
		log_kv(LOG_LEVEL_WARN, "asked too often", "verb",
			root_verb_name(r.verb), NULL);
		answer(fd, 75, "asked too often");
		return;
	}
	run(app, fd, &r);
}

/*
 * postfix(1) and doveadm(1) signal daemons, change user and read everybody's
 * files; whatever else root may do is given up for good.
 */
static void
limit_capabilities(void)
{
	static const int kept[] = { CAP_CHOWN, CAP_DAC_OVERRIDE,
		CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_KILL, CAP_SETGID,
		CAP_SETUID, CAP_SYS_CHROOT };
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		bool keep = false;
		for (size_t i = 0; i < ARRAY_LEN(kept); i++)
			keep = keep || kept[i] == cap;
		if (!keep)
			prctl(PR_CAPBSET_DROP, cap);
	}
}

static void
start(struct app *app)
{
	struct err e = ERR_EMPTY;
	const struct sandbox box = { .drop_capabilities = false };
	const struct conf_rootd *c = &app->conf.rootd;
	const struct passwd *pw = getpwnam(c->allow_user);

	if (!pw)
		fatal("no such user: %s", c->allow_user);
	app->allowed = pw->pw_uid;
	const int handed_over = sock_handed_over();
	if (handed_over > 0)
		app->listen_fd = 3;
	else if (!sock_bind(
			 c->listen, SOCK_SEQPACKET, 0600, &app->listen_fd, &e))
		fatal("%s", err_text(&e));
	else if (geteuid() == 0 && chown(c->listen, pw->pw_uid, (gid_t)-1) < 0)
		fatal("%s: %s", c->listen, strerror(errno));
	app->signal_fd = daemon_signals();
	limit_capabilities();
	if (!sandbox_enter(&box, NULL, &e))
		fatal("%s", err_text(&e));
	log_info("serving %s for %s", c->listen, c->allow_user);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = { { "help", 0, NULL, 'h' },
		{ "version", 0, NULL, 'V' }, { 0 } };
	static struct app app;
	const char *file = NULL;
	struct err e = ERR_EMPTY;
	int c;

	while ((c = getopt_long(argc, argv, "c:hV", longs, NULL)) != -1) {
		if (c == 'c') {
			file = optarg;
		} else if (c == 'V') {
			puts("postroom-rootd " POSTROOM_VERSION);
			return 0;
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	log_init("postroom-rootd", LOG_LEVEL_INFO);
	if (!conf_load(&app.conf, conf_path(file), &e))
		fatal("%s", err_text(&e));
	start(&app);
	daemon_loop(app.listen_fd, app.signal_fd, serve, &app);
	return 0;
}
