/*
 * The configuration: one file in INI form (inih), read once at start into one
 * struct. Every section and key is a row of the table in conf.c with its type,
 * default and range; an unknown section or key, a key given twice and a value
 * out of range are errors that name file, line and key.
 *
 *	[web]
 *	workers = 4            ; a comment
 *	origin = http://localhost:8080
 *
 * Paths are absolute. Sizes are bytes, times are in the unit of their name.
 */
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/base.h"
#include "base/cidr.h"
#include "base/err.h"
#include "base/password.h"

#define CONF_DEFAULT_PATH "/etc/postroom/postroom.conf"
#define CONF_PATH_SIZE 256
/* A socket's path and its NUL fit sockaddr_un. */
#define CONF_SOCKET_SIZE 108
#define CONF_NAME_SIZE 65

struct conf_database {
	char socket[CONF_SOCKET_SIZE];
	char name[CONF_NAME_SIZE];
	char password_file[CONF_PATH_SIZE]; /* "": unix_socket plugin */
};

struct conf_web {
	char user[CONF_NAME_SIZE]; /* login name at the database */
	char listen[CONF_SOCKET_SIZE];
	int64_t workers;
	int64_t requests_per_worker;
	struct cidr_list trusted_proxies;
	char origin[256]; /* scheme://host[:port], no slash at its end */
	int64_t max_body_bytes;
	int64_t request_timeout_s;
};

struct conf_job {
	char user[CONF_NAME_SIZE];
};

struct conf_map {
	char user[CONF_NAME_SIZE];
	char wake[CONF_SOCKET_SIZE];
	char node[CONF_NAME_SIZE];
};

struct conf_cli {
	char user[CONF_NAME_SIZE];
};

/* What a mail node is for. */
enum node_role {
	NODE_MAILBOX,   /* mailboxes are here */
	NODE_SECONDARY, /* takes mail for a mailbox host that is away */
	NODE_OUTBOUND   /* sends mail of the other nodes to the world */
};

struct conf_node {
	enum node_role role;
	char feed_url[CONF_PATH_SIZE]; /* "": the database is on this host */
	char feed_token_file[CONF_PATH_SIZE];
	char feed_ca[CONF_PATH_SIZE]; /* "": those of the system */
	char postfix_maps[CONF_PATH_SIZE];
	char dovecot_db[CONF_PATH_SIZE];
	char state[CONF_PATH_SIZE];
	char mail_root[CONF_PATH_SIZE];
	int64_t mail_uid;
	int64_t mail_gid;
	char virtual_transport[256];
	int64_t guard_lines;
	int64_t guard_percent;
	int64_t reload_every_s; /* of Postfix, after a few in a row */
	int64_t journal_max_bytes;
	int64_t journal_days;
	int64_t smtp_port; /* of this machine, for probes */
};

struct conf_rootd {
	char listen[CONF_SOCKET_SIZE];
	char allow_user[CONF_NAME_SIZE];
	char postfix_config[CONF_PATH_SIZE];
	char dovecot_config[CONF_PATH_SIZE];
};

struct conf_probe {
	char listen[CONF_SOCKET_SIZE];
};

struct conf_password {
	enum password_scheme scheme;
	int64_t min_length;
	char common_file[CONF_PATH_SIZE]; /* "": none is refused */
};

/* What people are told to set up their mail programs with. Port 0: it is not
 * offered. */
struct conf_mail {
	char host[256]; /* "": the panel's */
	int64_t imap_port, imaps_port, pop3_port, pop3s_port;
	int64_t submission_port, submissions_port;
};

struct conf_secrets {
	char key_file[CONF_PATH_SIZE]; /* base/seal.h */
};

struct conf_limits {
	int64_t whitelist_min_prefix4;
	int64_t whitelist_min_prefix6;
};

struct conf_audit {
	char syslog[CONF_PATH_SIZE]; /* "" : no copy of revisions */
};

struct conf_retention {
	int64_t deleted_days;
	int64_t revisions_days;
	int64_t secrets_days;
	int64_t jobs_days;
};

struct conf {
	struct conf_database database;
	struct conf_web web;
	struct conf_job job;
	struct conf_map map;
	struct conf_cli cli;
	struct conf_node node;
	struct conf_rootd rootd;
	struct conf_probe probe;
	struct conf_password password;
	struct conf_mail mail;
	struct conf_secrets secrets;
	struct conf_limits limits;
	struct conf_audit audit;
	struct conf_retention retention;
};

/* All defaults. */
void conf_init(struct conf *c);

/*
 * Defaults, then the file. False with ERR_INVALID, field `section.key`,
 * subject `file:line`, text a whole sentence; ERR_NOT_FOUND when there is no
 * file.
 */
bool conf_load(struct conf *c, const char *path, struct err *e) MUST_USE;

/* The same from memory (tests, fuzzing); `name` stands for the file. */
bool conf_parse(struct conf *c, const char *name, const char *text,
	struct err *e) MUST_USE;

/* "mailbox", "secondary" */
const char *node_role_name(enum node_role role);

/*
 * The file that a program reads: `option` (its -c) when given, else
 * $POSTROOM_CONF, else CONF_DEFAULT_PATH.
 */
const char *conf_path(const char *option);

#endif
