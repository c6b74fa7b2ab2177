/*
 * What the readers of other systems have in common: rows, passwords, targets.
 */
#include "core/importer.h"

#include <stdio.h>
#include <string.h>

#include "base/password.h"
#include "base/str.h"

#define TARGETS_BYTES ((size_t)1 << 20)

void
importer_row(struct importer *im, const char *noun, uint64_t line)
{
	im->row = (struct importer_row){ .noun = noun, .line = line };
}

void
importer_cell(struct importer *im, const char *column, const char *value)
{
	if (!value || !*value || im->row.n == IMPORTER_CELLS)
		return;
	im->row.cell[im->row.n].column = column;
	im->row.cell[im->row.n++].value = value;
}

void
importer_active(struct importer *im, bool is_active)
{
	importer_cell(im, "active", is_active ? "yes" : "no");
}

void
importer_quota(struct importer *im, const char *column, uint64_t bytes)
{
	importer_cell(im, column,
		bytes ? arena_printf(
			im->arena, "%lluB", (unsigned long long)bytes)
		      : "none");
}

void
importer_refuse(struct importer *im, const char *column, const char *value,
	const char *reason, const char *text)
{
	if (im->row.reason)
		return;
	im->row.at = column;
	im->row.value = value ? value : "";
	im->row.reason = reason;
	im->row.text = text;
}

bool
importer_end(struct importer *im, struct err *e)
{
	bool is_ok;

	im->n_rows++;
	if (im->row.reason)
		im->n_lost++;
	is_ok = im->sink(im->ctx, &im->row, e);
	arena_reset(im->arena);
	return is_ok;
}

bool
importer_lost(struct importer *im, const char *noun, uint64_t line,
	const char *column, const char *value, const char *reason,
	const char *text, struct err *e)
{
	importer_row(im, noun, line);
	importer_refuse(im, column, value, reason, text);
	return importer_end(im, e);
}

static bool
is_all(const char *s, const char *letters, size_t len)
{
	return strlen(s) == len && strspn(s, letters) == len;
}

/* The scheme of a bare form; NULL when it is none that is known. */
static const char *
scheme_of(const char *stored)
{
	struct err e = ERR_EMPTY;
	char out[PASSWORD_HASH_SIZE];

	if (is_all(stored, "0123456789abcdefABCDEF", 32))
		return "{PLAIN-MD5}";
	if (password_check_ready_hash(stored, out, sizeof(out), &e))
		return "{CRYPT}";
	return NULL;
}

void
importer_password(struct importer *im, const char *stored)
{
	const char *scheme;

	if (!stored || !*stored || *stored == '!' || *stored == '*') {
		importer_cell(im, "active", "nologin");
		return;
	}
	if (*stored == '{') {
		importer_cell(im, "password", stored);
		return;
	}
	scheme = im->scheme && *im->scheme
		? arena_printf(im->arena, "{%s}", im->scheme)
		: scheme_of(stored);
	if (scheme)
		importer_cell(im, "password",
			arena_printf(im->arena, "%s%s", scheme, stored));
	else
		importer_refuse(im, "password", "", "unknown_hash",
			"the stored password is of no form that is known: "
			"name it with --scheme");
}

const char *
importer_address(struct importer *im, const char *name, const char *domain)
{
	if (strchr(name, '@') || !domain || !*domain)
		return arena_strdup(im->arena, name);
	return arena_printf(im->arena, "%s@%s", name, domain);
}

/* Why a target is none that can be kept; NULL: it can. */
static const char *
why_not(const char *target, const char **reason_r)
{
	if (*target == '|') {
		*reason_r = "pipe_target";
		return "mail goes to a program here, which is not kept";
	}
	if (strncasecmp(target, ":include:", 9) == 0) {
		*reason_r = "include_target";
		return "the targets are in another file, which is not kept";
	}
	if (*target == '/' || *target == '.' || *target == '~') {
		*reason_r = "file_target";
		return "mail goes into a file here, which is not kept";
	}
	return NULL;
}

/* The next target of a list at *in, unquoted into `out`; false at its end. */
static bool
next_target(const char **in, struct str *out)
{
	const char *p = *in + strspn(*in, ", \t\r\n");
	bool is_quoted = false;

	str_reset(out);
	if (!*p)
		return false;
	/* A command or an include goes on to the comma, with its blanks. */
	const bool is_long = *p == '|' || *p == ':';

	for (; *p; p++) {
		if (*p == '"') {
			is_quoted = !is_quoted;
			continue;
		}
		if (*p == '\\' && p[1])
			p++;
		else if (!is_quoted
			&& (*p == ','
				|| (!is_long
					&& (*p == ' ' || *p == '\t'
						|| *p == '\r' || *p == '\n'))))
			break;
		str_add_char(out, *p);
	}
	*in = p;
	return true;
}

bool
importer_targets(struct importer *im, const char *in, const char *domain,
	const char *skip, struct importer_targets *out, struct err *e)
{
	struct str all = str_in(im->arena, TARGETS_BYTES);
	struct str one = str_in(im->arena, TARGETS_BYTES);

	*out = (struct importer_targets){ .text = "" };
	while (next_target(&in, &one)) {
		const char *target = str_text(&one), *reason = NULL;
		const char *why = why_not(target, &reason);

		if (!*target)
			continue;
		if (why) {
			if (out->lost)
				continue;
			out->lost = arena_strdup(im->arena, target);
			out->reason = reason;
			out->why = why;
			continue;
		}
		target = importer_address(im, target, domain);
		if (!target)
			return err_memory(e);
		if (skip && strcasecmp(target, skip) == 0) {
			out->has_skipped = true;
			continue;
		}
		str_addf(&all, "%s%s", all.len ? "," : "", target);
	}
	out->text = str_text(&all);
	return (str_is_ok(&all) && str_is_ok(&one)) || err_memory(e);
}

struct importer_line
importer_lines(const struct importer_text *t)
{
	return (struct importer_line){ .next = t->data && t->len ? t->data
								 : NULL,
		.left = *t,
		.next_line = 1 };
}

static const char *
end_of(const struct importer_line *l)
{
	return l->left.data + l->left.len;
}

char *
importer_next_line(struct importer *im, struct importer_line *l)
{
	const char *from = l->next, *to;
	size_t len;
	char *line;

	if (!from || from >= end_of(l))
		return NULL;
	to = memchr(from, '\n', (size_t)(end_of(l) - from));
	if (!to)
		to = end_of(l);
	l->next = to < end_of(l) ? to + 1 : NULL;
	l->line = l->next_line++;
	len = (size_t)(to - from);
	if (len > 0 && from[len - 1] == '\r')
		len--;
	line = arena_strndup(im->arena, from, len);
	l->is_cut = l->is_cut || !line;
	for (size_t i = 0; line && i < len; i++)
		if (!line[i])
			line[i] = '?';
	return line;
}

static bool
goes_on(const struct importer_line *l)
{
	const char *p = l->next;

	if (!p || p >= end_of(l) || (*p != ' ' && *p != '\t'))
		return false;
	while (p < end_of(l) && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p < end_of(l) && *p != '\n' && *p != '#';
}

/* Is the next line a comment or blank, which may stand inside an entry? */
static bool
is_empty_next(const struct importer_line *l)
{
	const char *p = l->next;

	if (!p || p >= end_of(l))
		return false;
	while (p < end_of(l) && (*p == ' ' || *p == '\t' || *p == '\r'))
		p++;
	return p == end_of(l) || *p == '\n' || *p == '#';
}

static bool
is_comment(const char *line)
{
	line += strspn(line, " \t\r");
	return !*line || *line == '#';
}

char *
importer_next_entry(struct importer *im, struct importer_line *l)
{
	struct str entry = str_in(im->arena, TARGETS_BYTES);
	uint64_t first;
	char *line;

	do {
		line = importer_next_line(im, l);
	} while (line && is_comment(line));
	if (!line)
		return NULL;
	first = l->line;
	str_add(&entry, line);
	for (;;) {
		if (is_empty_next(l)) {
			if (!importer_next_line(im, l))
				break;
			continue;
		}
		if (!goes_on(l))
			break;
		line = importer_next_line(im, l);
		if (!line)
			break;
		str_addf(&entry, " %s", line);
	}
	l->line = first;
	l->is_cut = l->is_cut || !str_is_ok(&entry);
	return l->is_cut ? NULL : entry.data;
}

bool
importer_lines_done(const struct importer_line *l, struct err *e)
{
	char line[24];
	struct str text = STR_FIXED(line);

	str_add_u64(&text, l->line);
	return !l->is_cut
		|| err_set(e, ERR_TOO_LARGE, "file", "line_too_long", line,
			"line %s is too long", line);
}

size_t
importer_split(char *line, char separator, char **field, size_t max)
{
	size_t n = 0;

	while (n < max) {
		char *end;

		field[n++] = line;
		end = n < max ? strchr(line, separator) : NULL;
		if (!end)
			break;
		*end = '\0';
		line = end + 1;
	}
	return n;
}
