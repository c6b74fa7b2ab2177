/*
 * A machine's own accounts: /etc/passwd, /etc/shadow, /etc/aliases, without
 * those of the system (bin, sys, adm, nobody, ...).
 */
#include "core/importer.h"

#include <string.h>

#include "base/str.h"

#define FILE_BYTES ((size_t)64 << 20)

struct people {
	struct importer *im;
	const struct importer_system *f;
	struct arena *arena; /* of the whole reading */
	const char **hash;   /* pairs: name, hash */
	size_t n_hashes;
	const char **name; /* accounts: people's, then the system's */
	bool *is_person;
	size_t n_names;
};

static bool
grow(struct arena *a, const char ***list, size_t n, struct err *e)
{
	if (n % 64 != 0)
		return true;
	*list = arena_grow(
		a, *list, n * sizeof(**list), (n + 64) * sizeof(**list));
	return *list || err_memory(e);
}

static bool
read_shadow(struct people *p, struct err *e)
{
	struct importer_line l = importer_lines(&p->f->shadow);
	char *line, *field[3];

	while ((line = importer_next_line(p->im, &l))) {
		if (importer_split(line, ':', field, 3) >= 2 && *field[0]) {
			if (!grow(p->arena, &p->hash, p->n_hashes, e))
				return false;
			p->hash[p->n_hashes++] =
				arena_strdup(p->arena, field[0]);
			p->hash[p->n_hashes++] =
				arena_strdup(p->arena, field[1]);
			if (!p->hash[p->n_hashes - 1]
				|| !p->hash[p->n_hashes - 2])
				return err_memory(e);
		}
		arena_reset(p->im->arena);
	}
	return importer_lines_done(&l, e);
}

static const char *
hash_of(const struct people *p, const char *name)
{
	for (size_t i = 0; i + 1 < p->n_hashes; i += 2)
		if (strcmp(p->hash[i], name) == 0)
			return p->hash[i + 1];
	return "";
}

/* -1: no account, 0: of the system, 1: of a person. */
static int
account(const struct people *p, const char *name)
{
	for (size_t i = 0; i < p->n_names; i++)
		if (strcasecmp(p->name[i], name) == 0)
			return p->is_person[i] ? 1 : 0;
	return -1;
}

static bool
note(struct people *p, const char *name, bool is_person, struct err *e)
{
	if (p->n_names % 64 == 0) {
		p->is_person = arena_grow(
			p->arena, p->is_person, p->n_names, p->n_names + 64);
		if (!p->is_person)
			return err_memory(e);
	}
	if (!grow(p->arena, &p->name, p->n_names, e))
		return false;
	p->name[p->n_names] = arena_strdup(p->arena, name);
	p->is_person[p->n_names] = is_person;
	return p->name[p->n_names++] || err_memory(e);
}

static bool
is_person(const struct people *p, const char *name, const char *uid)
{
	int64_t value;

	return str_to_i64(uid, 0, INT64_MAX, &value)
		&& (uint64_t)value >= p->f->uid_min
		&& (uint64_t)value <= p->f->uid_max
		&& strcmp(name, "nobody") != 0;
}

/* One line of passwd that is a person's. */
static bool
mailbox(struct people *p, uint64_t line, char **field, struct err *e)
{
	struct importer *im = p->im;
	const char *stored =
		strcmp(field[1], "x") == 0 ? hash_of(p, field[0]) : field[1];

	importer_row(im, "mailbox", line);
	importer_cell(
		im, "address", importer_address(im, field[0], im->domain));
	field[4][strcspn(field[4], ",")] = '\0';
	importer_cell(im, "name", field[4]);
	importer_password(im, stored);
	return importer_end(im, e);
}

static bool
read_passwd(struct people *p, bool is_first, struct err *e)
{
	struct importer_line l = importer_lines(&p->f->passwd);
	char *line, *field[7];
	bool is_ok = true;

	while (is_ok && (line = importer_next_line(p->im, &l))) {
		const size_t n = importer_split(line, ':', field, 7);

		if (n < 7) {
			if (is_first && *line && *line != '#' && *line != '+'
				&& *line != '-')
				is_ok = importer_lost(p->im, "mailbox", l.line,
					"address", line, "bad_line",
					"a line of passwd has seven fields", e);
		} else if (is_first) {
			is_ok = note(p, field[0],
				is_person(p, field[0], field[2]), e);
		} else if (is_person(p, field[0], field[2])) {
			is_ok = mailbox(p, l.line, field, e);
		}
		arena_reset(p->im->arena);
	}
	return is_ok && importer_lines_done(&l, e);
}

static bool
forward(struct people *p, uint64_t line, const char *address,
	const struct importer_targets *t, struct err *e)
{
	/* The name alone, or nothing but itself: no forward. */
	if (!*t->text)
		return true;
	return importer_lost(p->im, "mailbox", line, "forwards",
		arena_printf(p->im->arena, "%s -> %s", address, t->text),
		"forwards_not_kept",
		"the account's mail is forwarded: set it up by hand", e);
}

static bool
alias(struct people *p, uint64_t line, const char *name, const char *targets,
	struct err *e)
{
	struct importer *im = p->im;
	const char *address = importer_address(im, name, im->domain);
	const int kind = account(p, name);
	struct importer_targets t;

	/* Mail for bin, sys and the like is nobody's; root's is. */
	if (!address)
		return err_memory(e);
	if (kind == 0 && strcmp(name, "root") != 0)
		return true;
	if (!importer_targets(im, targets, im->domain, address, &t, e))
		return false;
	if (t.lost) {
		const struct importer_targets lost = t;

		importer_row(im, kind == 1 ? "mailbox" : "alias", line);
		importer_refuse(im, "targets",
			arena_printf(im->arena, "%s -> %s", address, lost.lost),
			lost.reason, lost.why);
		if (!*t.text)
			return importer_end(im, e);
		if (!im->sink(im->ctx, &im->row, e))
			return false;
		im->n_rows++;
		im->n_lost++;
	}
	if (kind == 1)
		return forward(p, line, address, &t, e);
	if (!*t.text)
		return true;
	importer_row(im, "alias", line);
	importer_cell(im, "address", address);
	importer_cell(im, "targets", t.text);
	return importer_end(im, e);
}

static bool
read_aliases(struct people *p, struct err *e)
{
	struct importer_line l = importer_lines(&p->f->aliases);
	char *entry, *field[2];
	bool is_ok = true;

	while (is_ok && (entry = importer_next_entry(p->im, &l))) {
		char *name = entry + strspn(entry, " \t");
		size_t len;

		if (*name == '"')
			name++;
		if (importer_split(name, ':', field, 2) < 2) {
			is_ok = importer_lost(p->im, "alias", l.line, "address",
				name, "bad_line",
				"a line of aliases is NAME: TARGETS", e);
			continue;
		}
		len = strlen(name);
		while (len > 0 && strchr(" \t\"", name[len - 1]))
			name[--len] = '\0';
		is_ok = alias(p, l.line, name, field[1], e);
		arena_reset(p->im->arena);
	}
	return is_ok && importer_lines_done(&l, e);
}

bool
importer_system(
	struct importer *im, const struct importer_system *f, struct err *e)
{
	struct importer_system own = *f;
	struct people p = { .im = im, .f = &own };
	bool is_ok;

	if (!own.uid_min)
		own.uid_min = 1000;
	if (!own.uid_max)
		own.uid_max = 59999;
	p.arena = arena_new(FILE_BYTES);
	if (!p.arena)
		return err_memory(e);
	importer_row(im, "domain", 1);
	importer_cell(im, "domain", im->domain);
	is_ok = importer_end(im, e) && read_shadow(&p, e)
		&& read_passwd(&p, true, e) && read_passwd(&p, false, e)
		&& read_aliases(&p, e);
	arena_free(&p.arena);
	return is_ok;
}
