/*
 * The runner that every write goes through, and how core is opened.
 */
#include "core/core.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/seal.h"
#include "base/sock.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "base/token.h"
#include "core/slots.h"
#include "core/audit_copy.h"
#include "core/tx.h"
#include "db/tables.h"

#define RERUNS 3
#define PASSWORD_FILE_MAX 1024

static const char *
user_of(const struct conf *conf, enum core_face face)
{
	switch (face) {
	case FACE_JOB:
		return conf->job.user;
	case FACE_CLI:
		return conf->cli.user;
	default:
		return conf->web.user;
	}
}

static bool
read_password(const char *path, char *password, size_t size, struct err *e)
{
	struct arena *a = arena_new(64U << 10);
	char *text;
	size_t len;
	bool ok;

	if (!a)
		return err_memory(e);
	ok = file_read(path, PASSWORD_FILE_MAX, a, &text, &len, e);
	if (ok) {
		ok = str_copy_n(password, size, text, strcspn(text, "\r\n"));
		explicit_bzero(text, len);
		if (!ok)
			err_set(e, ERR_INVALID, "database.password_file",
				"too_long", path, "the password is too long");
	}
	arena_free(&a);
	return ok;
}

bool
core_db_options(const struct conf *conf, enum core_face face,
	struct db_options *o, char *password, size_t size, struct err *e)
{
	*o = (struct db_options){ .socket = conf->database.socket,
		.name = conf->database.name,
		.user = user_of(conf, face),
		.tables = db_tables,
		.is_lazy = face == FACE_CGI || face == FACE_CLI };
	password[0] = '\0';
	if (!*conf->database.password_file)
		return true;
	o->password = password;
	return read_password(conf->database.password_file, password, size, e);
}

/* A host without a key file works, but for what is sealed. */
static void
load_seal(struct core *c)
{
	struct err e = ERR_EMPTY;

	if (!seal_load(&c->seal, c->conf->secrets.key_file, &e)
		&& e.code != ERR_NOT_FOUND)
		log_warn("sealed secrets: %s", err_text(&e));
}

bool
core_open(struct core *c, const struct conf *conf, enum core_face face,
	struct arena *arena, struct err *e)
{
	struct db_options o;
	char password[256];
	bool ok;

	*c = (struct core){ .conf = conf,
		.arena = arena,
		.now = now_us,
		.slots_fd = slots_open() };
	load_seal(c);
	ok = core_db_options(conf, face, &o, password, sizeof(password), e)
		&& db_open(&c->db, &o, e);
	explicit_bzero(password, sizeof(password));
	if (!ok)
		core_close(c);
	return ok;
}

void
core_close(struct core *c)
{
	db_close(&c->db);
	fd_close(&c->slots_fd);
	seal_forget(&c->seal);
}

void
core_wake(const struct core *c)
{
	if (*c->conf->map.wake)
		sock_wake(c->conf->map.wake);
}

/* Grows with time; the low bits tell apart what begins in one microsecond. */
static uint64_t
provisional_id(int64_t now)
{
	char random[9];
	uint64_t low = 0;

	token_make(random, 8);
	for (const char *p = random; *p; p++)
		low = low * 31 + (uint64_t)(unsigned char)*p;
	return ((uint64_t)now << 11) | (low & 0x7ff);
}

static bool
run_once(struct core *c, struct tx *t, core_write *fn, void *ctx, struct err *e)
{
	if (!db_begin(c->db, DB_READ_COMMITTED, e))
		return false;
	if (!fn(t, ctx, e) || !tx_finish(t, e)) {
		db_rollback(c->db);
		return false;
	}
	if (c->is_dry_run) {
		db_rollback(c->db);
		return !c->trial || tx_report(t, c->trial, e);
	}
	return db_commit(c->db, e);
}

bool
core_run(struct core *c, const struct actor *actor, const char *action,
	core_write *fn, void *ctx, struct core_done *done_r, struct err *e)
{
	struct core_done done = { 0 };

	if (err_is_set(e))
		return false;
	for (int left = RERUNS;; left--) {
		struct tx t = { .c = c,
			.db = c->db,
			.arena = c->arena,
			.a = actor,
			.action = action,
			.now_us = c->now() };

		t.prov_id = provisional_id(t.now_us);
		if (run_once(c, &t, fn, ctx, e)) {
			done = (struct core_done){ t.serial, t.now_us };
			if (t.serial)
				audit_copy(&t);
			break;
		}
		if (e->code != ERR_RETRY || left == 0)
			return false;
		err_clear(e);
	}
	if (done_r)
		*done_r = done;
	if (done.serial)
		core_wake(c);
	return true;
}
