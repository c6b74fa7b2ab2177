/*
 * postroom-prober: asks this machine's own Postfix what it answers to RCPT,
 * for postroom-mapd, which may not open connections itself.
 *
 * It serves one connection at a time and takes nothing from a peer but two
 * addresses and a name. After its start it can open no file, run no program
 * and make no process.
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/sock.h"
#include "maps/envelope.h"
#include "mta/daemon.h"
#include "mta/prober.h"

#define PEER_MS 2000

struct app {
	struct conf conf;
	uid_t allowed;
	int listen_fd, signal_fd;
};

static const char usage[] =
	"usage: postroom-prober [-c FILE]\n"
	"Asks this machine's Postfix about a recipient, for postroom-mapd.\n";

/* Texts that end, and that cannot end a command of SMTP. */
static bool
is_fit(struct probe_in *in)
{
	char out[ENVELOPE_SIZE];
	struct err e = ERR_EMPTY;
	in->recipient[sizeof(in->recipient) - 1] = '\0';
	in->sender[sizeof(in->sender) - 1] = '\0';
	in->helo[sizeof(in->helo) - 1] = '\0';
	return envelope_check(in->recipient, out, sizeof(out), &e)
		&& envelope_check(in->sender, out, sizeof(out), &e)
		&& envelope_check(in->helo, out, sizeof(out), &e);
}

static void
serve(void *ctx, int fd)
{
	const struct app *app = ctx;
	struct sock_peer peer;
	struct probe_in in;
	struct prober_answer a = { .is_ok = false };
	struct err e = ERR_EMPTY;

	if (!sock_peer(fd, &peer, &e) || peer.uid != app->allowed) {
		log_warn(
			"refused uid %d, pid %d", (int)peer.uid, (int)peer.pid);
		return;
	}
	if (!sock_set_timeout(fd, PEER_MS)
		|| recv(fd, &in, sizeof(in), MSG_WAITALL)
			!= (ssize_t)sizeof(in))
		return;
	a.is_ok = is_fit(&in) ? smtp_probe(
			  (unsigned)app->conf.node.smtp_port, &in, &a.out, &e)
			      : err_set(&e, ERR_INVALID, "", "bad_character",
				      "", "an address is not read here");
	memcpy(a.reason, e.item[0].reason, sizeof(a.reason));
	memcpy(a.text, e.item[0].text, sizeof(a.text));
	log_kv(LOG_LEVEL_INFO, "probed", "recipient", in.recipient, "reply",
		a.is_ok ? a.out.reply : a.text, NULL);
	if (send(fd, &a, sizeof(a), MSG_NOSIGNAL) < 0)
		log_warn("peer left before its answer: %s", strerror(errno));
}

static void
start(struct app *app)
{
	static const char *const readable[] = { "/dev/null", NULL };
	const struct sandbox box = { .drop_capabilities = true,
		.deny_exec = true,
		.deny_fork = true,
		.read_paths = readable };
	const struct passwd *pw = getpwnam(app->conf.rootd.allow_user);
	struct err e = ERR_EMPTY;

	if (!pw)
		fatal("no such user: %s", app->conf.rootd.allow_user);
	app->allowed = pw->pw_uid;
	if (!sock_listen(app->conf.probe.listen, SOCK_STREAM, 0600,
		    &app->listen_fd, &e))
		fatal("%s", err_text(&e));
	app->signal_fd = daemon_signals();
	if (!sandbox_enter(&box, NULL, &e))
		fatal("%s", err_text(&e));
	log_info("serving %s", app->conf.probe.listen);
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
			puts("postroom-prober " POSTROOM_VERSION);
			return 0;
		} else {
			fputs(usage, c == 'h' ? stdout : stderr);
			return c == 'h' ? 0 : 2;
		}
	}
	log_init("postroom-prober", LOG_LEVEL_INFO);
	if (!conf_load(&app.conf, conf_path(file), &e))
		fatal("%s", err_text(&e));
	start(&app);
	daemon_loop(app.listen_fd, app.signal_fd, serve, &app);
	return 0;
}
