/*
 * vpopmail's accounts, from its vpasswd files and from its tables alike.
 */
#ifndef CORE_IMPORTER_VPOPMAIL_H
#define CORE_IMPORTER_VPOPMAIL_H

#include "core/importer.h"

struct vpopmail_account {
	uint64_t line;
	const char *name, *domain, *hash, *gecos, *quota;
	uint64_t flags; /* pw_gid */
};

bool importer_vpopmail_account(struct importer *im,
	const struct vpopmail_account *v, struct err *e) MUST_USE;

/* `NOQUOTA`, `1000000S`, `1000000S,1000C`, `10MB`, `1000KB`, bytes; 0 none. */
bool importer_vpopmail_quota(const char *text, uint64_t *bytes_r) MUST_USE;

#endif
