/*
 * LMDB files as Postfix reads them. See dict_lmdb.c and slmdb.c of Postfix
 * for the reader's side: F_RDLCK, read transaction, get, abort, unlock; on
 * MDB_MAP_RESIZED it adapts its map size.
 */
#include "mta/lmdb_map.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/timeutil.h"
#include "mta/files.h"

/* Address space, not disk: the file stays as small as its content. */
#define MAP_BYTES ((size_t)1 << 30)
#define BUILD_LOCK_MS 5000
/* The pause between two tries for a lock grows from this to that. */
#define TRY_NS 50000
#define TRY_MAX_NS 800000

struct env {
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	int fd;
	const char *path;
};

static bool
fail(const struct env *x, const char *what, int rc, struct err *e)
{
	if (rc == ENOENT)
		return err_set(e, ERR_NOT_FOUND, "", "missing", x->path,
			"%s: no such file", x->path);
	/* Opening an empty file for reading is EBADF. */
	const bool damaged = rc == MDB_INVALID || rc == MDB_CORRUPTED
		|| rc == MDB_PAGE_NOTFOUND || rc == MDB_VERSION_MISMATCH
		|| rc == MDB_PANIC || rc == MDB_BAD_TXN || rc == EBADF
		|| rc == EINVAL;
	return err_set(e, ERR_INTERNAL, "", damaged ? "damaged" : "io", x->path,
		"%s: %s: %s", x->path, what, mdb_strerror(rc));
}

static bool
env_open(struct env *x, const char *path, unsigned flags, size_t size,
	struct err *e)
{
	*x = (struct env){ .fd = -1, .path = path };
	int rc = mdb_env_create(&x->env);
	if (rc)
		return fail(x, "create", rc, e);
	rc = mdb_env_set_mapsize(x->env, size);
	if (!rc)
		rc = mdb_env_open(
			x->env, path, MDB_NOSUBDIR | MDB_NOLOCK | flags, 0640);
	if (!rc)
		rc = mdb_env_get_fd(x->env, &x->fd);
	return rc ? fail(x, "open", rc, e) : true;
}

static void
env_close(struct env *x)
{
	if (x->txn)
		mdb_txn_abort(x->txn);
	if (x->env)
		mdb_env_close(x->env);
	x->txn = NULL;
	x->env = NULL;
}

/*
 * Wait for a lock with a deadline. Locks of fcntl(2) are not fair: new readers
 * pass a writer that waits, and one that is woken finds the next reader there
 * before it runs. So it tries, ever less often: under eight readers that gets
 * a free instant sooner than sleeping in the kernel does.
 */
static bool
lock_wait(const struct env *x, short type, int wait_ms, struct err *e)
{
	struct flock lk = { .l_type = type, .l_whence = SEEK_SET };
	const int64_t until = monotonic_us() + (int64_t)wait_ms * 1000;
	struct timespec rest = { .tv_nsec = TRY_NS };

	while (fcntl(x->fd, F_SETLK, &lk) < 0) {
		const int why = errno;
		if (why != EINTR && why != EAGAIN && why != EACCES)
			return fail(x, "lock", why, e);
		if (monotonic_us() >= until)
			return err_set(e, ERR_UNAVAILABLE, "", "locked",
				x->path, "%s: cannot get the lock: %s", x->path,
				strerror(why));
		nanosleep(&rest, NULL);
		if (rest.tv_nsec < TRY_MAX_NS)
			rest.tv_nsec *= 2;
	}
	return true;
}

/*
 * Write lock, then down to a read lock, and only then the transaction: it
 * reads the current header page at its begin.
 */
static bool
write_begin(struct env *x, const char *path, size_t size, int lock_ms,
	struct err *e)
{
	if (!env_open(x, path, 0, size, e))
		return false;
	if (!lock_wait(x, F_WRLCK, lock_ms, e)
		|| !lock_wait(x, F_RDLCK, lock_ms, e))
		return false;
	int rc = mdb_txn_begin(x->env, NULL, 0, &x->txn);
	if (!rc)
		rc = mdb_dbi_open(x->txn, NULL, 0, &x->dbi);
	return rc ? fail(x, "begin", rc, e) : true;
}

static MDB_val
text(const char *s)
{
	return (MDB_val){ strlen(s) + 1, (void *)(uintptr_t)s };
}

static int
apply_line(struct env *x, const struct delta_line *d)
{
	MDB_val k = text(d->key);
	if (!d->after) {
		const int rc = mdb_del(x->txn, x->dbi, &k, NULL);
		return rc == MDB_NOTFOUND ? 0 : rc;
	}
	MDB_val v = text(d->after);
	return mdb_put(x->txn, x->dbi, &k, &v, 0);
}

static bool
is_part(const struct delta_line *d, enum lmdb_part part)
{
	return part == LMDB_BOTH || (part == LMDB_PUTS) == (d->after != NULL);
}

/* One try with that map size; *rc_r says MDB_MAP_FULL when it was too small. */
static bool
apply_once(const char *path, const struct delta_line *d, size_t n,
	enum lmdb_part part, size_t size, int lock_ms, int *rc_r, struct err *e)
{
	struct env x;
	bool ok = false;
	int rc = 0;

	*rc_r = 0;
	if (!write_begin(&x, path, size, lock_ms, e))
		goto out;
	for (size_t i = 0; i < n && !rc; i++)
		if (is_part(&d[i], part))
			rc = apply_line(&x, &d[i]);
	if (!rc) {
		rc = mdb_txn_commit(x.txn);
		x.txn = NULL;
	}
	*rc_r = rc;
	ok = !rc;
	if (rc && rc != MDB_MAP_FULL)
		(void)fail(&x, "write", rc, e);
out:
	env_close(&x);
	return ok;
}

bool
lmdb_apply(const char *path, const struct delta_line *d, size_t n,
	enum lmdb_part part, int lock_ms, struct err *e)
{
	struct stat st;
	size_t size = MAP_BYTES;
	bool any = false;

	for (size_t i = 0; i < n && !any; i++)
		any = is_part(&d[i], part);
	if (!any)
		return true;
	/* mdb_env_open would make an empty file where there is none. */
	if (stat(path, &st) < 0)
		return err_set(e, ERR_NOT_FOUND, "", "missing", path, "%s: %s",
			path, strerror(errno));
	while (size < (size_t)st.st_size * 2)
		size *= 2;
	for (int tries = 0; tries < 8; tries++, size *= 2) {
		int rc;
		if (apply_once(path, d, n, part, size, lock_ms, &rc, e))
			return true;
		if (rc != MDB_MAP_FULL)
			return false;
	}
	return err_set(e, ERR_INTERNAL, "", "map_full", path,
		"%s: does not fit", path);
}

static int
append_all(struct env *x, const struct map_lines *l)
{
	int rc = 0;
	for (size_t i = 0; i < l->n && !rc; i++) {
		MDB_val k = text(l->line[i].key), v = text(l->line[i].value);
		rc = mdb_put(x->txn, x->dbi, &k, &v, MDB_APPEND);
	}
	return rc;
}

static bool
build_file(const char *path, const struct map_lines *l, struct err *e)
{
	struct env x;
	size_t bytes = 0, size = MAP_BYTES;
	bool ok = false;

	for (size_t i = 0; i < l->n; i++)
		bytes += strlen(l->line[i].key) + strlen(l->line[i].value) + 32;
	while (size < bytes * 4)
		size *= 2;
	if (!env_open(&x, path, MDB_NOSYNC, size, e))
		goto out;
	int rc = mdb_txn_begin(x.env, NULL, 0, &x.txn);
	if (!rc)
		rc = mdb_dbi_open(x.txn, NULL, 0, &x.dbi);
	if (!rc)
		rc = append_all(&x, l);
	if (!rc) {
		rc = mdb_txn_commit(x.txn);
		x.txn = NULL;
	}
	if (!rc)
		rc = mdb_env_sync(x.env, 1);
	ok = rc ? fail(&x, "build", rc, e) : true;
out:
	env_close(&x);
	return ok;
}

bool
lmdb_build(const char *path, const struct map_lines *sorted, struct err *e)
{
	char tmp[4096];
	const int n = snprintf(tmp, sizeof(tmp), "%s.new", path);
	if (n < 0 || (size_t)n >= sizeof(tmp))
		return err_set(
			e, ERR_INTERNAL, "", "too_long", path, "path too long");
	unlink(tmp);
	if (!build_file(tmp, sorted, e) || !file_rename_synced(tmp, path, e)) {
		unlink(tmp);
		return false;
	}
	return true;
}

static bool
read_begin(struct env *x, const char *path, struct err *e)
{
	if (!env_open(x, path, MDB_RDONLY, MAP_BYTES, e)
		|| !lock_wait(x, F_RDLCK, BUILD_LOCK_MS, e))
		return false;
	int rc = mdb_txn_begin(x->env, NULL, MDB_RDONLY, &x->txn);
	if (rc == MDB_MAP_RESIZED) {
		rc = mdb_env_set_mapsize(x->env, 0);
		if (!rc)
			rc = mdb_txn_begin(x->env, NULL, MDB_RDONLY, &x->txn);
	}
	if (!rc)
		rc = mdb_dbi_open(x->txn, NULL, 0, &x->dbi);
	return rc ? fail(x, "open", rc, e) : true;
}

static bool
is_text(const MDB_val *v)
{
	return v->mv_size > 0
		&& memchr(v->mv_data, '\0', v->mv_size)
		== (const char *)v->mv_data + v->mv_size - 1;
}

static bool
damaged(const char *path, const char *what, struct err *e)
{
	return err_set(
		e, ERR_INTERNAL, "", "damaged", path, "%s: %s", path, what);
}

static bool
walk(struct env *x, MDB_cursor *cur, lmdb_each *each, void *ctx, size_t *n_r,
	struct err *e)
{
	char last[MAP_KEY_MAX + 200] = "";
	MDB_val k, v;
	int rc;

	while ((rc = mdb_cursor_get(cur, &k, &v, MDB_NEXT)) == 0) {
		if (!is_text(&k) || !is_text(&v) || k.mv_size > sizeof(last))
			return damaged(x->path, "a line is not text", e);
		if (*n_r > 0 && strcmp(last, k.mv_data) >= 0)
			return damaged(x->path, "keys out of order", e);
		memcpy(last, k.mv_data, k.mv_size);
		++*n_r;
		if (each && !each(ctx, k.mv_data, v.mv_data, e))
			return false;
	}
	return rc == MDB_NOTFOUND ? true : fail(x, "read", rc, e);
}

/* The list of free pages, which only a writer reads otherwise. */
static int
read_free_list(struct env *x)
{
	MDB_cursor *cur = NULL;
	MDB_val k, v;
	volatile unsigned char sum = 0;
	int rc = mdb_cursor_open(x->txn, 0, &cur);
	if (rc)
		return rc;
	while (!(rc = mdb_cursor_get(cur, &k, &v, MDB_NEXT)))
		for (size_t i = 0; i < v.mv_size; i += 512)
			sum ^= ((const unsigned char *)v.mv_data)[i];
	mdb_cursor_close(cur);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

bool
lmdb_scan(const char *path, lmdb_each *each, void *ctx, struct err *e)
{
	struct env x;
	MDB_cursor *cur = NULL;
	MDB_stat st;
	size_t n = 0;
	bool ok = false;

	if (!read_begin(&x, path, e))
		goto out;
	int rc = each ? 0 : read_free_list(&x);
	if (!rc)
		rc = mdb_stat(x.txn, x.dbi, &st);
	if (!rc)
		rc = mdb_cursor_open(x.txn, x.dbi, &cur);
	if (rc) {
		(void)fail(&x, "read", rc, e);
		goto out;
	}
	ok = walk(&x, cur, each, ctx, &n, e);
	mdb_cursor_close(cur);
	if (ok && n != st.ms_entries)
		ok = damaged(path, "not as many lines as on record", e);
out:
	env_close(&x);
	return ok;
}

/* *value_r is NULL where there is no such key. */
static bool
get(struct env *x, const char *key, const char **value_r, struct err *e)
{
	MDB_val k = text(key), v;
	const int rc = mdb_get(x->txn, x->dbi, &k, &v);
	*value_r = NULL;
	if (rc == MDB_NOTFOUND)
		return true;
	if (rc)
		return fail(x, "read", rc, e);
	if (!is_text(&v))
		return damaged(x->path, "a line is not text", e);
	*value_r = v.mv_data;
	return true;
}

bool
lmdb_lookup(const char *path, const char *const *key, size_t n,
	struct map_lines *out, struct err *e)
{
	struct env x;
	bool ok = false;

	if (n == 0)
		return true;
	if (!read_begin(&x, path, e))
		goto out;
	for (size_t i = 0; i < n; i++) {
		const char *value;
		if (!get(&x, key[i], &value, e)
			|| (value && !lines_add(out, key[i], value, e)))
			goto out;
	}
	ok = true;
out:
	env_close(&x);
	return ok;
}

struct lmdb_reader {
	struct env env;
	char path[]; /* for the words of errors */
};

bool
lmdb_reader_open(struct lmdb_reader **r_r, const char *path, struct err *e)
{
	const size_t len = strlen(path) + 1;
	struct lmdb_reader *r = calloc(1, sizeof(*r) + len);
	*r_r = r;
	if (!r)
		return err_memory(e);
	memcpy(r->path, path, len);
	if (read_begin(&r->env, r->path, e))
		return true;
	lmdb_reader_close(r_r);
	return false;
}

bool
lmdb_reader_get(struct lmdb_reader *r, const char *key, const char **value_r,
	struct err *e)
{
	return get(&r->env, key, value_r, e);
}

void
lmdb_reader_close(struct lmdb_reader **r)
{
	if (*r)
		env_close(&(*r)->env);
	free(*r);
	*r = NULL;
}
