/*
 * The revision log: audit trail, history of every object, the publisher's
 * feed, and the ground for undo.
 *
 * A revision has changes (one noun each, with its fields before and after) and
 * keys (what may differ in the maps). A change of op `update` holds only the
 * fields that differ; `create`, `restore` and `delete` hold the row. Images
 * are JSON objects in the API's names; a password shows as `password_id`, the
 * id of a row of `secret`, never as more.
 *
 * Undo writes a new revision from the before-images. It is refused
 * (ERR_CONFLICT) with `later_change`, naming noun and serial, when a field
 * that it would set has another value than this revision gave it;
 * `cannot_undo` for what has no way back (a purge, a node, a setting), and
 * `undone_already`. What a create made is deleted, what a delete took is
 * restored.
 */
#ifndef CORE_REVISION_H
#define CORE_REVISION_H

#include "core/core.h"
#include "core/list.h"
#include "db/revision_rows.h"

enum change_op {
	CHANGE_CREATE = 1,
	CHANGE_UPDATE,
	CHANGE_DELETE,
	CHANGE_RESTORE
};
const char *change_op_name(enum change_op op);

struct change {
	uint64_t seq;
	const char *noun;
	uint64_t noun_id;
	uint64_t domain_id; /* 0: none */
	enum change_op op;
	const char *subject;
	const char *before; /* JSON text, or NULL */
	const char *after;
};

struct revision {
	uint64_t serial;
	uint64_t prov_id;
	const char *action; /* `mailbox.create`, `undo`, ... */
	enum actor_kind actor_kind;
	uint64_t admin_id; /* 0: none */
	const char *actor_name;
	const char *client;
	const char *request_id;
	const char *note;
	uint64_t undoes;    /* 0: none */
	uint64_t undone_by; /* 0: not undone */
	uint64_t job_id;    /* 0: none */
	int64_t change_count;
	bool has_first;
	struct change first; /* without images */
	int64_t created_us;
};

struct revision_query {
	struct list_query list; /* newest first; no sort, no q */
	const char *noun;       /* or NULL */
	uint64_t noun_id;       /* 0: all */
	uint64_t domain_id;
	struct revision_range range;
	const char *action; /* or NULL */
	const char *prefix; /* what a subject begins with, or NULL */
};
bool revision_list(struct core *c, const struct actor *a,
	const struct revision_query *q, struct revision **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

bool revision_get(struct core *c, const struct actor *a, uint64_t serial,
	struct revision *out, struct err *e) MUST_USE;

/* Changes with images, `max` of them from seq `from` on; *next_r is the next
 * seq, or 0 when these were the last. */
bool revision_changes(struct core *c, const struct actor *a, uint64_t serial,
	uint64_t from, size_t max, struct change **items_r, size_t *n_r,
	uint64_t *next_r, struct err *e) MUST_USE;

/* `note` may be NULL. *serial_r is the new revision. */
bool revision_undo(struct core *c, const struct actor *a, uint64_t serial,
	const char *note, uint64_t *serial_r, struct err *e) MUST_USE;

/* The filter of a list, for what goes through all that match. */
bool revision_filter_of(struct core *c, const struct actor *a,
	const struct revision_query *q, struct revision_filter *f_r,
	struct err *e) MUST_USE;

#endif
