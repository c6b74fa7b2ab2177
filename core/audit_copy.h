/*
 * A copy of each revision for syslog or journald: one line of key=value, sent
 * to the socket of [audit] syslog once the revision is committed. It never
 * holds a write up: what the socket does not take at once is counted in the
 * program's own log.
 *
 * The log in the database is the one that counts; the copy is for whoever keeps
 * logs elsewhere. It holds no images.
 */
#ifndef CORE_AUDIT_COPY_H
#define CORE_AUDIT_COPY_H

#include "core/tx.h"

/* The write has a serial and is committed. */
void audit_copy(const struct tx *t);

#endif
