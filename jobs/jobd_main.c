/* postroom-jobd: main file. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/charset.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/seal.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "jobs/hashers.h"
#include "jobs/jobd.h"

static const char usage[] =
	"Usage: postroom-jobd [-c FILE]\n"
	"\n"
	"Does background jobs and what is due by its date, until SIGTERM.\n"
	"\n"
	"  -c FILE    configuration (default $POSTROOM_CONF, then\n"
	"             /etc/postroom/postroom.conf)\n"
	"  --help, --version\n";

static volatile sig_atomic_t is_ending;

static void
on_end(int number)
{
	(void)number;
	is_ending = 1;
}

/* Blocked but for the rests between two steps, so a batch is never cut. */
static void
take_signals(void)
{
	struct sigaction sa = { .sa_handler = on_end };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
}

/* Nobody else, not even this program started again, has the same name. */
static void
name_holder(struct jobd *d)
{
	char host[40] = "host", token[9];

	(void)gethostname(host, sizeof(host) - 1);
	token_make(token, sizeof(token) - 1);
	(void)snprintf(d->holder, sizeof(d->holder), "%.30s:%ld:%s", host,
		(long)getpid(), token);
}

/* What libraries load late, what names its user, and its own key. */
static bool
enter_sandbox(const struct conf *conf, struct err *e)
{
	char credential[512];
	const char *const read_paths[] = { "/usr", "/lib", "/lib64", "/etc",
		"/dev/urandom", conf->password.common_file,
		seal_place(
			conf->secrets.key_file, credential, sizeof(credential)),
		conf->database.password_file[0] != '\0'
			? conf->database.password_file
			: NULL,
		NULL };
	static const char *const write_paths[] = { "/dev/null", NULL };
	const struct sandbox s = { .drop_capabilities = true,
		.deny_exec = true,
		.deny_inet = true,
		.deny_fork = true,
		.read_paths = read_paths,
		.write_paths = write_paths };

	return sandbox_enter(&s, NULL, e);
}

static void
start(struct jobd *d, const char *conf_file)
{
	struct err e = ERR_EMPTY;

	if (!conf_load(&d->conf, conf_path(conf_file), &e))
		fatal("%s", err_text(&e));
	if (!token_start())
		fatal("libsodium does not start");
	/* Before the sandbox, which lets nobody fork or open files of iconv. */
	charset_warm();
	d->hashers = hashers_start();
	if (!enter_sandbox(&d->conf, &e))
		fatal("%s", err_text(&e));
	d->arena = arena_new(JOBD_ARENA_BYTES);
	if (d->arena == NULL)
		fatal("no memory");
	d->is_ending = &is_ending;
	name_holder(d);
}

int
main(int argc, char **argv)
{
	static struct jobd d;
	const char *conf_file = NULL;

	log_init("postroom-jobd", LOG_LEVEL_INFO);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return fputs(usage, stdout) < 0;
		if (strcmp(argv[i], "--version") == 0)
			return puts("postroom-jobd " POSTROOM_VERSION) < 0;
		if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
			conf_file = argv[++i];
			continue;
		}
		fputs(usage, stderr);
		return 2;
	}
	take_signals();
	start(&d, conf_file);
	log_info("started");
	jobd_run(&d);
	hashers_end(&d.hashers);
	arena_free(&d.arena);
	log_info("ended");
	return 0;
}
