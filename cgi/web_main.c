/*
 * postroom-web: the JSON API, as a FastCGI program with preforked workers, or
 * as a plain CGI program when a web server starts it for one request.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/sock.h"
#include "base/token.h"
#include "cgi/app.h"
#include "cgi/web_sandbox.h"
#include "cgi/worker.h"

#define ARENA_MAX ((size_t)24 << 20)

static const char usage[] =
	"usage: postroom-web [-c FILE] [--no-sandbox]\n"
	"       postroom-web --routes | --version | --help\n"
	"\n"
	"Serves the API on the socket of [web] listen, or on the one that was\n"
	"handed over, or answers one request when started as a CGI program.\n"
	"\n"
	"  -c FILE       configuration ($POSTROOM_CONF, else " CONF_DEFAULT_PATH
	")\n"
	"  --no-sandbox  for debuggers and Valgrind\n"
	"  --routes      print method, path, role, action of every route\n";

struct options {
	const char *conf;
	bool no_sandbox;
};

static int
print_routes(void)
{
	char text[16384];
	struct str out = STR_FIXED(text);

	if (!route_print(routes, &out))
		return 1;
	fputs(text, stdout);
	return 0;
}

/* The exit status, or -1 to go on. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "routes", no_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "no-sandbox", no_argument, NULL, 'n' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		switch (opt) {
		case 'c':
			o->conf = optarg;
			break;
		case 'n':
			o->no_sandbox = true;
			break;
		case 'r':
			return print_routes();
		case 'v':
			puts("postroom-web " POSTROOM_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	return -1;
}

/* In the worker, after the fork. A database that is away is not fatal. */
static bool
app_start(void *ctx)
{
	struct app *app = ctx;
	struct err e = ERR_EMPTY;

	app->arena = arena_new(ARENA_MAX);
	if (!app->arena) {
		log_error("no memory");
		return false;
	}
	app->is_connected =
		core_open(&app->core, &app->conf, app->face, app->arena, &e);
	if (!app->is_connected)
		log_warn("the database: %s", err_text(&e));
	err_clear(&e);
	if (app->is_sandboxed && !web_sandbox_enter(&app->conf, &e)) {
		log_error("sandbox: %s", err_text(&e));
		return false;
	}
	return true;
}

static void
app_serve(void *ctx, struct gateway *gw)
{
	dispatch(ctx, gw);
}

static void
app_stop(void *ctx)
{
	struct app *app = ctx;

	if (app->is_connected)
		core_close(&app->core);
	app->is_connected = false;
	arena_free(&app->arena);
}

/* fd 0 when a FastCGI spawner started us, else what was handed over or the
 * configured path. */
static int
listening_socket(const struct conf *conf)
{
	struct err e = ERR_EMPTY;
	int fd;

	if (fcgi_on_stdin())
		return STDIN_FILENO;
	if (!sock_listen(conf->web.listen, SOCK_STREAM, 0660, &fd, &e))
		fatal("%s", err_text(&e));
	return fd;
}

int
main(int argc, char **argv)
{
	static struct app app;
	struct options o = { 0 };
	struct err e = ERR_EMPTY;
	struct worker_job job = { .ctx = &app,
		.start = app_start,
		.serve = app_serve,
		.stop = app_stop,
		.listen_fd = -1,
		.board = &app.board };
	const bool is_cgi =
		getenv("GATEWAY_INTERFACE") != NULL && !fcgi_on_stdin();
	/*
	 * A web server makes arguments of a query without an equals sign
	 * (RFC 3875, 4.4): in CGI they are the client's, not ours.
	 */
	const int status = is_cgi ? -1 : read_options(argc, argv, &o);

	if (status >= 0)
		return status;
	log_init("postroom-web", LOG_LEVEL_INFO);
	if (!conf_load(&app.conf, conf_path(o.conf), &e))
		fatal("%s", err_text(&e));
	if (!token_start())
		fatal("no random numbers");
	app.is_sandboxed = !o.no_sandbox;
	app.face = is_cgi ? FACE_CGI : FACE_WEB;
	job.request_timeout_s = (unsigned)app.conf.web.request_timeout_s;
	if (is_cgi)
		return serve_once(&job);
	job.listen_fd = listening_socket(&app.conf);
	job.workers = (unsigned)app.conf.web.workers;
	job.requests_per_worker = (uint64_t)app.conf.web.requests_per_worker;
	return supervise_workers(&job);
}
