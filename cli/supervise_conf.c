/*
 * The supervisor's file: sections and keys become struct supervisor, once, by
 * a table. Lines are bounded; a long command goes on in indented lines.
 */
#include "cli/supervise.h"

#include <errno.h>
#include <grp.h>
#include <ini.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

struct reading {
	FILE *f;
	const char *file;
	unsigned line;
	bool is_too_long;
	struct supervisor *s;
	struct err *e;
};

static bool
to_int(const char *text, int base, long min, long max, long *value_r)
{
	char *end;

	errno = 0;
	*value_r = strtol(text, &end, base);
	return errno == 0 && end != text && *end == '\0' && *value_r >= min
		&& *value_r <= max;
}

static bool
to_bool(const char *text, bool *value_r)
{
	*value_r = strcmp(text, "yes") == 0;
	return *value_r || strcmp(text, "no") == 0;
}

static bool
find_user(const char *name, uid_t *uid_r, gid_t *gid_r)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return false;
	*uid_r = pw->pw_uid;
	*gid_r = pw->pw_gid;
	return true;
}

static bool
find_group(const char *name, gid_t *gid_r)
{
	const struct group *gr = getgrnam(name);

	if (gr == NULL)
		return false;
	*gid_r = gr->gr_gid;
	return true;
}

/* A word after the path: mode=0660, type=seqpacket, user=NAME, group=NAME. */
static bool
set_listen_word(struct sup_listen *l, const char *word)
{
	gid_t ignored;
	long mode;

	if (strncmp(word, "mode=", 5) == 0) {
		if (!to_int(word + 5, 8, 0, 0777, &mode))
			return false;
		l->mode = (mode_t)mode;
		return true;
	}
	if (strcmp(word, "type=stream") == 0
		|| strcmp(word, "type=seqpacket") == 0) {
		l->type = word[6] == 't' ? SOCK_STREAM : SOCK_SEQPACKET;
		return true;
	}
	if (strncmp(word, "user=", 5) == 0)
		return find_user(word + 5, &l->uid, &ignored);
	return strncmp(word, "group=", 6) == 0 && find_group(word + 6, &l->gid);
}

static bool
set_listen(struct sup_program *p, const char *value)
{
	struct sup_listen *l = &p->listen[p->n_listen];
	char text[SUP_PATH];
	char *rest, *word;

	if (p->n_listen == SUP_LISTEN || !str_copy(text, sizeof(text), value))
		return false;
	*l = (struct sup_listen){
		.type = SOCK_STREAM,
		.mode = 0660,
		.uid = geteuid(),
		.gid = getegid(),
		.fd = -1,
	};
	word = strtok_r(text, " \t", &rest);
	if (word == NULL || strncmp(word, "unix:/", 6) != 0
		|| !str_copy(l->path, sizeof(l->path), word + 5))
		return false;
	while ((word = strtok_r(NULL, " \t", &rest)) != NULL)
		if (!set_listen_word(l, word))
			return false;
	p->n_listen++;
	return true;
}

/* Also called for each indented line that goes on with the command. */
static bool
set_command(struct sup_program *p, const char *value)
{
	size_t have = strlen(p->command);
	int n;

	n = snprintf(p->command + have, sizeof(p->command) - have, "%s%s",
		have > 0 ? " " : "", value);
	return n > 0 && (size_t)n < sizeof(p->command) - have;
}

static bool
set_env(struct sup_program *p, const char *value)
{
	const char *equals = strchr(value, '=');

	return p->n_env < SUP_ENV && equals != NULL && equals != value
		&& str_copy(p->env[p->n_env++], sizeof(p->env[0]), value);
}

static bool
set_nice(struct sup_program *p, const char *value)
{
	long nice;

	p->has_nice = to_int(value, 10, -20, 19, &nice);
	p->nice = (int)nice;
	return p->has_nice;
}

static bool
set_oom(struct sup_program *p, const char *value)
{
	long adj;

	p->has_oom = to_int(value, 10, -1000, 1000, &adj);
	p->oom = (int)adj;
	return p->has_oom;
}

static bool
set_user(struct sup_program *p, const char *value)
{
	gid_t gid;

	if (!find_user(value, &p->uid, &gid))
		return false;
	/* `group` may stand before or after it. */
	if (p->gid == (gid_t)-1)
		p->gid = gid;
	return str_copy(p->user, sizeof(p->user), value);
}

static bool
set_group(struct sup_program *p, const char *value)
{
	return find_group(value, &p->gid);
}

static bool
set_dir(struct sup_program *p, const char *value)
{
	return value[0] == '/' && str_copy(p->dir, sizeof(p->dir), value);
}

static bool
set_log(struct sup_program *p, const char *value)
{
	return value[0] == '/' && str_copy(p->log, sizeof(p->log), value);
}

static bool
set_no_new_privs(struct sup_program *p, const char *value)
{
	return to_bool(value, &p->no_new_privs);
}

static const struct {
	const char *key;
	bool (*set)(struct sup_program *p, const char *value);
} program_keys[] = {
	{ "command", set_command },
	{ "dir", set_dir },
	{ "env", set_env },
	{ "group", set_group },
	{ "listen", set_listen },
	{ "log", set_log },
	{ "nice", set_nice },
	{ "no_new_privs", set_no_new_privs },
	{ "oom", set_oom },
	{ "user", set_user },
};

static bool
set_own(struct supervisor *s, const char *key, const char *value,
	bool *is_known_r)
{
	long stop_s;

	*is_known_r = true;
	if (strcmp(key, "pid_file") == 0)
		return value[0] == '/'
			&& str_copy(s->pid_file, sizeof(s->pid_file), value);
	if (strcmp(key, "control") == 0)
		return value[0] == '/'
			&& str_copy(s->control, sizeof(s->control), value);
	if (strcmp(key, "stop_s") == 0) {
		if (!to_int(value, 10, 1, 600, &stop_s))
			return false;
		s->stop_ms = stop_s * 1000;
		return true;
	}
	*is_known_r = false;
	return false;
}

static bool
set_program(struct sup_program *p, const char *key, const char *value,
	bool *is_known_r)
{
	for (size_t i = 0; i < sizeof(program_keys) / sizeof(program_keys[0]);
		i++)
		if (strcmp(program_keys[i].key, key) == 0) {
			*is_known_r = true;
			return program_keys[i].set(p, value);
		}
	*is_known_r = false;
	return false;
}

static struct sup_program *
program_of(struct supervisor *s, const char *name)
{
	int at = supervise_find(s, name);
	struct sup_program *p;

	if (at >= 0)
		return &s->program[at];
	p = &s->program[s->n];
	if (s->n == SUP_PROGRAMS || name[0] == '\0'
		|| strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_")
			!= strlen(name)
		|| !str_copy(p->name, sizeof(p->name), name))
		return NULL;
	p->uid = geteuid();
	p->gid = (gid_t)-1;
	s->n++;
	return p;
}

/* inih's handler: 1 goes on, 0 is an error. */
static int
take(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;
	struct sup_program *p;
	bool is_known = false, is_set;

	if (strcmp(section, "supervisor") == 0) {
		is_set = set_own(r->s, key, value, &is_known);
	} else {
		p = program_of(r->s, section);
		if (p == NULL)
			return err_set(r->e, ERR_INVALID, section,
				"bad_section", r->file,
				"%s:%u: section %s: a program's name has at "
				"most "
				"31 of a-z 0-9 - _, and there are at most %d",
				r->file, r->line, section, SUP_PROGRAMS);
		is_set = set_program(p, key, value, &is_known);
	}
	if (!is_known)
		return err_set(r->e, ERR_INVALID, key, "unknown_key", r->file,
			"%s:%u: [%s] has no key %s", r->file, r->line, section,
			key);
	if (!is_set)
		return err_set(r->e, ERR_INVALID, key, "bad_value", r->file,
			"%s:%u: %s cannot be %s", r->file, r->line, key, value);
	return 1;
}

/* inih would take the rest of a long line for a line of its own. */
static char *
read_line(char *text, int size, void *stream)
{
	struct reading *r = stream;

	if (r->is_too_long || fgets(text, size, r->f) == NULL)
		return NULL;
	r->line++;
	if (strchr(text, '\n') != NULL || feof(r->f))
		return text;
	r->is_too_long = true;
	return NULL;
}

static bool
finish_program(struct sup_program *p, const char *file, struct err *e)
{
	char *rest, *word;
	unsigned n = 0;

	if (p->gid == (gid_t)-1)
		p->gid = getegid();
	for (word = strtok_r(p->command, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		if (n == SUP_ARGS)
			return err_set(e, ERR_INVALID, "command", "too_long",
				p->name, "%s: [%s] has more than %d arguments",
				file, p->name, SUP_ARGS);
		p->argv[n++] = word;
	}
	if (n == 0 || p->argv[0][0] != '/')
		return err_set(e, ERR_INVALID, "command", "required", p->name,
			"%s: [%s] needs a command with its full path", file,
			p->name);
	p->is_wanted = true;
	return true;
}

int
supervise_find(const struct supervisor *s, const char *name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (strcmp(s->program[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool
supervise_conf_read(struct supervisor *s, const char *file, struct err *e)
{
	struct reading r = { .file = file, .s = s, .e = e };
	int code;

	*s = (struct supervisor){ .stop_ms = 10000, .control_fd = -1 };
	for (size_t i = 0; i < SUP_CLIENTS; i++)
		s->client[i].fd = -1;
	r.f = fopen(file, "re");
	if (r.f == NULL)
		return err_set(e, ERR_INVALID, "file", "unreadable", file,
			"cannot open %s: %s", file, strerror(errno));
	code = ini_parse_stream(read_line, &r, take, &r);
	fclose(r.f);
	if (err_is_set(e))
		return false;
	if (r.is_too_long)
		return err_set(e, ERR_INVALID, "file", "too_long", file,
			"%s:%u: the line is too long; go on in an indented one",
			file, r.line);
	if (code != 0)
		return err_set(e, ERR_INVALID, "file", "syntax", file,
			"%s:%d: neither a section nor a key", file, code);
	if (s->pid_file[0] == '\0' || s->control[0] == '\0' || s->n == 0)
		return err_set(e, ERR_INVALID, "supervisor", "required", file,
			"%s: [supervisor] needs pid_file and control, and "
			"there "
			"must be a program",
			file);
	for (unsigned i = 0; i < s->n; i++)
		if (!finish_program(&s->program[i], file, e))
			return false;
	return true;
}
