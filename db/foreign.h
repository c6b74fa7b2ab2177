/*
 * Databases of other systems, read only: where they are and who may read them
 * stands in an option file of MariaDB's own form (`[client]` with host, port,
 * socket, user, password, database, ssl-ca, ...), 0600, never in an argument.
 *
 * Every value comes as text. What is read is one consistent snapshot where the
 * tables allow it (InnoDB). Their schemas differ by version, so a reader asks
 * first which tables and columns there are.
 */
#ifndef DB_FOREIGN_H
#define DB_FOREIGN_H

#include "db/db.h"

#define FOREIGN_COLUMNS_MAX 20

/* `database` may be NULL: the option file's. ERR_INVALID `open_to_others`;
 * ERR_UNAVAILABLE when it does not answer or lets nobody in. */
bool foreign_open(struct db **db_r, const char *option_file,
	const char *database, struct err *e) MUST_USE;

bool foreign_has(struct db *db, const char *table, const char *column,
	bool *has_r, struct err *e) MUST_USE;

/* One row: its cells, "" for NULL; and its number, from 1. */
typedef bool foreign_row(
	void *ctx, const char *const *cell, uint64_t n, struct err *e);

/*
 * A question: its columns, each an expression that becomes text, and what
 * follows them from FROM on. `~` stands for the prefix of the tables.
 */
struct foreign_query {
	const char *column[FOREIGN_COLUMNS_MAX];
	const char *rest;
};
bool foreign_each(struct db *db, const struct foreign_query *q,
	const char *prefix, foreign_row *row, void *ctx,
	struct err *e) MUST_USE;

/* Letters, digits and underscores, at most 64: safe inside backticks. */
bool foreign_is_name(const char *name) MUST_USE;

/* --- PostfixAdmin (schema 1847): columns in the order said --- */

/* domain, description, aliases, mailboxes, quota (MB), maxquota (MB),
 * transport, backupmx, active; and what the domain has: mailboxes, aliases,
 * sum of quotas (bytes), mailboxes without a quota. */
extern const struct foreign_query postfixadmin_domains;
/* username, password, name, quota (bytes), active, goto of its alias row */
extern const struct foreign_query postfixadmin_mailboxes;
/* address, goto, active; those that are no mailbox */
extern const struct foreign_query postfixadmin_aliases;
/* what each address of an alias domain leads to: address, targets, active */
extern const struct foreign_query postfixadmin_alias_domains;
/* username, active, superadmin, domain; one row for each domain */
extern const struct foreign_query postfixadmin_admins;
/* email, subject, active */
extern const struct foreign_query postfixadmin_vacations;
/* mailbox, src_server, src_user */
extern const struct foreign_query postfixadmin_fetchmail;

/* --- iRedMail's vmail --- */

/* domain, description, aliases, mailboxes, transport, backupmx, active,
 * mailboxes, aliases that it has */
extern const struct foreign_query iredmail_domains;
/* username, password, name, quota (MB), active, enableimap, enablepop3,
 * enablesmtp */
extern const struct foreign_query iredmail_mailboxes;
/* address, forwarding, active, is a mailbox; by address */
extern const struct foreign_query iredmail_forwardings;
/* the same before version 0.9.8: address, goto, active, is a mailbox */
extern const struct foreign_query iredmail_old_aliases;
/* address, accesspolicy, of lists that not everybody may write to */
extern const struct foreign_query iredmail_policies;
/* address, target of each address of an alias domain, active */
extern const struct foreign_query iredmail_alias_domains;
extern const struct foreign_query iredmail_maillists; /* address */
/* username, active, is global, domain */
extern const struct foreign_query iredmail_admins;
/* address, bcc address */
extern const struct foreign_query iredmail_recipient_bcc;
extern const struct foreign_query iredmail_sender_bcc;

/* --- vpopmail --- */

/* pw_name, pw_domain, pw_passwd, pw_gid, pw_gecos, pw_shell */
extern const struct foreign_query vpopmail_accounts;
/* the same of the table that is the prefix, without the domain */
extern const struct foreign_query vpopmail_own_accounts;
extern const struct foreign_query vpopmail_own_tables; /* table name */
/* alias, domain, line; by domain and alias */
extern const struct foreign_query vpopmail_valias;
extern const struct foreign_query vpopmail_alias_domains; /* alias, domain */
/* names of domains, from whichever table has them */
extern const struct foreign_query vpopmail_dir_control;
extern const struct foreign_query vpopmail_valias_domains;
/* domain; those that have limits */
extern const struct foreign_query vpopmail_limits;

#endif
