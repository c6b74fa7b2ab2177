/*
 * Archives: records in an encrypted file.
 *
 * A record is a byte for its kind, the number of bytes that follow, and its
 * cells, each with its length before it; numbers have four bytes, little-
 * endian. Kinds of our own: M begins a member, X is a line of the manifest, Z
 * ends the archive.
 */
#include "base/archive.h"

#include <sodium.h>

#include "base/str.h"
#include "base/token.h"
#include "base/vault.h"

#define NOT_THERE UINT32_MAX
#define MEMBERS_MAX 4096
#define MANIFEST_BYTES ((size_t)4 << 20)

struct member {
	const char *name;
	uint64_t records;
	char sha256[SHA256_HEX_SIZE];
};

/* What both sides keep of the members, to write or to compare. */
struct manifest {
	struct arena *arena;
	struct member member[MEMBERS_MAX];
	size_t n;
	crypto_hash_sha256_state sha;
};

struct archive_out {
	struct vault_out *vault;
	struct manifest manifest;
};

struct archive_in {
	struct vault_in *vault;
	struct manifest manifest;
	size_t seen; /* lines of the manifest */
	char *data;
	size_t size;
};

static bool
manifest_begin(struct manifest *m, const char *name, struct err *e)
{
	struct member *now;

	if (m->n == MEMBERS_MAX)
		return err_memory(e);
	now = &m->member[m->n];
	*now = (struct member){ .name = arena_strdup(m->arena, name) };
	if (!now->name)
		return err_memory(e);
	m->n++;
	crypto_hash_sha256_init(&m->sha);
	return true;
}

static void
manifest_end(struct manifest *m)
{
	uint8_t raw[crypto_hash_sha256_BYTES];

	if (m->n == 0 || m->member[m->n - 1].sha256[0])
		return;
	crypto_hash_sha256_final(&m->sha, raw);
	sodium_bin2hex(
		m->member[m->n - 1].sha256, SHA256_HEX_SIZE, raw, sizeof(raw));
}

static void
manifest_add(struct manifest *m, const void *data, size_t len)
{
	if (m->n > 0)
		crypto_hash_sha256_update(&m->sha, data, len);
}

static void
put_u32(uint8_t out[static 4], size_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

static size_t
get_u32(const uint8_t in[static 4])
{
	return (size_t)in[0] | (size_t)in[1] << 8 | (size_t)in[2] << 16
		| (size_t)in[3] << 24;
}

bool
archive_begin(struct archive_out **out_r, const char *path,
	const char *passphrase, struct err *e)
{
	struct archive_out *a = calloc(1, sizeof(*a));

	*out_r = NULL;
	if (!a)
		return err_memory(e);
	a->manifest.arena = arena_new(MANIFEST_BYTES);
	if (!a->manifest.arena) {
		archive_abort(&a);
		return err_memory(e);
	}
	if (!vault_create(&a->vault, path, passphrase, e)) {
		archive_abort(&a);
		return false;
	}
	*out_r = a;
	return true;
}

static void
emit(struct archive_out *a, const void *data, size_t len, bool is_counted)
{
	vault_put(a->vault, data, len);
	if (is_counted)
		manifest_add(&a->manifest, data, len);
}

static bool
put(struct archive_out *a, char kind, const struct archive_cell *cells,
	size_t n, bool is_counted, struct err *e)
{
	uint8_t head[5] = { (uint8_t)kind };
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += 4 + cells[i].len;
	if (len > ARCHIVE_RECORD_MAX || n > ARCHIVE_CELLS)
		return err_set(e, ERR_TOO_LARGE, NULL, "record_too_large", NULL,
			"one row has %zu bytes", len);
	put_u32(head + 1, len);
	emit(a, head, sizeof(head), is_counted);
	for (size_t i = 0; i < n; i++) {
		put_u32(head, cells[i].data ? cells[i].len : NOT_THERE);
		emit(a, head, 4, is_counted);
		emit(a, cells[i].data, cells[i].data ? cells[i].len : 0,
			is_counted);
	}
	return true;
}

bool
archive_member(struct archive_out *a, const char *name, struct err *e)
{
	const struct archive_cell cell = archive_text(name);

	manifest_end(&a->manifest);
	return manifest_begin(&a->manifest, name, e)
		&& put(a, 'M', &cell, 1, true, e);
}

bool
archive_put(struct archive_out *a, char kind, const struct archive_cell *cells,
	size_t n, struct err *e)
{
	a->manifest.member[a->manifest.n - 1].records++;
	return put(a, kind, cells, n, true, e);
}

static void
out_free(struct archive_out **ap)
{
	arena_free(&(*ap)->manifest.arena);
	free(*ap);
	*ap = NULL;
}

static bool
put_manifest(struct archive_out *a, struct err *e)
{
	char number[24];

	manifest_end(&a->manifest);
	for (size_t i = 0; i < a->manifest.n; i++) {
		const struct member *m = &a->manifest.member[i];
		struct str text = STR_FIXED(number);

		str_add_u64(&text, m->records);
		if (!put(a, 'X',
			    (const struct archive_cell[]){
				    archive_text(m->name), archive_text(number),
				    archive_text(m->sha256) },
			    3, false, e))
			return false;
	}
	return put(a, 'Z', NULL, 0, false, e);
}

bool
archive_commit(struct archive_out **ap, struct err *e)
{
	struct archive_out *a = *ap;
	bool is_ok = put_manifest(a, e);

	if (is_ok)
		is_ok = vault_commit(&a->vault, e);
	else
		vault_abort(&a->vault);
	out_free(ap);
	return is_ok;
}

void
archive_abort(struct archive_out **ap)
{
	if (!*ap)
		return;
	vault_abort(&(*ap)->vault);
	out_free(ap);
}

bool
archive_open(struct archive_in **in_r, const char *path, const char *passphrase,
	struct err *e)
{
	struct archive_in *a = calloc(1, sizeof(*a));

	*in_r = NULL;
	if (!a)
		return err_memory(e);
	a->manifest.arena = arena_new(MANIFEST_BYTES);
	if (!a->manifest.arena) {
		archive_close(&a);
		return err_memory(e);
	}
	if (!vault_open(&a->vault, path, passphrase, e)) {
		archive_close(&a);
		return false;
	}
	*in_r = a;
	return true;
}

static enum archive_event
bad(struct err *e, const char *text)
{
	err_set(e, ERR_INVALID, "file", "damaged", NULL, "%s", text);
	return ARCHIVE_BAD;
}

/* A NUL behind each cell: the length behind it is read before it is put. */
static bool
split(struct archive_in *a, size_t len, struct archive_record *r)
{
	size_t at = 0;

	for (r->n = 0; at < len; r->n++) {
		size_t n;

		if (r->n == ARCHIVE_CELLS || len - at < 4)
			return false;
		n = get_u32((const uint8_t *)a->data + at);
		a->data[at] = '\0';
		at += 4;
		if (n == NOT_THERE) {
			r->cell[r->n] = (struct archive_cell){ NULL, 0 };
			continue;
		}
		if (n > len - at)
			return false;
		r->cell[r->n] = (struct archive_cell){ a->data + at, n };
		at += n;
	}
	a->data[len] = '\0';
	return true;
}

static bool
read_record(struct archive_in *a, struct archive_record *r, uint8_t head[5],
	struct err *e)
{
	size_t len;

	if (!vault_get(a->vault, head, 5, e))
		return false;
	r->kind = (char)head[0];
	len = get_u32(head + 1);
	if (len > ARCHIVE_RECORD_MAX)
		return bad(e, "a record is too large"), false;
	if (len >= a->size) {
		char *data = realloc(a->data, len + 1);

		if (!data)
			return err_memory(e);
		a->data = data;
		a->size = len + 1;
	}
	if (!vault_get(a->vault, a->data, len, e))
		return false;
	if (r->kind == 'M')
		manifest_end(&a->manifest);
	else if (r->kind != 'X' && r->kind != 'Z') {
		manifest_add(&a->manifest, head, 5);
		manifest_add(&a->manifest, a->data, len);
	}
	return true;
}

static enum archive_event
begin_member(struct archive_in *a, struct archive_record *r,
	const uint8_t *head, struct err *e)
{
	uint8_t length[4];

	if (r->n != 1 || !r->cell[0].data)
		return bad(e, "a member has no name");
	if (!manifest_begin(&a->manifest, r->cell[0].data, e))
		return ARCHIVE_BAD;
	put_u32(length, r->cell[0].len);
	manifest_add(&a->manifest, head, 5);
	manifest_add(&a->manifest, length, 4);
	manifest_add(&a->manifest, r->cell[0].data, r->cell[0].len);
	return ARCHIVE_MEMBER;
}

static bool
is_as_listed(struct archive_in *a, const struct archive_record *r)
{
	const struct member *m;
	uint64_t records;

	manifest_end(&a->manifest);
	if (a->seen >= a->manifest.n || r->n != 3
		|| !archive_number(&r->cell[1], &records))
		return false;
	m = &a->manifest.member[a->seen++];
	return r->cell[0].data && strcmp(m->name, r->cell[0].data) == 0
		&& m->records == records && r->cell[2].data
		&& strcmp(m->sha256, r->cell[2].data) == 0;
}

enum archive_event
archive_next(struct archive_in *a, struct archive_record *r, struct err *e)
{
	uint8_t head[5];

	for (;;) {
		if (!read_record(a, r, head, e))
			return ARCHIVE_BAD;
		/* The lengths are overwritten by NULs: hashed before. */
		const size_t len = get_u32(head + 1);

		if (!split(a, len, r))
			return bad(e, "a record cannot be read");
		if (r->kind == 'M')
			return begin_member(a, r, head, e);
		if (r->kind == 'Z')
			break;
		if (r->kind != 'X') {
			if (a->manifest.n == 0 || a->seen > 0)
				return bad(e, "a record is out of its place");
			a->manifest.member[a->manifest.n - 1].records++;
			return ARCHIVE_RECORD;
		}
		if (!is_as_listed(a, r))
			return bad(e, "a part is not as the manifest says");
	}
	if (a->seen != a->manifest.n || !vault_is_at_end(a->vault, e))
		return bad(e, "the manifest is not whole");
	return ARCHIVE_END;
}

void
archive_close(struct archive_in **ap)
{
	if (!*ap)
		return;
	vault_close(&(*ap)->vault);
	arena_free(&(*ap)->manifest.arena);
	if ((*ap)->data)
		explicit_bzero((*ap)->data, (*ap)->size);
	free((*ap)->data);
	free(*ap);
	*ap = NULL;
}

bool
archive_number(const struct archive_cell *cell, uint64_t *value_r)
{
	int64_t value = 0;

	if (!cell->data || !str_to_i64(cell->data, 0, INT64_MAX, &value))
		return false;
	*value_r = (uint64_t)value;
	return true;
}
