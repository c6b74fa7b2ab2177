/*
 * The configuration file, by one table of sections and keys.
 */
#include "base/conf.h"

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"

#include <ini.h>

#define CONF_FILE_MAX ((size_t)65536)

enum key_type {
	KEY_TEXT,
	KEY_NAME, /* of a user, database or node: [A-Za-z0-9._-] */
	KEY_PATH, /* absolute */
	KEY_ORIGIN,
	KEY_INT,
	KEY_SCHEME,
	KEY_ROLE,
	KEY_URL, /* https://host[:port][/path], no slash at its end, or "" */
	KEY_NETWORKS
};

struct conf_key {
	const char *section, *key;
	enum key_type type;
	size_t offset, size;
	const char *standard; /* the default, as it would stand in the file */
	int64_t min, max;
};

#define KEY(section, key, type, standard)                                      \
#section, #key, type, offsetof(struct conf, section.key),              \
		sizeof(((struct conf *)0)->section.key), standard

static const struct conf_key keys[] = {
	{ KEY(database, socket, KEY_PATH, "/run/mysqld/mysqld.sock"), 0, 0 },
	{ KEY(database, name, KEY_NAME, "postroom"), 0, 0 },
	{ KEY(database, password_file, KEY_PATH, ""), 0, 0 },
	{ KEY(web, user, KEY_NAME, "postroom-web"), 0, 0 },
	{ KEY(web, listen, KEY_PATH, "/run/postroom/web.sock"), 0, 0 },
	{ KEY(web, workers, KEY_INT, "4"), 1, 64 },
	{ KEY(web, requests_per_worker, KEY_INT, "10000"), 1, 100000000 },
	{ KEY(web, trusted_proxies, KEY_NETWORKS, "127.0.0.1,::1"), 0, 0 },
	{ KEY(web, origin, KEY_ORIGIN, "http://localhost:8080"), 0, 0 },
	{ KEY(web, max_body_bytes, KEY_INT, "1048576"), 1024, 16777216 },
	{ KEY(web, request_timeout_s, KEY_INT, "10"), 1, 300 },
	{ KEY(job, user, KEY_NAME, "postroom-job"), 0, 0 },
	{ KEY(map, user, KEY_NAME, "postroom-map"), 0, 0 },
	{ KEY(map, wake, KEY_PATH, "/run/postroom/mapd.sock"), 0, 0 },
	{ KEY(map, node, KEY_NAME, ""), 0, 0 },
	{ KEY(cli, user, KEY_NAME, "root"), 0, 0 },
	{ KEY(node, role, KEY_ROLE, "mailbox"), 0, 0 },
	{ KEY(node, feed_url, KEY_URL, ""), 0, 0 },
	{ KEY(node, feed_token_file, KEY_PATH, ""), 0, 0 },
	{ KEY(node, feed_ca, KEY_PATH, ""), 0, 0 },
	{ KEY(node, postfix_maps, KEY_PATH, "/var/lib/postroom/postfix"), 0,
		0 },
	{ KEY(node, dovecot_db, KEY_PATH, "/var/lib/postroom/dovecot/mail.db"),
		0, 0 },
	{ KEY(node, state, KEY_PATH, "/var/lib/postroom/node"), 0, 0 },
	{ KEY(node, mail_root, KEY_PATH, "/var/vmail"), 0, 0 },
	{ KEY(node, mail_uid, KEY_INT, "5000"), 1, 4294967294 },
	{ KEY(node, mail_gid, KEY_INT, "5000"), 1, 4294967294 },
	{ KEY(node, virtual_transport, KEY_TEXT,
		  "lmtp:unix:private/dovecot-lmtp"),
		0, 0 },
	{ KEY(node, guard_lines, KEY_INT, "1000"), 1, 100000000 },
	{ KEY(node, guard_percent, KEY_INT, "30"), 1, 100 },
	{ KEY(node, reload_every_s, KEY_INT, "5"), 1, 60 },
	{ KEY(node, journal_max_bytes, KEY_INT, "268435456"), 65536,
		17179869184 },
	{ KEY(node, journal_days, KEY_INT, "90"), 1, 3650 },
	{ KEY(node, smtp_port, KEY_INT, "25"), 1, 65535 },
	{ KEY(rootd, listen, KEY_PATH, "/run/postroom/rootd.sock"), 0, 0 },
	{ KEY(rootd, allow_user, KEY_NAME, "postroom-map"), 0, 0 },
	{ KEY(rootd, postfix_config, KEY_PATH, "/etc/postfix"), 0, 0 },
	{ KEY(rootd, dovecot_config, KEY_PATH, "/etc/dovecot/dovecot.conf"), 0,
		0 },
	{ KEY(probe, listen, KEY_PATH, "/run/postroom/probe.sock"), 0, 0 },
	{ KEY(password, scheme, KEY_SCHEME, "CRYPT"), 0, 0 },
	{ KEY(password, min_length, KEY_INT, "10"), 1, 64 },
	{ KEY(password, common_file, KEY_PATH, ""), 0, 0 },
	{ KEY(mail, host, KEY_TEXT, ""), 0, 0 },
	{ KEY(mail, imap_port, KEY_INT, "143"), 0, 65535 },
	{ KEY(mail, imaps_port, KEY_INT, "993"), 0, 65535 },
	{ KEY(mail, pop3_port, KEY_INT, "0"), 0, 65535 },
	{ KEY(mail, pop3s_port, KEY_INT, "995"), 0, 65535 },
	{ KEY(mail, submission_port, KEY_INT, "587"), 0, 65535 },
	{ KEY(mail, submissions_port, KEY_INT, "465"), 0, 65535 },
	{ KEY(secrets, key_file, KEY_PATH, "/etc/postroom/seal.key"), 0, 0 },
	{ KEY(limits, whitelist_min_prefix4, KEY_INT, "16"), 1, 32 },
	{ KEY(limits, whitelist_min_prefix6, KEY_INT, "32"), 1, 128 },
	{ KEY(audit, syslog, KEY_PATH, "/dev/log"), 0, 0 },
	{ KEY(retention, deleted_days, KEY_INT, "30"), 0, 36500 },
	{ KEY(retention, revisions_days, KEY_INT, "400"), 30, 36500 },
	{ KEY(retention, secrets_days, KEY_INT, "30"), 0, 36500 },
	{ KEY(retention, jobs_days, KEY_INT, "90"), 1, 36500 },
};

/* Where we are in the file. */
struct reading {
	struct conf *c;
	const char *name;
	bool seen[ARRAY_LEN(keys)];
	struct err *e;
	char where[288]; /* file:line */
};

static bool
refuse(struct reading *r, const char *section, const char *key,
	const char *reason, const char *text)
{
	char field[64];

	(void)snprintf(field, sizeof(field), "%.30s.%.30s", section, key);
	return err_set(r->e, ERR_INVALID, field, reason, r->where,
		"%s: %s in section [%s]: %s", r->where, key, section, text);
}

static bool
is_name(const char *s)
{
	for (; *s; s++) {
		if (!(char_lower(*s) >= 'a' && char_lower(*s) <= 'z')
			&& !char_is_digit(*s) && !strchr("._-", *s))
			return false;
	}
	return true;
}

/* scheme://host[:port] and nothing behind it. */
static bool
is_origin(const char *s)
{
	const char *host = strncmp(s, "http://", 7) == 0 ? s + 7
		: strncmp(s, "https://", 8) == 0         ? s + 8
							 : "";

	return host[0]
		&& host[strspn(host,
			   "abcdefghijklmnopqrstuvwxyz0123456789"
			   ".-:[]")]
		== '\0';
}

/* A token never goes over a line in clear text. */
static bool
is_url(const char *s)
{
	const size_t n = strlen(s);

	return n == 0
		|| (strncmp(s, "https://", 8) == 0 && n > 8 && s[n - 1] != '/'
			&& s[strspn(s,
				   "abcdefghijklmnopqrstuvwxyz0123456789"
				   ".-:[]/_")]
				== '\0');
}

static bool
is_plain(const char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	}
	return true;
}

/* NULL, or what is wrong with a text. */
static const char *
wrong_with_text(enum key_type type, const char *value)
{
	if (!is_plain(value) || !utf8_is_valid(value, strlen(value)))
		return "a control character, or not UTF-8";
	if (type == KEY_PATH && value[0] && value[0] != '/')
		return "a path must be absolute";
	if (type == KEY_NAME && !is_name(value))
		return "a name holds letters, digits and . _ -";
	if (type == KEY_ORIGIN && !is_origin(value))
		return "an origin is http:// or https://, a host in lower "
		       "case and a port, with nothing behind it";
	if (type == KEY_URL && !is_url(value))
		return "it must be https://, a host in lower case, and a path "
		       "without a slash at its end";
	return NULL;
}

static bool
set_text(struct reading *r, const struct conf_key *k, const char *value)
{
	const char *wrong = wrong_with_text(k->type, value);

	if (!wrong && !value[0] && k->standard[0])
		wrong = "a value is missing";
	if (!wrong && !str_copy((char *)r->c + k->offset, k->size, value))
		wrong = "the value is too long";
	return !wrong || refuse(r, k->section, k->key, "bad_value", wrong);
}

static bool
set_int(struct reading *r, const struct conf_key *k, const char *value)
{
	char text[96];
	int64_t number;

	if (str_to_i64(value, k->min, k->max, &number)) {
		memcpy((char *)r->c + k->offset, &number, sizeof(number));
		return true;
	}
	(void)snprintf(text, sizeof(text),
		"it must be a number from %lld to "
		"%lld",
		(long long)k->min, (long long)k->max);
	return refuse(r, k->section, k->key, "out_of_range", text);
}

static bool
set_scheme(struct reading *r, const struct conf_key *k, const char *value)
{
	enum password_scheme scheme;

	if (!password_scheme_find(value, &scheme))
		return refuse(r, k->section, k->key, "unknown_scheme",
			"it must be CRYPT, SHA512-CRYPT, BLF-CRYPT or "
			"ARGON2ID");
	memcpy((char *)r->c + k->offset, &scheme, sizeof(scheme));
	return true;
}

static const char *const roles[] = {
	[NODE_MAILBOX] = "mailbox",
	[NODE_SECONDARY] = "secondary",
	[NODE_OUTBOUND] = "outbound",
};

const char *
node_role_name(enum node_role role)
{
	return roles[role];
}

static bool
set_role(struct reading *r, const struct conf_key *k, const char *value)
{
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const enum node_role role = (enum node_role)i;

		if (strcmp(roles[i], value) != 0)
			continue;
		memcpy((char *)r->c + k->offset, &role, sizeof(role));
		return true;
	}
	return refuse(r, k->section, k->key, "not_a_choice",
		"it must be mailbox, secondary or outbound");
}

static bool
set_networks(struct reading *r, const struct conf_key *k, const char *value)
{
	struct err inner = ERR_EMPTY;
	struct cidr_list list;

	if (!cidr_list_parse(value, &list, &inner))
		return refuse(r, k->section, k->key, inner.item[0].reason,
			err_text(&inner));
	memcpy((char *)r->c + k->offset, &list, sizeof(list));
	return true;
}

static bool
set_key(struct reading *r, const struct conf_key *k, const char *value)
{
	switch (k->type) {
	case KEY_INT:
		return set_int(r, k, value);
	case KEY_SCHEME:
		return set_scheme(r, k, value);
	case KEY_ROLE:
		return set_role(r, k, value);
	case KEY_NETWORKS:
		return set_networks(r, k, value);
	case KEY_TEXT:
	case KEY_NAME:
	case KEY_PATH:
	case KEY_ORIGIN:
	case KEY_URL:
		break;
	}
	return set_text(r, k, value);
}

static bool
take_pair(struct reading *r, const char *section, const char *key,
	const char *value)
{
	bool is_known = false;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(keys[i].section, section) != 0)
			continue;
		is_known = true;
		if (strcmp(keys[i].key, key) != 0)
			continue;
		if (r->seen[i])
			return refuse(r, section, key, "duplicate_key",
				"it stands there twice");
		r->seen[i] = true;
		return set_key(r, &keys[i], value);
	}
	return refuse(r, section, key,
		is_known ? "unknown_key" : "unknown_section",
		is_known ? "this key is not known"
			 : "this section is not known");
}

void
conf_init(struct conf *c)
{
	struct err e = ERR_EMPTY;
	struct reading r = { .c = c, .name = "default", .e = &e };

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		(void)set_key(&r, &keys[i], keys[i].standard);
}

/* The text as a stream of lines for inih; it counts them for the errors. */
struct lines {
	struct reading *r;
	const char *at;
	unsigned line;
};

static bool
is_section(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strlen(keys[i].section) == len
			&& memcmp(keys[i].section, name, len) == 0)
			return true;
	}
	return false;
}

/* inih says nothing of a section without keys, so headers are looked at here.
 */
static void
check_header(struct lines *l, const char *line)
{
	const char *bracket = line + strspn(line, " \t");
	const char *name = bracket + 1;
	size_t len;

	if (*bracket != '[')
		return;
	len = strcspn(name, "]\n");
	if (name[len] != ']')
		(void)err_set(l->r->e, ERR_INVALID, NULL, "bad_line",
			l->r->where, "%s: a section is `[name]`", l->r->where);
	else if (!is_section(name, len))
		(void)err_set(l->r->e, ERR_INVALID, NULL, "unknown_section",
			l->r->where, "%s: this section is not known",
			l->r->where);
}

/* fgets(3) for inih. */
static char *
next_line(char *out, int size, void *stream)
{
	struct lines *l = stream;
	const size_t len = strcspn(l->at, "\n");
	const size_t whole = len + (l->at[len] == '\n' ? 1 : 0);

	if (whole == 0 || err_is_set(l->r->e))
		return NULL;
	l->line++;
	(void)snprintf(l->r->where, sizeof(l->r->where), "%.270s:%u",
		l->r->name, l->line);
	if (!str_copy_n(out, (size_t)size, l->at, whole)) {
		(void)err_set(l->r->e, ERR_INVALID, NULL, "too_long",
			l->r->where, "%s: the line has more than %d bytes",
			l->r->where, size - 2);
		return NULL;
	}
	check_header(l, out);
	l->at += whole;
	return out;
}

static int
on_pair(void *user, const char *section, const char *key, const char *value)
{
	struct reading *r = user;

	return err_is_set(r->e) || take_pair(r, section, key, value);
}

bool
conf_parse(struct conf *c, const char *name, const char *text, struct err *e)
{
	struct err local = ERR_EMPTY;
	struct reading r = { .c = c, .name = name, .e = e ? e : &local };
	struct lines lines = { .r = &r, .at = text };
	int rc;

	conf_init(c);
	rc = ini_parse_stream(next_line, &lines, on_pair, &r);
	if (err_is_set(r.e))
		return false;
	if (rc > 0)
		return err_set(e, ERR_INVALID, NULL, "bad_line", name,
			"%s:%d: a line is `key = value` or `[section]`", name,
			rc);
	if (rc < 0)
		return err_memory(e);
	return true;
}

bool
conf_load(struct conf *c, const char *path, struct err *e)
{
	struct arena *a = arena_new(CONF_FILE_MAX + 65536);
	bool is_good;
	size_t len;
	char *text;

	conf_init(c);
	if (!a)
		return err_memory(e);
	is_good = file_read(path, CONF_FILE_MAX, a, &text, &len, e);
	if (is_good && strlen(text) != len)
		is_good = err_set(e, ERR_INVALID, NULL, "bad_line", path,
			"%s: the file holds a NUL byte", path);
	if (is_good)
		is_good = conf_parse(c, path, text, e);
	arena_free(&a);
	return is_good;
}

const char *
conf_path(const char *option)
{
	const char *from_environment = getenv("POSTROOM_CONF");

	if (option)
		return option;
	if (from_environment && from_environment[0])
		return from_environment;
	return CONF_DEFAULT_PATH;
}
