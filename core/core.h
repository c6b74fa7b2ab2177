/*
 * What every operation of core works with: the database, the memory of the
 * request, the configuration and the clock; and the runner that all writes go
 * through.
 *
 * Every function of core takes `struct core *`, the actor, its input and
 * `struct err *e` last. What it returns lives in c->arena. Core knows nothing
 * of HTTP, command lines or jobs; all of them call the same functions.
 *
 * A write is one transaction, see core_run. Functions that write run it
 * themselves: callers never begin a transaction.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/form.h"
#include "base/password.h"
#include "base/seal.h"
#include "core/actor.h"
#include "db/db.h"

/* Which program this is: it decides the account at the database. */
enum core_face {
	FACE_WEB, /* prepared at the start */
	FACE_CGI, /* as FACE_WEB, prepared on use */
	FACE_JOB,
	FACE_CLI /* prepared on use */
};

struct idempotency_claim;

/* `n` passwords to their stored forms, in order. */
struct hasher {
	bool (*hash)(const struct hasher *h, enum password_scheme scheme,
		const char *const *password, char (*out)[PASSWORD_HASH_SIZE],
		size_t n, struct err *e);
};

/*
 * What a write would have done: filled by core_run in a dry run. Texts live in
 * the core's arena. A command that writes several times adds to it.
 */
struct trial_change {
	const char *noun;
	uint64_t noun_id, domain_id; /* 0: none */
	unsigned op;                 /* enum change_op */
	const char *subject;
	const char *before, *after; /* images, or NULL */
};
struct trial_key {
	char kind;
	const char *key;
};
struct core_trial {
	const char *action;
	struct trial_change *change;
	size_t n_changes;
	struct trial_key *key;
	size_t n_keys;
	uint64_t refused; /* rows that a rule kept as they are */
	/* Rows of `noun` that it would change, too many to try: nothing is in
	 * `change` then. */
	struct {
		const char *noun;
		uint64_t domain_id; /* 0: of several */
		uint64_t n;
	} beyond;
};

/* More rows than this are not tried. */
#define TRIAL_ROWS_MAX 1000

struct core {
	const struct conf *conf;
	struct db *db;
	struct arena *arena;      /* of the request; the caller resets it */
	int64_t (*now)(void);     /* now_us, or a test's clock */
	bool is_dry_run;          /* writes roll back instead of committing */
	struct core_trial *trial; /* of a dry run, or NULL */
	const struct idempotency_claim *claim; /* core/idempotency.h, or NULL */
	int slots_fd;                          /* sign-in slots of the host */
	/* Makes hashes on all cores (jobd); NULL: here, one after another. */
	const struct hasher *hasher;
	struct seal_ring seal; /* empty where there is no key file */
};

/*
 * Connect. `arena` is the request's. ERR_UNAVAILABLE when the database is
 * away: call it again for the next request. Once open, lost connections are
 * made anew by themselves. Open it after a fork, in each process.
 */
bool core_open(struct core *c, const struct conf *conf, enum core_face face,
	struct arena *arena, struct err *e) MUST_USE;
void core_close(struct core *c);

/* Options for db_open of this face (the statement tables included). Reads
 * password_file into `password` (size bytes). */
bool core_db_options(const struct conf *conf, enum core_face face,
	struct db_options *o, char *password, size_t size,
	struct err *e) MUST_USE;

/*
 * A write: begin, fn, revision, commit; after the commit the publisher is
 * woken. `fn` may run up to four times (ERR_RETRY: deadlock, lock time-out,
 * lost connection), so it starts from its input each time and changes nothing
 * outside the transaction but what it writes into `ctx` anew. A write that
 * recorded no change takes no serial. In a dry run everything is rolled back
 * and no serial is taken.
 */
struct tx;
typedef bool core_write(struct tx *tx, void *ctx, struct err *e);

struct core_done {
	uint64_t serial; /* 0: nothing changed */
	int64_t at_us;
};

bool core_run(struct core *c, const struct actor *actor, const char *action,
	core_write *fn, void *ctx, struct core_done *done_r,
	struct err *e) MUST_USE;

/* Tell mapd that a serial was taken; never blocks. core_run does it. */
void core_wake(const struct core *c);

#endif
