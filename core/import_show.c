/*
 * What people see of an import: rows with what they would change, errors with
 * what to do about them, and what is fetched from its spool.
 */
#include <string.h>

#include "base/str.h"
#include "core/import_internal.h"

bool
import_rows(struct core *c, const struct actor *a, uint64_t id,
	enum import_outcome outcome, uint64_t after, size_t max,
	struct import_row **items_r, size_t *n_r, struct err *e)
{
	struct staged *rows;
	struct import im;

	*n_r = 0;
	if (!import_get(c, a, id, &im, e)
		|| !staging_row_list(c->db, c->arena, id, outcome, after, max,
			&rows, n_r, e))
		return false;
	*items_r = arena_array(c->arena, *n_r + 1, sizeof(**items_r));
	if (!*items_r)
		return err_memory(e);
	for (size_t i = 0; i < *n_r; i++) {
		struct import_row *r = &(*items_r)[i];

		*r = (struct import_row){ .row_no = rows[i].row_no,
			.line = rows[i].line,
			.noun = rows[i].noun,
			.subject = rows[i].subject };
		if (outcome == OUTCOME_CHANGED
			&& !import_difference(
				c, &rows[i], &r->before, &r->after, e))
			return false;
	}
	return true;
}

/* The cell that the options say is of this field. */
static uint64_t
column_of(const struct import_options *o, const char *field)
{
	const char *name = field;

	if (strcmp(field, "quota_bytes") == 0)
		name = staging_column_name(COLUMN_QUOTA);
	for (size_t i = 0; *name && i < o->columns.n; i++)
		if (strcmp(o->columns.items[i], name) == 0)
			return i + 1;
	return 0;
}

bool
import_errors(struct core *c, const struct actor *a, uint64_t id,
	uint64_t after_row, uint64_t after_n, size_t max,
	struct import_error **items_r, size_t *n_r, struct err *e)
{
	struct import_options o;
	struct import im;

	*n_r = 0;
	if (!import_get(c, a, id, &im, e)
		|| !import_options_read(im.options, &o, c->arena, e)
		|| !import_error_list(c->db, c->arena, id, after_row, after_n,
			max, items_r, n_r, e))
		return false;
	for (size_t i = 0; i < *n_r; i++) {
		struct import_error *x = &(*items_r)[i];

		if (x->col == 0)
			x->col = column_of(&o, x->field);
	}
	return true;
}

const char *
import_fix(const char *reason)
{
	static const struct {
		const char *reason, *fix;
	} fixes[] = {
		{ "no_such_domain",
			"add the domain first, or correct its name" },
		{ "no_right_import",
			"ask a superadmin for the right to import there" },
		{ "said_twice", "keep one of the two lines" },
		{ "address_taken",
			"choose another address, or delete the other one" },
		{ "exists_already",
			"choose \"add or update\", or take the line out" },
		{ "not_there", "choose \"add or update\" to add it" },
		{ "target_nowhere", "add the target, or correct its address" },
		{ "alias_loop", "take one of the targets out" },
		{ "alias_to_itself", "take the alias out of its targets" },
		{ "max_mailboxes", "raise the domain's limit of mailboxes" },
		{ "max_aliases", "raise the domain's limit of aliases" },
		{ "max_quota",
			"give smaller quotas, or raise the domain's limit" },
		{ "quota_needed", "give the mailbox a quota" },
		{ "no_unit", "write the size with its unit: 500M, 2G" },
		{ "bad_size", "write the size like 500M, 2G or none" },
		{ "required", "fill the cell in" },
		{ "bad_encoding",
			"choose the file's encoding, or save it as UTF-8" },
		{ "bad_utf8",
			"choose the file's encoding, or save it as UTF-8" },
		{ "bad_character", "take the character out" },
		{ "too_short", "choose a longer one" },
		{ "too_long", "choose a shorter one" },
		{ "unknown_scheme",
			"give a hash with a scheme that Dovecot knows" },
		{ "bad_hash", "copy the hash anew, as a whole" },
		{ "changed_meanwhile", "check the file again and import it" },
		{ "not_a_choice", "write yes or no" },
	};

	for (size_t i = 0; i < ARRAY_LEN(fixes); i++)
		if (strcmp(fixes[i].reason, reason) == 0)
			return fixes[i].fix;
	return "";
}

struct take {
	uint64_t id, seq;
	unsigned kind;
	bool is_once;
	const char *text;
	bool was_there;
};

static bool
take_in(struct tx *t, void *ctx, struct err *e)
{
	struct take *p = ctx;
	struct spool_row row;
	struct import im;
	size_t len;
	bool found;

	p->text = NULL;
	/* Nobody takes the same piece at the same time. */
	if (!import_locked(t, p->id, &im, e))
		return false;
	found = false;
	if (p->is_once
		&& !spool_row_first(
			t->db, t->arena, p->id, p->kind, &row, &found, e))
		return false;
	if (!p->is_once
		&& !spool_row_get(t->db, t->arena, p->id, p->kind, p->seq, &row,
			&found, e))
		return false;
	if (!found)
		return true;
	if (!import_spool_open(t, p->id, p->kind, &row, &p->text, &len, e))
		return false;
	((char *)(uintptr_t)p->text)[len] = '\0';
	return !p->is_once
		|| spool_row_delete_one(t->db, p->id, p->kind, row.seq, e);
}

bool
import_take_passwords(struct core *c, const struct actor *a, uint64_t id,
	const char **text_r, struct err *e)
{
	struct take p = { .id = id, .kind = SPOOL_PASSWORDS, .is_once = true };
	struct import im;

	*text_r = NULL;
	if (!import_get(c, a, id, &im, e))
		return false;
	if (im.state == IMPORT_RUNNING)
		return err_set(e, ERR_CONFLICT, NULL, "is_running", NULL,
			"the import is still at work");
	if (!core_run(c, a, "import.passwords", take_in, &p, NULL, e))
		return false;
	*text_r = p.text;
	return true;
}

bool
import_failed_rows(struct core *c, const struct actor *a, uint64_t id,
	uint64_t seq, const char **text_r, struct err *e)
{
	struct take p = { .id = id, .kind = SPOOL_FAILED, .seq = seq };
	struct import im;

	*text_r = NULL;
	if (!import_get(c, a, id, &im, e)
		|| !core_run(c, a, "import.failed", take_in, &p, NULL, e))
		return false;
	*text_r = p.text;
	return true;
}
