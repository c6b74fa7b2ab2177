/*
 * What the owner of a mailbox does with it himself. No function here takes the
 * id of a mailbox: it is the session's.
 */
#ifndef CORE_OWNER_H
#define CORE_OWNER_H

#include "core/mailbox.h"
#include "core/session.h"

/* His mailbox as it is. */
bool owner_mailbox(struct core *c, const struct session *s, struct mailbox *out,
	struct err *e) MUST_USE;

/* A new password: ends every other session, IMAP's and POP3's too. */
bool owner_set_password(struct core *c, const struct actor *a,
	const struct session *s, const char *password, struct err *e) MUST_USE;

/* The same by a one-time link, which it uses up; *won_r is false when somebody
 * else used it first. Ends all sessions. */
bool owner_password_by_link(struct core *c, const struct session *s,
	const struct actor *a, const uint8_t link[static 32],
	const char *password, bool *won_r, struct err *e) MUST_USE;

bool owner_set_language(struct core *c, const struct session *s,
	const char *language, struct err *e) MUST_USE;

/*
 * The right password was given and is stored weaker than the installation
 * does it now: store it anew. Nobody's session ends. Nothing happens when it
 * is as good as new ones, or when it was changed meanwhile.
 */
bool owner_renew_hash(struct core *c, const struct session *s,
	const struct owner_row *row, const char *password,
	const struct session_from *from, struct err *e) MUST_USE;

#endif
