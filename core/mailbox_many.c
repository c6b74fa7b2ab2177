/*
 * Many new mailboxes in one write, each kind of row by one statement.
 */
#include "core/ops.h"

#include "db/log_rows.h"
#include "db/staging_rows.h"

#define KEYS_AT_ONCE 100000

static bool
add_secrets(struct tx *t, struct mailbox *m, const char *const *stored,
	size_t n, struct err *e)
{
	const char **value = arena_array(t->arena, n + 1, sizeof(*value));
	uint64_t *ids = arena_array(t->arena, n + 1, sizeof(*ids));
	size_t k = 0;

	if (!value || !ids)
		return err_memory(e);
	for (size_t i = 0; i < n; i++)
		if (stored[i])
			value[k++] = stored[i];
	if (!secret_row_insert_many(
		    t->db, t->arena, "mailbox", value, k, t->now_us, ids, e))
		return false;
	k = 0;
	for (size_t i = 0; i < n; i++)
		if (stored[i])
			m[i].secret_id = ids[k++];
	return true;
}

/* Which id each got: told by the staged row that it comes from. */
static bool
read_ids(struct tx *t, const struct staged_range *range, struct mailbox *m,
	size_t n, struct err *e)
{
	uint64_t *rows, *ids;
	size_t n_ids, k = 0;

	if (!staging_row_ids(t->db, t->arena, range, &rows, &ids, &n_ids, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		/* m[i].id holds the row's number until here. */
		while (k < n_ids && rows[k] < m[i].id)
			k++;
		if (k == n_ids || rows[k] != m[i].id)
			return err_set(e, ERR_INTERNAL, NULL, "row_lost",
				m[i].address, "a new mailbox was not found");
		m[i].id = ids[k];
	}
	return true;
}

static bool
record(struct tx *t, struct mailbox *m, struct err *e)
{
	struct change_in change = { .noun = "mailbox",
		.noun_id = m->id,
		.domain_id = m->domain_id,
		.op = CHANGE_CREATE,
		.subject = m->address,
		.version = 1 };
	struct tx_domain *td = tx_domain_of(t, m->domain_id);

	td->d.mailbox_count++;
	td->d.quota_allotted_bytes += m->quota_bytes;
	domain_note_address(&td->d, m->address, true);
	tx_touch(td);
	m->home = mailbox_home(t->arena, t->c->conf, m->id);
	return (m->home || err_memory(e))
		&& image_full(mailbox_fields, m, t->arena, &change.after, e)
		&& tx_change(t, &change, e) && tx_key(t, 'a', m->address, e);
}

bool
mailbox_insert_many(struct tx *t, const struct staged_range *range,
	struct mailbox *m, const char *const *stored, size_t n, struct err *e)
{
	const char **referring;
	size_t n_referring;

	if (n == 0)
		return true;
	if (!add_secrets(t, m, stored, n, e)
		|| !mailbox_row_insert_many(t->db, t->arena, m, n, e)
		|| !read_ids(t, range, m, n, e)
		|| !mailbox_row_parts_many(t->db, t->arena, m, n, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!record(t, &m[i], e))
			return false;
	t->homes = m;
	t->n_homes = n;
	return staging_row_referring(t->db, t->arena, range, KEYS_AT_ONCE,
		       &referring, &n_referring, e)
		&& tx_key_aliases(t, referring, n_referring, e);
}
