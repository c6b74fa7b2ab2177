/*
 * Which line of which file gives a setting: postconf(5), master(5), and the
 * include chain of Dovecot 2.3. The last one wins everywhere.
 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "mta/settings.h"

#define DEPTH_MAX 8
#define BLOCKS_MAX 16
#define FILE_BYTES 262144

unsigned
setting_main_line(const char *text, const char *name)
{
	const size_t len = strlen(name);
	unsigned found = 0, line = 0;
	for (const char *p = text; *p;) {
		const size_t n = strcspn(p, "\n");
		line++;
		if (strncmp(p, name, len) == 0
			&& p[len + strspn(p + len, " \t")] == '=')
			found = line;
		p += n + (p[n] == '\n');
	}
	return found;
}

/* Does the line begin the entry `name type`? */
static bool
begins(const char *line, const char *service)
{
	const char *slash = strrchr(service, '/');
	const size_t n = slash ? (size_t)(slash - service) : 0;
	const char *type = line + n + strspn(line + n, " \t");
	return slash && strncmp(line, service, n) == 0 && type > line + n
		&& strncmp(type, slash + 1, strlen(slash + 1)) == 0;
}

/* Does a line give the option, as `-o name=` or `-o { name = `? */
static bool
gives(const char *line, size_t n, const char *name)
{
	const size_t len = strlen(name);
	for (size_t i = 0; i + 2 < n; i++) {
		if (line[i] != '-' || line[i + 1] != 'o')
			continue;
		const char *s = line + i + 2;
		s += strspn(s, " \t{");
		if (s + len <= line + n && strncmp(s, name, len) == 0
			&& s[len + strspn(s + len, " \t")] == '=')
			return true;
	}
	return false;
}

unsigned
setting_master_line(const char *text, const char *service, const char *name)
{
	unsigned found = 0, line = 0;
	bool is_inside = false;
	for (const char *p = text; *p;) {
		const size_t n = strcspn(p, "\n");
		line++;
		if (n > 0 && !strchr(" \t#", *p))
			is_inside = begins(p, service);
		if (is_inside && *p != '#' && gives(p, n, name))
			found = line;
		p += n + (p[n] == '\n');
	}
	return found;
}

struct chain {
	const char *name; /* what is looked for, with its path */
	struct arena *arena;
	unsigned depth;
	const char *file; /* where it was given last */
	unsigned line;
	char path[1024]; /* of the blocks that are open, `service/auth/` */
	size_t before[BLOCKS_MAX]; /* its lengths outside of each */
	unsigned blocks;
};

static void follow(struct chain *c, const char *file);

/* A pattern of !include is relative to the file that has it. */
static void
include(struct chain *c, const char *from, const char *pattern)
{
	const char *slash = strrchr(from, '/');
	char whole[1024];
	glob_t g;
	const int n = pattern[0] == '/' || !slash
		? snprintf(whole, sizeof(whole), "%s", pattern)
		: snprintf(whole, sizeof(whole), "%.*s/%s", (int)(slash - from),
			from, pattern);
	if (n < 0 || (size_t)n >= sizeof(whole) || c->depth >= DEPTH_MAX
		|| glob(whole, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++)
		follow(c, g.gl_pathv[i]);
	globfree(&g);
}

/* `service auth {` adds `service/auth/`. */
static void
open_block(struct chain *c, const char *line)
{
	const size_t before = strlen(c->path);
	struct str s = { .data = c->path,
		.len = before,
		.cap = sizeof(c->path),
		.limit = sizeof(c->path) };
	if (c->blocks < BLOCKS_MAX)
		c->before[c->blocks] = before;
	c->blocks++;
	for (const char *p = line; *p && *p != '{';) {
		const size_t n = strcspn(p, " \t{");
		str_add_n(&s, p, n);
		str_add_char(&s, '/');
		p += n + strspn(p + n, " \t");
	}
}

static void
close_block(struct chain *c)
{
	if (c->blocks > 0 && --c->blocks < BLOCKS_MAX)
		c->path[c->before[c->blocks]] = '\0';
}

static void
take_line(struct chain *c, const char *file, unsigned number, char *line)
{
	char key[1200];
	line += strspn(line, " \t");
	for (size_t n = strlen(line); n > 0 && strchr(" \t\r", line[n - 1]);
		n--)
		line[n - 1] = '\0';
	const size_t len = strlen(line);
	const size_t word = strcspn(line, " \t=");
	if (len == 0 || line[0] == '#')
		return;
	if (strncmp(line, "!include", 8) == 0) {
		const char *p = line + strcspn(line, " \t");
		include(c, file, p + strspn(p, " \t"));
	} else if (line[len - 1] == '{') {
		open_block(c, line);
	} else if (line[0] == '}') {
		close_block(c);
	} else if (strchr(line, '=')
		&& (size_t)snprintf(
			   key, sizeof(key), "%s%.*s", c->path, (int)word, line)
			< sizeof(key)
		&& strcmp(key, c->name) == 0) {
		c->file = arena_strdup(c->arena, file);
		c->line = number;
	}
}

static void
follow(struct chain *c, const char *file)
{
	struct err e = ERR_EMPTY;
	struct arena *own = arena_new(2 * FILE_BYTES);
	char *text = NULL, *next;
	size_t len;
	unsigned number = 0;
	if (own && !file_read(file, FILE_BYTES, own, &text, &len, &e))
		text = NULL;
	c->depth++;
	for (char *p = text; p && *p; p = next) {
		next = strchr(p, '\n');
		if (next)
			*next++ = '\0';
		take_line(c, file, ++number, p);
	}
	c->depth--;
	arena_free(&own);
}

void
setting_dovecot_line(const char *file, const char *name, struct arena *a,
	const char **file_r, unsigned *line_r)
{
	struct chain c = { .name = name, .arena = a };
	follow(&c, file);
	*file_r = c.file;
	*line_r = c.file ? c.line : 0;
}
