/*
 * Processes that hash passwords, one a core, so that an import uses the whole
 * host. They are started before the sandbox, hold nothing but their end of a
 * socket pair, give way to everybody else (nice), and end with their parent.
 * One that dies is done without.
 */
#ifndef JOBS_HASHERS_H
#define JOBS_HASHERS_H

#include "core/core.h"

struct hashers;

/* NULL where none could be started: then nothing hashes in parallel. */
struct hashers *hashers_start(void);
void hashers_end(struct hashers **h);

/* For struct core; NULL for NULL. */
const struct hasher *hashers_face(const struct hashers *h);

#endif
