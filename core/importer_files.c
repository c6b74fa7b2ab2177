/*
 * Plain Postfix and Dovecot: the text of virtual_mailbox_maps,
 * virtual_alias_maps and relay_recipient_maps (postmap's format, postmap(1)),
 * and Dovecot's passwd-file.
 *
 * A mailbox is a key of virtual_mailbox_maps or a line of the passwd-file; what
 * both say is one row. The domains follow from the addresses.
 */
#include "core/importer.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "db/strset.h"

#define FILE_BYTES ((size_t)512 << 20)

struct files {
	struct importer *im;
	const struct importer_files *f;
	struct arena *arena;     /* of the whole reading */
	struct strset domains;   /* of mailboxes and aliases */
	struct strset mailboxes; /* addresses, lower-case */
	struct strset accounts;  /* of those, with a line in the passwd-file */
};

static const char *
lower_in(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);

	if (copy)
		str_lower(copy);
	return copy;
}

static bool
note(struct files *s, struct strset *set, const char *text, struct err *e)
{
	const char *copy = lower_in(s->arena, text);

	return (copy || err_memory(e)) && strset_add(set, copy, NULL, e);
}

static bool
note_address(struct files *s, const char *address, struct err *e)
{
	const char *at = strrchr(address, '@');

	return !at || !at[1] || note(s, &s->domains, at + 1, e);
}

/* The key of an entry, cut off, and what follows it. */
static char *
cut_key(char *entry)
{
	size_t n = strcspn(entry, " \t");
	char *value = entry + n + strspn(entry + n, " \t");

	entry[n] = '\0';
	for (size_t len = strlen(value);
		len > 0 && strchr(" \t", value[len - 1]); len--)
		value[len - 1] = '\0';
	return value;
}

/* `domain anything`: Postfix's mark of a virtual alias domain. */
static bool
is_domain_mark(const char *key)
{
	return !strchr(key, '@') && strchr(key, '.');
}

typedef bool on_entry(struct files *s, uint64_t line, const char *key,
	const char *value, struct err *e);

static bool
each_entry(struct files *s, const struct importer_text *t, on_entry *fn,
	struct err *e)
{
	struct importer_line l = importer_lines(t);
	char *entry;
	bool is_ok = true;

	while (is_ok && (entry = importer_next_entry(s->im, &l))) {
		char *value = cut_key(entry);

		is_ok = fn(s, l.line, entry, value, e);
		arena_reset(s->im->arena);
	}
	return is_ok && importer_lines_done(&l, e);
}

static bool
look_at_mailbox(struct files *s, uint64_t line, const char *key,
	const char *value, struct err *e)
{
	const char *address = importer_address(s->im, key, s->im->domain);

	(void)line;
	(void)value;
	if (!address)
		return err_memory(e);
	return *key == '@'
		|| (note_address(s, address, e)
			&& note(s, &s->mailboxes, address, e));
}

static bool
look_at_alias(struct files *s, uint64_t line, const char *key,
	const char *value, struct err *e)
{
	const char *address = importer_address(s->im, key, s->im->domain);

	(void)line;
	(void)value;
	if (!address)
		return err_memory(e);
	if (is_domain_mark(key))
		return note(s, &s->domains, key, e);
	return note_address(s, address, e);
}

struct account {
	uint64_t line;
	const char *address, *hash, *gecos, *extra;
};

typedef bool on_account(
	struct files *s, const struct account *a, struct err *e);

/* user:password:uid:gid:gecos:home:shell:extra; most may be missing. */
static bool
each_account(struct files *s, bool names_faults, on_account *fn, struct err *e)
{
	struct importer_line l = importer_lines(&s->f->passwd);
	char *line, *field[8], none[1] = "";
	bool is_ok = true;

	while (is_ok && (line = importer_next_line(s->im, &l))) {
		size_t n;

		if (!*line || *line == '#') {
			arena_reset(s->im->arena);
			continue;
		}
		for (size_t i = 0; i < 8; i++)
			field[i] = none;
		n = importer_split(line, ':', field, 8);
		if (n < 2 || !*field[0]) {
			is_ok = !names_faults
				|| importer_lost(s->im, "mailbox", l.line,
					"address", field[0], "bad_line",
					"a line of a passwd-file is "
					"USER:HASH:...",
					e);
			arena_reset(s->im->arena);
			continue;
		}
		const struct account a = { l.line,
			importer_address(s->im, field[0], s->im->domain),
			field[1], field[4], field[7] };

		is_ok = a.address ? fn(s, &a, e) : err_memory(e);
		arena_reset(s->im->arena);
	}
	return is_ok && importer_lines_done(&l, e);
}

static bool
look_at_account(struct files *s, const struct account *a, struct err *e)
{
	return note_address(s, a->address, e)
		&& note(s, &s->mailboxes, a->address, e)
		&& note(s, &s->accounts, a->address, e);
}

/* `userdb_quota_rule=*:storage=5M` and `*:bytes=N` (Dovecot: Quota). */
static bool
quota_of(const char *extra, uint64_t *bytes_r)
{
	static const struct {
		char letter;
		unsigned shift;
	} units[] = { { 'B', 0 }, { 'K', 10 }, { 'M', 20 }, { 'G', 30 },
		{ 'T', 40 } };
	const char *rule = strstr(extra, "quota_rule=*:");
	unsigned shift = 10;
	unsigned long long value;
	char *end;

	if (!rule)
		return false;
	rule += strlen("quota_rule=*:");
	if (strncmp(rule, "storage=", 8) == 0)
		rule += 8;
	else if (strncmp(rule, "bytes=", 6) == 0)
		rule += 6, shift = 0;
	else
		return false;
	if (!char_is_digit(*rule))
		return false;
	value = strtoull(rule, &end, 10);
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (char_lower(*end) == char_lower(units[i].letter))
			shift = units[i].shift;
	*bytes_r = value << shift;
	return value < UINT64_C(1) << 50 >> shift;
}

static bool
has_word(const char *extra, const char *word)
{
	const char *p = strstr(extra, word);

	return p && (p == extra || p[-1] == ' ')
		&& strchr("= ", p[strlen(word)]) != NULL;
}

static bool
put_account(struct files *s, const struct account *a, struct err *e)
{
	struct importer *im = s->im;
	uint64_t quota;

	importer_row(im, "mailbox", a->line);
	importer_cell(im, "address", a->address);
	importer_cell(im, "name", a->gecos);
	if (has_word(a->extra, "nologin"))
		importer_cell(im, "active", "nologin");
	importer_password(im, a->hash);
	if (quota_of(a->extra, &quota))
		importer_quota(im, "quota", quota);
	return importer_end(im, e);
}

static bool
put_mailbox(struct files *s, uint64_t line, const char *key, const char *value,
	struct err *e)
{
	struct importer *im = s->im;
	const char *address = importer_address(im, key, im->domain);
	const char *lower = address ? lower_in(im->arena, address) : NULL;

	(void)value;
	if (!lower)
		return err_memory(e);
	if (*key == '@')
		return importer_lost(im, "mailbox", line, "address", key,
			"catch_all_mailbox",
			"one mailbox takes the mail of the whole domain: make "
			"a catch-all alias to a mailbox",
			e);
	if (strset_has(&s->accounts, lower))
		return true;
	importer_row(im, "mailbox", line);
	importer_cell(im, "address", address);
	importer_cell(im, "active", "nologin");
	return importer_end(im, e);
}

static bool
put_alias(struct files *s, uint64_t line, const char *key, const char *value,
	struct err *e)
{
	struct importer *im = s->im;
	const char *address = importer_address(im, key, im->domain);
	const char *lower = address ? lower_in(im->arena, address) : NULL;
	struct importer_targets t;
	bool is_mailbox;

	if (!lower)
		return err_memory(e);
	if (is_domain_mark(key))
		return true;
	is_mailbox = strset_has(&s->mailboxes, lower);
	if (!importer_targets(im, value, im->domain, address, &t, e))
		return false;
	if (is_mailbox) {
		return !*t.text
			|| importer_lost(im, "mailbox", line, "forwards",
				arena_printf(
					im->arena, "%s -> %s", address, t.text),
				"forwards_not_kept",
				"the mailbox's mail is forwarded: set it up by "
				"hand",
				e);
	}
	importer_row(im, "alias", line);
	if (*t.text) {
		importer_cell(im, "address", address);
		importer_cell(im, "targets", t.text);
	} else {
		importer_refuse(im, "targets", address, "no_targets",
			"the address leads nowhere but to itself");
	}
	return importer_end(im, e);
}

static bool
put_recipient(struct files *s, uint64_t line, const char *key,
	const char *value, struct err *e)
{
	(void)value;
	return importer_lost(s->im, "alias", line, "address", key,
		"relay_recipient",
		"a recipient of a relayed domain: a secondary's list follows "
		"from the mailboxes of the primary",
		e);
}

static bool
put_domains(struct files *s, struct err *e)
{
	for (size_t i = 0; i < s->domains.n; i++) {
		importer_row(s->im, "domain", i + 1);
		importer_cell(s->im, "domain", s->domains.list[i]);
		if (!importer_end(s->im, e))
			return false;
	}
	return true;
}

bool
importer_files(
	struct importer *im, const struct importer_files *f, struct err *e)
{
	struct files s = { .im = im, .f = f };
	bool is_ok;

	s.arena = arena_new(FILE_BYTES);
	if (!s.arena)
		return err_memory(e);
	is_ok = each_entry(&s, &f->mailboxes, look_at_mailbox, e)
		&& each_account(&s, false, look_at_account, e)
		&& each_entry(&s, &f->aliases, look_at_alias, e)
		&& put_domains(&s, e) && each_account(&s, true, put_account, e)
		&& each_entry(&s, &f->mailboxes, put_mailbox, e)
		&& each_entry(&s, &f->aliases, put_alias, e)
		&& each_entry(&s, &f->recipients, put_recipient, e);
	strset_free(&s.domains);
	strset_free(&s.mailboxes);
	strset_free(&s.accounts);
	arena_free(&s.arena);
	return is_ok;
}
