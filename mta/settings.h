/*
 * Settings of Postfix and Dovecot that Postroom depends on: one table of
 * them, what is in effect, and the file and line that set it.
 *
 * What is in effect comes from postconf(1) and doveconf(1), run by
 * postroom-rootd with exactly the names of this table; where it was set is
 * found by reading main.cf, master.cf and Dovecot's include chain.
 */
#ifndef MTA_SETTINGS_H
#define MTA_SETTINGS_H

#include "base/arena.h"
#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"

enum setting_program { SETTING_POSTFIX, SETTING_DOVECOT };

/*
 * expected: NULL where it is only told; @MAPS@ and @TRANSPORT@ stand for the
 * node's own; a star at the start takes any beginning. Blanks and commas count
 * as one blank.
 *
 * why, a stable code: identity, recipients, routing, relay, syntax, sign_in,
 * delivery, users, told.
 */
struct setting {
	enum setting_program program;
	bool is_submission; /* of the ports that people sign in on */
	const char *name;   /* of Dovecot with its path: plugin/quota_grace */
	const char *expected;
	const char *why;
};
extern const struct setting settings[];
extern const size_t setting_count;

/*
 * The names that a program is asked for, each once, appended to argv from *n
 * on; at most `most` in all.
 */
void setting_names(
	enum setting_program program, const char **argv, int *n, int most);

/* One setting as it is in effect. */
struct setting_found {
	enum setting_program program;
	const char *service; /* of master.cf, `submission/inet`, or NULL */
	const char *name;
	const char *value;    /* NULL: the program does not tell it */
	const char *expected; /* NULL: only told */
	const char *why;
	bool differs;
	const char *file; /* NULL: a default of the program */
	unsigned line;
};
struct setting_list {
	struct setting_found *item;
	size_t n, cap;
	size_t differing;
};

/* What the programs print. */
struct setting_texts {
	const char *main;   /* postconf -x NAMES */
	const char *master; /* postconf -x -P */
	const char *dovecot;
};

/* Pure but for the configuration files that it reads where it may. */
bool settings_judge(const struct conf *conf, const struct setting_texts *t,
	struct arena *a, struct setting_list *out, struct err *e) MUST_USE;

/*
 * Where a setting was given last: the line in main.cf, or of a service in
 * master.cf; 0 where nowhere. For texts of any content.
 */
unsigned setting_main_line(const char *text, const char *name);
unsigned setting_master_line(
	const char *text, const char *service, const char *name);

/*
 * Follow Dovecot's configuration from `file` on; *file_r is NULL where the
 * setting is nowhere, or in a file that may not be read.
 */
void setting_dovecot_line(const char *file, const char *name, struct arena *a,
	const char **file_r, unsigned *line_r);

#endif
