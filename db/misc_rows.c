/*
 * SQL of idempotency claims, jobs and leases.
 */
#include "db/misc_rows.h"

#include <string.h>

enum {
	Q_CLAIM,
	Q_CLAIM_GET,
	Q_CLAIM_MADE,
	Q_CLAIM_KEEP,
	Q_CLAIM_PURGE,
	Q_JOB_INSERT,
	Q_JOB_GET,
	Q_JOB_OF_DOMAIN,
	Q_JOB_NEXT,
	Q_JOB_TAKE,
	Q_JOB_PROGRESS,
	Q_JOB_FINISH,
	Q_JOB_BATCH,
	Q_JOB_CANCEL,
	Q_JOB_ERROR,
	Q_JOB_ERRORS,
	Q_JOB_COUNT,
	Q_JOB_PURGE,
	Q_LEASE,
	Q_LEASE_HELD,
	Q_N
};

static const struct sql sql[] = {
	[Q_CLAIM] = { "INSERT INTO idempotency (key_hash, request_hash, "
		      "status, location, created) "
		      "VALUES (?, ?, 0, CONCAT('prov:', ?), ?)",
		"bbut", "" },
	[Q_CLAIM_GET] = { "SELECT request_hash, status, location, reply "
			  "FROM idempotency WHERE key_hash = ?",
		"b", "busb" },
	[Q_CLAIM_MADE] = { "SELECT noun, noun_id FROM `change` "
			   "WHERE prov_id = ? AND (op = 1 OR noun = 'node') "
			   "ORDER BY seq LIMIT 1",
		"u", "su" },
	[Q_CLAIM_KEEP] = { "UPDATE idempotency SET status = ?, location = ?, "
			   "reply = ? WHERE key_hash = ?",
		"usbb", "" },
	[Q_CLAIM_PURGE] = { "DELETE FROM idempotency WHERE created < ? "
			    "LIMIT 1000",
		"t", "" },
	[Q_JOB_INSERT] = { "INSERT INTO job (kind, state, subject, domain_id, "
			   "args, phase, done, total, message, actor_kind, "
			   "admin_id, actor_name, created, started, finished, "
			   "undoes_job, token_id) "
			   "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
			   "?, ?, ?)",
		"susussuusuustttuu", "" },
	[Q_JOB_GET] = { "SELECT " JOB_COLUMNS " FROM job j WHERE j.id = ?", "u",
		JOB_OUT },
	[Q_JOB_OF_DOMAIN] = { "SELECT id FROM job WHERE domain_id = ? "
			      "AND state IN (1, 2) AND kind LIKE 'domain.%' "
			      "LIMIT 1",
		"u", "u" },
	[Q_JOB_NEXT] = { "SELECT id FROM job WHERE state = 1 OR (state = 2 "
			 "AND lease_until < ?) ORDER BY id LIMIT 1",
		"t", "u" },
	[Q_JOB_TAKE] = { "UPDATE job SET state = 2, lease_holder = ?, "
			 "lease_until = ?, started = COALESCE(started, ?), "
			 "seq = seq + 1 WHERE id = ? AND (state = 1 "
			 "OR (state = 2 AND lease_until < ?))",
		"sttut", "" },
	[Q_JOB_PROGRESS] = { "UPDATE job SET done = ?, total = ?, failed = ?, "
			     "phase = ?, message = ?, lease_until = ?, "
			     "seq = seq + 1 WHERE id = ? AND state = 2 "
			     "AND lease_holder = ?",
		"uuusstus", "" },
	[Q_JOB_FINISH] = { "UPDATE job SET state = ?, done = ?, total = ?, "
			   "failed = ?, phase = ?, message = ?, finished = ?, "
			   "lease_until = NULL, seq = seq + 1 WHERE id = ? "
			   "AND state = 2 AND lease_holder = ?",
		"uuuusstus", "" },
	[Q_JOB_BATCH] = { "UPDATE job SET args = ?, done = ?, failed = ?, "
			  "seq = seq + 1 WHERE id = ?",
		"suuu", "" },
	[Q_JOB_CANCEL] = { "UPDATE job SET cancel = 1, "
			   "finished = IF(state = 1, ?, finished), "
			   "state = IF(state = 1, 5, state), seq = seq + 1 "
			   "WHERE id = ? AND state IN (1, 2)",
		"tu", "" },
	[Q_JOB_ERROR] = { "INSERT INTO job_error (job_id, seq, subject, "
			  "reason, text) SELECT ?, last.seq + 1, ?, ?, ? FROM "
			  "(SELECT COALESCE(MAX(seq), 0) AS seq "
			  "FROM job_error WHERE job_id = ?) last",
		"usssu", "" },
	[Q_JOB_ERRORS] = { "SELECT seq, subject, reason, text FROM job_error "
			   "WHERE job_id = ? AND seq > ? ORDER BY seq LIMIT ?",
		"uuu", "usss" },
	[Q_JOB_COUNT] = { "SELECT state, COUNT(*) FROM job GROUP BY state", "",
		"uu" },
	[Q_JOB_PURGE] = { "DELETE FROM job WHERE finished < ? LIMIT ?", "tu",
		"" },
	[Q_LEASE] = { "UPDATE lease SET holder = ?, until = ? WHERE name = ? "
		      "AND (holder = ? OR until < ?)",
		"stsst", "" },
	[Q_LEASE_HELD] = { "SELECT COUNT(*) FROM lease WHERE name = ? "
			   "AND holder = ? AND until >= ?",
		"sst", "u" },
};
_Static_assert(ARRAY_LEN(sql) == Q_N, "one statement each");

const struct sql_table misc_sql = { "misc", sql, Q_N, false };

bool
claim_row_insert(struct db *db, const uint8_t key[static 32],
	const uint8_t request[static 32], uint64_t prov_id, int64_t at_us,
	struct err *e)
{
	if (db_exec(db, &sql[Q_CLAIM],
		    ARGS(arg_bytes(key, 32), arg_bytes(request, 32),
			    arg_u64(prov_id), arg_time(at_us)),
		    NULL, e))
		return true;
	if (e && e->code == ERR_CONFLICT) {
		err_clear(e);
		return err_set(e, ERR_CONFLICT, "Idempotency-Key", "key_in_use",
			NULL, "this key was used a moment ago: ask again");
	}
	return false;
}

static void
take_hash(const struct rows *r, unsigned col, uint8_t out[static 32])
{
	size_t len;
	const void *p = row_bytes(r, col, &len);

	memcpy(out, p, len < 32 ? len : 32);
}

bool
claim_row_get(struct db *db, struct arena *a, const uint8_t key[static 32],
	struct claim_row *out, bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*out = (struct claim_row){ .location = "" };
	*found_r = false;
	if (!db_query(db, &sql[Q_CLAIM_GET], ARGS(arg_bytes(key, 32)), &r, e))
		return false;
	if (rows_next(&r)) {
		*found_r = true;
		take_hash(&r, 0, out->request);
		out->status = (unsigned)row_u64(&r, 1);
		out->location = row_dup(&r, 2, a);
		if (!row_is_null(&r, 3))
			out->reply = row_dup(&r, 3, a);
		ok = out->location && (out->reply || row_is_null(&r, 3));
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
claim_row_made(struct db *db, struct arena *a, uint64_t prov_id,
	const char **noun_r, uint64_t *id_r, struct err *e)
{
	struct rows r;

	*noun_r = NULL;
	*id_r = 0;
	if (!db_query(db, &sql[Q_CLAIM_MADE], ARGS(arg_u64(prov_id)), &r, e))
		return false;
	if (rows_next(&r)) {
		*noun_r = row_dup(&r, 0, a);
		*id_r = row_u64(&r, 1);
	}
	return rows_done(&r, e);
}

bool
claim_row_keep(struct db *db, const uint8_t key[static 32], unsigned status,
	const char *location, const char *reply, struct err *e)
{
	return db_exec(db, &sql[Q_CLAIM_KEEP],
		ARGS(arg_u64(status), arg_text(location), arg_text(reply),
			arg_bytes(key, 32)),
		NULL, e);
}

bool
claim_row_purge(struct db *db, int64_t before_us, uint64_t *n_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_CLAIM_PURGE], ARGS(arg_time(before_us)), &done,
		    e))
		return false;
	*n_r = done.affected;
	return true;
}

bool
job_load(const struct rows *r, struct arena *a, void *item)
{
	struct job_row *j = item;

	j->id = row_u64(r, 0);
	j->kind = row_dup(r, 1, a);
	j->state = (unsigned)row_u64(r, 2);
	j->subject = row_dup(r, 3, a);
	j->domain_id = row_u64(r, 4);
	j->args = row_dup(r, 5, a);
	j->phase = row_dup(r, 6, a);
	j->done = row_u64(r, 7);
	j->total = row_u64(r, 8);
	j->failed = row_u64(r, 9);
	j->seq = row_u64(r, 10);
	j->is_cancel_requested = row_u64(r, 11);
	j->message = row_dup(r, 12, a);
	j->actor_kind = (unsigned)row_u64(r, 13);
	j->admin_id = row_u64(r, 14);
	j->actor_name = row_dup(r, 15, a);
	j->created_us = row_time(r, 16);
	j->started_us = row_time(r, 17);
	j->finished_us = row_time(r, 18);
	j->undoes_job = row_u64(r, 19);
	j->undone_by = row_u64(r, 20);
	j->has_revisions = row_u64(r, 21);
	j->token_id = row_u64(r, 22);
	return j->kind && j->subject && j->args && j->phase && j->message
		&& j->actor_name;
}

bool
job_row_insert(struct db *db, struct job_row *j, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_JOB_INSERT],
		    ARGS(arg_text(j->kind), arg_u64(j->state),
			    arg_text(j->subject), arg_id(j->domain_id),
			    arg_text(j->args), arg_text(j->phase),
			    arg_u64(j->done), arg_u64(j->total),
			    arg_text(j->message), arg_u64(j->actor_kind),
			    arg_id(j->admin_id), arg_text(j->actor_name),
			    arg_time(j->created_us), arg_time(j->started_us),
			    arg_time(j->finished_us), arg_id(j->undoes_job),
			    arg_id(j->token_id)),
		    &done, e))
		return false;
	j->id = done.insert_id;
	return true;
}

bool
job_row_get(struct db *db, struct arena *a, uint64_t id, struct job_row *out,
	bool *found_r, struct err *e)
{
	struct rows r;
	bool ok = true;

	*found_r = false;
	if (!db_query(db, &sql[Q_JOB_GET], ARGS(arg_u64(id)), &r, e))
		return false;
	if (rows_next(&r)) {
		ok = job_load(&r, a, out) || err_memory(e);
		*found_r = ok;
	}
	return rows_done(&r, e) && ok;
}

bool
job_row_of_domain(
	struct db *db, uint64_t domain_id, uint64_t *id_r, struct err *e)
{
	return db_query_u64(db, &sql[Q_JOB_OF_DOMAIN], ARGS(arg_u64(domain_id)),
		id_r, NULL, e);
}

bool
job_row_next(struct db *db, int64_t at_us, uint64_t *id_r, struct err *e)
{
	return db_query_u64(
		db, &sql[Q_JOB_NEXT], ARGS(arg_time(at_us)), id_r, NULL, e);
}

/* Run it; *won_r tells whether it changed a row. */
static bool
compare_and_set(struct db *db, const struct sql *q, const struct arg *args,
	size_t n, bool *won_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, q, args, n, &done, e))
		return false;
	*won_r = done.affected > 0;
	return true;
}

bool
job_row_take(struct db *db, uint64_t id, const char *holder, int64_t until_us,
	int64_t at_us, bool *won_r, struct err *e)
{
	return compare_and_set(db, &sql[Q_JOB_TAKE],
		ARGS(arg_text(holder), arg_time(until_us), arg_time(at_us),
			arg_u64(id), arg_time(at_us)),
		won_r, e);
}

bool
job_row_progress(struct db *db, const struct job_row *j, const char *holder,
	int64_t until_us, bool *won_r, struct err *e)
{
	return compare_and_set(db, &sql[Q_JOB_PROGRESS],
		ARGS(arg_u64(j->done), arg_u64(j->total), arg_u64(j->failed),
			arg_text(j->phase), arg_text(j->message),
			arg_time(until_us), arg_u64(j->id), arg_text(holder)),
		won_r, e);
}

bool
job_row_finish(struct db *db, const struct job_row *j, const char *holder,
	int64_t at_us, bool *won_r, struct err *e)
{
	return compare_and_set(db, &sql[Q_JOB_FINISH],
		ARGS(arg_u64(j->state), arg_u64(j->done), arg_u64(j->total),
			arg_u64(j->failed), arg_text(j->phase),
			arg_text(j->message), arg_time(at_us), arg_u64(j->id),
			arg_text(holder)),
		won_r, e);
}

bool
job_row_batch(struct db *db, const struct job_row *j, struct err *e)
{
	return db_exec(db, &sql[Q_JOB_BATCH],
		ARGS(arg_text(j->args), arg_u64(j->done), arg_u64(j->failed),
			arg_u64(j->id)),
		NULL, e);
}

bool
job_row_cancel(
	struct db *db, uint64_t id, int64_t at_us, uint64_t *n_r, struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_JOB_CANCEL], ARGS(arg_time(at_us), arg_u64(id)),
		    &done, e))
		return false;
	*n_r = done.affected;
	return true;
}

bool
job_row_error(struct db *db, uint64_t id, const char *subject,
	const char *reason, const char *text, struct err *e)
{
	return db_exec(db, &sql[Q_JOB_ERROR],
		ARGS(arg_u64(id), arg_text(subject), arg_text(reason),
			arg_text(text), arg_u64(id)),
		NULL, e);
}

bool
job_row_errors(struct db *db, struct arena *a, uint64_t id, uint64_t after,
	size_t max, struct job_error_row **items_r, size_t *n_r, struct err *e)
{
	struct rows r;
	bool ok;

	*n_r = 0;
	if (!db_query(db, &sql[Q_JOB_ERRORS],
		    ARGS(arg_u64(id), arg_u64(after), arg_u64(max)), &r, e))
		return false;
	*items_r = arena_array(a, r.n + 1, sizeof(**items_r));
	ok = *items_r != NULL;
	while (ok && rows_next(&r)) {
		struct job_error_row *x = &(*items_r)[(*n_r)++];

		x->seq = row_u64(&r, 0);
		x->subject = row_dup(&r, 1, a);
		x->reason = row_dup(&r, 2, a);
		x->text = row_dup(&r, 3, a);
		ok = x->subject && x->reason && x->text;
	}
	return rows_done(&r, e) && (ok || err_memory(e));
}

bool
job_row_count(struct db *db, uint64_t *n_r, size_t n, struct err *e)
{
	struct rows r;

	memset(n_r, 0, n * sizeof(*n_r));
	if (!db_query(db, &sql[Q_JOB_COUNT], NO_ARGS, &r, e))
		return false;
	while (rows_next(&r))
		if (row_u64(&r, 0) < n)
			n_r[row_u64(&r, 0)] = row_u64(&r, 1);
	return rows_done(&r, e);
}

bool
job_row_purge(struct db *db, int64_t before_us, size_t max, uint64_t *n_r,
	struct err *e)
{
	struct db_done done;

	if (!db_exec(db, &sql[Q_JOB_PURGE],
		    ARGS(arg_time(before_us), arg_u64(max)), &done, e))
		return false;
	*n_r = done.affected;
	return true;
}

bool
lease_row_hold(struct db *db, const char *name, const char *holder,
	int64_t at_us, int64_t until_us, bool *held_r, struct err *e)
{
	uint64_t n;

	if (!db_exec(db, &sql[Q_LEASE],
		    ARGS(arg_text(holder), arg_time(until_us), arg_text(name),
			    arg_text(holder), arg_time(at_us)),
		    NULL, e)
		|| !db_query_u64(db, &sql[Q_LEASE_HELD],
			ARGS(arg_text(name), arg_text(holder), arg_time(at_us)),
			&n, NULL, e))
		return false;
	*held_r = n > 0;
	return true;
}
