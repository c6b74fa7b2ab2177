/*
 * The words of the document in its languages. Used by maps/document*.c only.
 */
#ifndef MAPS_DOCUMENT_WORDS_H
#define MAPS_DOCUMENT_WORDS_H

#include "maps/document.h"

enum document_word {
	WORD_TITLE,
	WORD_AS_OF,
	WORD_MADE_BY,
	WORD_SUMMARY,
	WORD_DOMAINS,
	WORD_MAILBOXES,
	WORD_ALIASES,
	WORD_WHITELIST,
	WORD_NODES,
	WORD_SERIAL,
	WORD_MODE,
	WORD_MODE_AUTOMATIC,
	WORD_MODE_REVIEWED,
	WORD_VERSION,
	WORD_NAME,
	WORD_STATE,
	WORD_DESCRIPTION,
	WORD_LIMITS,
	WORD_QUOTA,
	WORD_TRANSPORT,
	WORD_ADDRESS,
	WORD_TARGETS,
	WORD_NETWORK,
	WORD_OWNER,
	WORD_NOTE,
	WORD_EXPIRES,
	WORD_NEVER,
	WORD_ROLE,
	WORD_LIVE,
	WORD_SEEN,
	WORD_HOST,
	WORD_MAPS,
	WORD_SETTINGS,
	WORD_SETTINGS_OF,
	WORD_NO_SETTINGS,
	WORD_PROGRAM,
	WORD_VALUE,
	WORD_FILE,
	WORD_DEFAULT,
	WORD_DIFFERS,
	WORD_NO_LIMIT,
	WORD_NONE,
	WORD_ACTIVE,
	WORD_NOLOGIN,
	WORD_CLOSED,
	WORD_PREPARED,
	WORD_DISABLED,
	WORD_RETIRING,
	WORD_EXPIRED,
	WORD_DELETED,
	WORD_ROLE_MAILBOX,
	WORD_ROLE_SECONDARY,
	WORD_ROLE_OUTBOUND,
	WORD_NO_SECRETS,
	WORDS
};

const char *document_word(
	enum document_language language, enum document_word word);
/* The word of a state or a role as rows name it; itself when unknown. */
const char *document_term(enum document_language language, const char *term);

#endif
