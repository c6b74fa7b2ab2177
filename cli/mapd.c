/*
 * See mapd.h: fork, exec, and a pipe where its words are wanted.
 */
#include "cli/mapd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"

static bool
beside(const char *name, char *out, size_t cap, struct err *e)
{
	char own[CONF_PATH_SIZE];
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	char *slash;

	if (n > 0) {
		own[n] = '\0';
		slash = strrchr(own, '/');
		if (slash != NULL) {
			slash[1] = '\0';
			n = snprintf(out, cap, "%s%s", own, name);
			if (n > 0 && (size_t)n < cap)
				return true;
		}
	}
	return err_set(e, ERR_INTERNAL, "", "not_found", name,
		"cannot tell where %s is", name);
}

static _Noreturn void
run(const struct cli *c, const char *program, const char *option,
	const char *value, const char *more, int out)
{
	struct err e = ERR_EMPTY;

	if (out >= 0 && dup2(out, STDOUT_FILENO) < 0)
		_exit(70);
	if (!sandbox_become(c->conf.map.user, &e)) {
		fprintf(stderr, "postroom: %s\n", err_text(&e));
		_exit(5);
	}
	execl(program, program, "-c", c->conf_file, option, value,
		value ? more : NULL, (char *)NULL);
	fprintf(stderr, "postroom: %s: %s\n", program, strerror(errno));
	_exit(70);
}

/* All that the program prints; what does not fit is read and dropped. */
static bool
collect(int fd, struct str *out)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			str_add_n(out, buf, (size_t)n);
	}
	return true;
}

bool
cli_mapd(struct cli *c, const char *option, const char *value, const char *more,
	struct str *out, int *status_r, struct err *e)
{
	char program[CONF_PATH_SIZE];
	int p[2] = { -1, -1 }, status = 0;
	bool is_ok = true;

	if (!beside("postroom-mapd", program, sizeof(program), e))
		return false;
	fflush(stdout);
	if (out != NULL && pipe2(p, O_CLOEXEC) < 0)
		return err_set(e, ERR_INTERNAL, "", "pipe", "",
			"cannot make a pipe: %s", strerror(errno));
	const pid_t pid = fork();
	if (pid == 0)
		run(c, program, option, value, more, p[1]);
	fd_close(&p[1]);
	if (pid > 0 && out != NULL)
		is_ok = collect(p[0], out);
	fd_close(&p[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !is_ok)
		return err_set(e, ERR_INTERNAL, "", "fork", "",
			"cannot run postroom-mapd: %s", strerror(errno));
	*status_r = WIFEXITED(status) ? WEXITSTATUS(status) : 70;
	if (out != NULL && !str_is_ok(out))
		return err_set(e, ERR_TOO_LARGE, "", "too_large", "",
			"postroom-mapd said too much");
	return true;
}

void
cli_copy_json(struct jsonw *w, const char *key, const struct json_value *v)
{
	switch (json_kind(v)) {
	case JSON_INT:
		jsonw_int(w, key, json_int(v));
		break;
	case JSON_BOOL:
		jsonw_bool(w, key, json_is_true(v));
		break;
	case JSON_STRING:
		jsonw_str(w, key, json_text(v, NULL));
		break;
	case JSON_ARRAY:
		jsonw_array(w, key);
		for (size_t i = 0; i < json_len(v); i++)
			cli_copy_json(w, NULL, json_at(v, i));
		jsonw_end(w);
		break;
	case JSON_OBJECT: {
		const struct json_value *member;
		const char *name;
		size_t i = 0;
		jsonw_object(w, key);
		while (json_next(v, &i, &name, &member))
			cli_copy_json(w, name, member);
		jsonw_end(w);
		break;
	}
	case JSON_NULL:
	case JSON_MISSING:
		jsonw_null(w, key);
		break;
	}
}
