/*
 * `postroom status` and `postroom doctor`: how the installation is, in a few
 * lines, and everything that can be looked at from outside, one line each.
 */
#include "cli/cli.h"
#include "core/overview.h"
#include "db/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sock.h"

static bool
status(struct cli *c, struct err *e)
{
	struct jsonw *w = &c->json;
	struct home h;

	if (!home_get(&c->core, &c->actor, &h, e))
		return false;
	jsonw_object(w, NULL);
	jsonw_str(w, "version", POSTROOM_VERSION);
	jsonw_uint(w, "saved_serial", h.publishing.head_serial);
	jsonw_uint(w, "live_serial", h.publishing.live_serial);
	jsonw_uint(w, "nodes", h.publishing.n_nodes);
	jsonw_int(w, "domains", h.counts.domains);
	jsonw_int(w, "mailboxes", h.counts.mailboxes);
	jsonw_int(w, "aliases", h.counts.aliases);
	jsonw_int(w, "whitelist", h.counts.whitelist);
	jsonw_int(w, "quota_allotted_bytes", h.counts.quota_allotted_bytes);
	jsonw_int(w, "jobs_running", h.counts.jobs_running);
	jsonw_array(w, "attention");
	for (size_t i = 0; i < h.n_attention; i++)
		jsonw_str(w, NULL, h.attention[i].text);
	jsonw_end(w);
	jsonw_end(w);
	return true;
}

enum result { FINE, ODD, BROKEN };
static const char *const result_names[] = { "ok", "warning", "FAILED" };

static void say(struct cli *c, const char *check, const char *subject,
	enum result result, const char *fmt, ...) PRINTF_LIKE(5, 6);

static void
say(struct cli *c, const char *check, const char *subject, enum result result,
	const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(c->arena, fmt, args);
	va_end(args);
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "check", check);
	jsonw_str(&c->json, "result", result_names[result]);
	jsonw_str(&c->json, "subject", subject);
	jsonw_str(&c->json, "text", text ? text : "");
	jsonw_end(&c->json);
	if (result == BROKEN)
		c->exit_code = 1;
}

static void
check_users(struct cli *c)
{
	const char *const users[] = { c->conf.web.user, c->conf.job.user,
		c->conf.map.user };

	for (size_t i = 0; i < ARRAY_LEN(users); i++)
		if (getpwnam(users[i]) == NULL)
			say(c, "user", users[i], BROKEN,
				"the system does not know this user");
		else
			say(c, "user", users[i], FINE, "is there");
}

static void
check_socket(struct cli *c, const char *path, int type)
{
	struct err e = ERR_EMPTY;
	int fd;

	if (!sock_connect(path, type, &fd, &e)) {
		say(c, "socket", path, BROKEN, "%s", err_text(&e));
		return;
	}
	close(fd);
	say(c, "socket", path, FINE, "somebody listens");
}

static void
check_owner(struct cli *c, const char *path, const struct stat *st)
{
	const struct passwd *pw = getpwnam(c->conf.map.user);

	if (st->st_mode & S_IWOTH)
		say(c, "file", path, BROKEN, "everybody may write to it");
	else if (pw != NULL && st->st_uid != pw->pw_uid)
		say(c, "file", path, BROKEN, "does not belong to %s",
			c->conf.map.user);
	else if (st->st_size == 0)
		say(c, "file", path, ODD, "is empty");
	else
		say(c, "file", path, FINE, "%lld bytes",
			(long long)st->st_size);
}

static void
check_file(struct cli *c, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		say(c, "file", path, BROKEN, "%s", strerror(errno));
	else
		check_owner(c, path, &st);
}

static void
check_maps(struct cli *c)
{
	static const char *const names[] = { "domains.lmdb", "mailboxes.lmdb",
		"aliases.lmdb", "sender_login.lmdb", "transport.lmdb",
		"refuse.lmdb", "whitelist.cidr" };
	char path[2 * CONF_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s",
			c->conf.node.postfix_maps, names[i]);
		check_file(c, path);
	}
	check_file(c, c->conf.node.dovecot_db);
}

/* First line of what a program prints; false when it cannot be run. */
static bool
first_line(const char *const argv[], char *out, int cap)
{
	int fd[2], code = 0;
	FILE *f;
	pid_t pid;

	if (pipe(fd) != 0)
		return false;
	pid = fork();
	if (pid == 0) {
		(void)dup2(fd[1], STDOUT_FILENO);
		(void)close(fd[0]);
		(void)dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(fd[1]);
	f = fdopen(fd[0], "r");
	if (f == NULL || fgets(out, cap, f) == NULL)
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
	return pid > 0 && waitpid(pid, &code, 0) == pid && out[0] != '\0';
}

static void
check_server(struct cli *c, const char *name, const char *const argv[])
{
	char line[200];

	if (first_line(argv, line, sizeof(line)))
		say(c, "program", name, FINE, "%s", line);
	else
		say(c, "program", name, ODD, "cannot be run here");
}

static void
check_servers(struct cli *c)
{
	static const char *const postfix[] = {
		"postconf",
		"-dh",
		"mail_version",
		NULL,
	};
	static const char *const dovecot[] = { "dovecot", "--version", NULL };

	check_server(c, "postfix", postfix);
	check_server(c, "dovecot", dovecot);
}

static void
check_schema(struct cli *c, struct db *db)
{
	struct err e = ERR_EMPTY;
	unsigned version;

	if (!db_schema_version(db, &version, &e))
		say(c, "schema", c->conf.database.name, BROKEN, "%s",
			err_text(&e));
	else if (version != DB_SCHEMA_VERSION)
		say(c, "schema", c->conf.database.name, BROKEN,
			"version %u, this program is made for %u", version,
			DB_SCHEMA_VERSION);
	else
		say(c, "schema", c->conf.database.name, FINE, "version %u",
			version);
}

static enum result
node_result(const struct node_view *n)
{
	if (strcmp(n->state, "ok") == 0)
		return FINE;
	return strcmp(n->state, "behind") == 0 || strcmp(n->state, "held") == 0
		? ODD
		: BROKEN;
}

static void
check_nodes(struct cli *c)
{
	struct err e = ERR_EMPTY;
	struct publishing p;
	bool is_known = false;

	if (!publishing_get(&c->core, &c->actor, &p, &e)) {
		say(c, "node", c->conf.map.node, BROKEN, "%s", err_text(&e));
		return;
	}
	for (size_t i = 0; i < p.n_nodes; i++) {
		const struct node_view *n = &p.nodes[i];

		is_known |= strcmp(n->name, c->conf.map.node) == 0;
		say(c, "node", n->name, node_result(n),
			"%s, serial %llu of %llu %s", n->state,
			(unsigned long long)n->serial,
			(unsigned long long)p.head_serial, n->message);
	}
	if (!is_known)
		say(c, "node", c->conf.map.node, BROKEN,
			"is not known: postroom node add %s", c->conf.map.node);
}

/* Without the database the other checks still have something to tell. */
static void
check_database(struct cli *c)
{
	struct err e = ERR_EMPTY;
	int64_t began_us = monotonic_us();

	if (!core_open(&c->core, &c->conf, FACE_CLI, c->arena, &e)) {
		say(c, "database", c->conf.database.socket, BROKEN, "%s",
			err_text(&e));
		return;
	}
	if (db_ping(c->core.db, &e))
		say(c, "database", c->conf.database.socket, FINE,
			"answers, connected within %lld ms",
			(long long)(monotonic_us() - began_us) / 1000);
	else
		say(c, "database", c->conf.database.socket, BROKEN, "%s",
			err_text(&e));
	check_schema(c, c->core.db);
	check_nodes(c);
	core_close(&c->core);
}

static bool
doctor(struct cli *c, struct err *e)
{
	(void)e;
	jsonw_object(&c->json, NULL);
	jsonw_array(&c->json, "items");
	say(c, "configuration", c->conf_file, FINE, "is valid");
	check_database(c);
	check_users(c);
	check_socket(c, c->conf.web.listen, SOCK_STREAM);
	check_socket(c, c->conf.rootd.listen, SOCK_SEQPACKET);
	check_socket(c, c->conf.map.wake, SOCK_DGRAM);
	check_maps(c);
	check_servers(c);
	jsonw_end(&c->json);
	jsonw_end(&c->json);
	return true;
}

/* clang-format off */
const struct cli_command cli_doctor_commands[] = {
	{ "status", NULL, NULL, "how it is, in a few lines",
		NULL, NULL, CLI_DB, status },
	{ "doctor", NULL, NULL, "look at everything and say what is wrong",
		NULL, "check,result,subject,text", CLI_CONF, doctor },
	{ 0 },
};
/* clang-format on */
