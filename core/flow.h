/*
 * A long text that is made piece by piece, in bounded memory: what the web
 * layer sends and the command line prints.
 *
 * Whoever opens one closes it. While it is open it has the database's
 * connection to itself, in one snapshot: all pieces are of the same moment.
 */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include "base/base.h"
#include "base/err.h"
#include "base/str.h"

/* About as much is made at once. */
#define FLOW_PIECE ((size_t)64 << 10)
/* Room that `out` of flow_more must have. */
#define FLOW_LIMIT ((size_t)16 << 20)

struct flow {
	bool (*more)(
		void *ctx, struct str *out, bool *is_last_r, struct err *e);
	void (*close)(void *ctx);
	void *ctx; /* NULL: not open */
	const char *type;
	const char *file_name;
};

/* The next piece is added to `out`; *is_last_r when it was the last. */
static inline bool
flow_more(const struct flow *f, struct str *out, bool *is_last_r, struct err *e)
{
	return f->more(f->ctx, out, is_last_r, e);
}

static inline void
flow_close(struct flow *f)
{
	if (f->ctx)
		f->close(f->ctx);
	f->ctx = NULL;
}

#endif
