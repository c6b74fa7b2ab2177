/*
 * What a node tells of its host: name, versions, room, load.
 */
#ifndef MTA_FACTS_H
#define MTA_FACTS_H

#include "base/base.h"
#include "base/conf.h"
#include "base/str.h"

/* What does not change while this process lives; "" where it is not known. */
struct facts {
	char postfix[64], dovecot[64]; /* versions of the packages */
	char spool[256];               /* Postfix's queue folder */
};

/* Before the sandbox: it reads files that are closed to it later. */
void facts_learn(const struct conf *conf, struct facts *f);

/*
 * A JSON object: host, postfix, dovecot (null where not known), cpus, load
 * (of the last minute, in hundredths), up_s, and room: an object with
 * free_bytes, bytes, free_inodes, inodes for each of maps, state, spool.
 * False: does not fit.
 */
bool facts_write(const struct conf *conf, const struct facts *f,
	struct str *out) MUST_USE;

#endif
