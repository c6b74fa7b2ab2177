/*
 * Second factors, see factor.h.
 */
#include "core/factor_ops.h"

#include <stdio.h>
#include <string.h>

#include "base/password.h"
#include "base/seal.h"
#include "base/str.h"
#include "base/timeutil.h"
#include "core/mailbox.h"
#include "db/history_rows.h"

#define ISSUER "Postroom"
#define CONTEXT_SIZE 64
#define SEALED_SIZE (TOTP_SEED_BYTES + SEAL_OVERHEAD)
#define PASSKEYS_MAX 100

void
person_text(struct person p, char out[static PERSON_TEXT_SIZE])
{
	(void)snprintf(out, PERSON_TEXT_SIZE, "%s/%llu",
		p.admin_id ? "admin" : "mailbox",
		(unsigned long long)(p.admin_id ? p.admin_id : p.mailbox_id));
}

static void
seed_context(struct person p, char out[static CONTEXT_SIZE])
{
	char whose[PERSON_TEXT_SIZE];

	person_text(p, whose);
	(void)snprintf(out, CONTEXT_SIZE, "totp/%s", whose);
}

struct factor_note
factor_note_of(const struct session *s)
{
	return (struct factor_note){ .person = s->person,
		.domain_id = s->owner.domain_id,
		.subject =
			s->person.admin_id ? s->admin.login : s->owner.address,
		.before = "{}" };
}

bool
factor_note(struct tx *t, const struct factor_note *n, struct err *e)
{
	return tx_change(t,
		&(struct change_in){ .noun = "factor",
			.noun_id = n->person.admin_id ? n->person.admin_id
						      : n->person.mailbox_id,
			.domain_id = n->domain_id,
			.op = CHANGE_UPDATE,
			.subject = n->subject,
			.version = 1,
			.before = n->before,
			.after = n->after },
		e);
}

bool
factor_state(struct core *c, struct person p, struct factor_state *out,
	struct err *e)
{
	struct passkey_row *keys;
	struct totp_row totp;
	bool found;

	*out = (struct factor_state){ 0 };
	if (!totp_row_get(c->db, c->arena, p, &totp, &found, e)
		|| !recovery_row_count(c->db, p, &out->recovery_left, e)
		|| !passkey_row_list(c->db, c->arena, p, PASSKEYS_MAX, &keys,
			&out->n_passkeys, e))
		return false;
	out->has_totp = found && totp.is_confirmed;
	return true;
}

/* --- the codes of an app --- */

static bool
open_seed(struct core *c, struct person p, const struct totp_row *row,
	uint8_t seed[static TOTP_SEED_BYTES], struct err *e)
{
	char context[CONTEXT_SIZE];
	size_t n;

	seed_context(p, context);
	if (!seal_open(&c->seal, context, row->seed, row->seed_len, seed,
		    TOTP_SEED_BYTES, &n, e))
		return false;
	return n == TOTP_SEED_BYTES
		|| err_set(e, ERR_INTERNAL, NULL, "seal_broken", context,
			"a sealed seed has a wrong length");
}

static bool
totp_is_on(struct err *e)
{
	return err_set(e, ERR_CONFLICT, NULL, "totp_on", NULL,
		"an app gives codes already: remove it first");
}

bool
factor_totp_offer(struct core *c, const struct session *s,
	struct totp_offer *out, struct err *e)
{
	uint8_t seed[TOTP_SEED_BYTES], sealed[SEALED_SIZE];
	struct str uri = str_over(out->uri, sizeof(out->uri));
	char context[CONTEXT_SIZE];
	struct totp_row row;
	bool found, ok;
	size_t n;

	if (!totp_row_get(c->db, c->arena, s->person, &row, &found, e))
		return false;
	if (found && row.is_confirmed)
		return totp_is_on(e);
	seed_context(s->person, context);
	totp_seed(seed);
	ok = totp_base32(seed, out->secret)
		&& totp_uri(&uri, ISSUER,
			s->person.admin_id ? s->admin.login : s->owner.address,
			out->secret);
	if (!ok)
		(void)err_memory(e);
	ok = ok
		&& seal_close(&c->seal, context, seed, sizeof(seed), sealed,
			sizeof(sealed), &n, e)
		&& totp_row_put(c->db, s->person, sealed, n, c->now(), e);
	explicit_bzero(seed, sizeof(seed));
	return ok;
}

/* Right, and never used before. */
static bool
take_totp(struct core *c, struct person p, const struct totp_row *row,
	const char *code, bool *right_r, struct err *e)
{
	uint8_t seed[TOTP_SEED_BYTES];
	uint64_t step;

	*right_r = false;
	if (!open_seed(c, p, row, seed, e))
		return false;
	*right_r = totp_check(seed, sizeof(seed), code, c->now() / US_PER_S,
		row->last_step, &step);
	explicit_bzero(seed, sizeof(seed));
	return !*right_r || totp_row_step(c->db, p, step, right_r, e);
}

struct factor_write {
	const struct session *s;
	const char *after;
	struct recovery_codes *codes;
	bool is_anew; /* other codes in the place of all that are there */
};

static bool
new_code(struct tx *t, struct person p, char out[static RECOVERY_CODE_SIZE],
	struct err *e)
{
	uint8_t digest[32];

	password_generate(out);
	token_digest(out, digest);
	return recovery_row_insert(t->db, p, digest, t->now_us, e);
}

bool
factor_codes_in(struct tx *t, struct person p, bool is_anew,
	struct recovery_codes *out, struct err *e)
{
	uint64_t left;

	out->n = 0;
	if (!recovery_row_count(t->db, p, &left, e))
		return false;
	if (left > 0 && !is_anew)
		return true;
	if (!recovery_row_delete_of(t->db, p, e))
		return false;
	while (out->n < RECOVERY_CODES)
		if (!new_code(t, p, out->code[out->n++], e))
			return false;
	return true;
}

bool
factor_last_in(struct tx *t, struct person p, struct err *e)
{
	struct factor_state left;

	if (!factor_state(t->c, p, &left, e))
		return false;
	return factor_is_needed(&left) || recovery_row_delete_of(t->db, p, e);
}

static bool
confirm_in(struct tx *t, void *ctx, struct err *e)
{
	const struct factor_write *w = ctx;
	struct factor_note note = factor_note_of(w->s);

	note.before = "{\"totp\":false}";
	note.after = "{\"totp\":true}";
	return totp_row_confirm(t->db, w->s->person, t->now_us, e)
		&& factor_codes_in(t, w->s->person, false, w->codes, e)
		&& factor_note(t, &note, e);
}

bool
factor_totp_confirm(struct core *c, const struct actor *a,
	const struct session *s, const char *code,
	struct recovery_codes *codes_r, struct err *e)
{
	struct factor_write w = { .s = s, .codes = codes_r };
	struct totp_row row;
	bool found, is_right;

	if (!totp_row_get(c->db, c->arena, s->person, &row, &found, e))
		return false;
	if (!found)
		return err_set(e, ERR_CONFLICT, NULL, "no_offer", NULL,
			"begin anew: there is no code to be scanned");
	if (row.is_confirmed)
		return totp_is_on(e);
	if (!take_totp(c, s->person, &row, code, &is_right, e))
		return false;
	if (!is_right)
		return err_set(e, ERR_INVALID, "code", "wrong_code", NULL,
			"the code is wrong, or the clock of the device is");
	return core_run(c, a, "factor.totp.add", confirm_in, &w, NULL, e);
}

static bool
remove_in(struct tx *t, void *ctx, struct err *e)
{
	const struct factor_write *w = ctx;
	struct factor_note note = factor_note_of(w->s);

	note.before = "{\"totp\":true}";
	note.after = "{\"totp\":false}";
	return totp_row_delete(t->db, w->s->person, e)
		&& factor_last_in(t, w->s->person, e)
		&& factor_note(t, &note, e);
}

bool
factor_totp_remove(struct core *c, const struct actor *a,
	const struct session *s, struct err *e)
{
	struct factor_write w = { .s = s };
	struct totp_row row;
	bool found;

	if (!totp_row_get(c->db, c->arena, s->person, &row, &found, e))
		return false;
	if (!found || !row.is_confirmed)
		return err_set(e, ERR_CONFLICT, NULL, "no_totp", NULL,
			"there is no app to remove");
	return core_run(c, a, "factor.totp.remove", remove_in, &w, NULL, e);
}

/* --- recovery codes --- */

static bool
codes_in(struct tx *t, void *ctx, struct err *e)
{
	const struct factor_write *w = ctx;
	struct factor_note note = factor_note_of(w->s);

	note.after = "{\"recovery_codes\":\"made\"}";
	return factor_codes_in(t, w->s->person, true, w->codes, e)
		&& factor_note(t, &note, e);
}

bool
factor_recovery_make(struct core *c, const struct actor *a,
	const struct session *s, struct recovery_codes *codes_r, struct err *e)
{
	struct factor_write w = { .s = s, .codes = codes_r };
	struct factor_state state;

	if (!factor_state(c, s->person, &state, e))
		return false;
	if (!factor_is_needed(&state))
		return err_set(e, ERR_CONFLICT, NULL, "no_factor", NULL,
			"recovery codes come with an app or a passkey");
	return core_run(c, a, "factor.recovery.make", codes_in, &w, NULL, e);
}

/* As it was shown, whatever blanks and hyphens it was typed with. */
static bool
tidy_code(const char *in, char out[static RECOVERY_CODE_SIZE])
{
	size_t n = 0;

	for (; *in; in++) {
		if (*in == ' ' || *in == '-')
			continue;
		if (n % 5 == 4 && n < RECOVERY_CODE_SIZE - 1)
			out[n++] = '-';
		if (n >= RECOVERY_CODE_SIZE - 1)
			return false;
		out[n++] = char_lower(*in);
	}
	out[n] = '\0';
	return n == RECOVERY_CODE_SIZE - 1;
}

bool
factor_check_code(struct core *c, struct person p, const char *code,
	bool *right_r, enum sign_in_method *method_r, struct err *e)
{
	char tidy[RECOVERY_CODE_SIZE];
	struct totp_row row;
	uint8_t digest[32];
	bool found;

	*right_r = false;
	*method_r = BY_CODE;
	if (strlen(code) == TOTP_DIGITS) {
		if (!totp_row_get(c->db, c->arena, p, &row, &found, e))
			return false;
		return !found || !row.is_confirmed
			|| take_totp(c, p, &row, code, right_r, e);
	}
	*method_r = BY_RECOVERY;
	if (!tidy_code(code, tidy))
		return true;
	token_digest(tidy, digest);
	return recovery_row_use(c->db, p, digest, c->now(), right_r, e);
}

/* --- somebody lost everything --- */

static bool
reset_in(struct tx *t, void *ctx, struct err *e)
{
	struct factor_note *n = ctx;

	n->before = "{}";
	n->after = "{\"second_factors\":\"reset\"}";
	return totp_row_delete(t->db, n->person, e)
		&& recovery_row_delete_of(t->db, n->person, e)
		&& passkey_row_delete_of(t->db, n->person, e)
		&& device_row_delete_of(t->db, n->person, e)
		&& session_row_delete_of(t->db, n->person, 0, e)
		&& factor_note(t, n, e);
}

bool
factor_reset_admin(struct core *c, const struct actor *a, const char *login,
	uint64_t admin_id, struct err *e)
{
	struct factor_note n = { .person = { .admin_id = admin_id },
		.subject = login };

	if (!actor_need_superadmin(a, e))
		return false;
	if (a->admin_id == admin_id)
		return err_set(e, ERR_FORBIDDEN, NULL, "not_oneself", login,
			"another superadmin or the command line does this");
	return core_run(c, a, "factor.reset", reset_in, &n, NULL, e);
}

bool
factor_reset_mailbox(struct core *c, const struct actor *a, uint64_t mailbox_id,
	struct err *e)
{
	struct factor_note n = { .person = { .mailbox_id = mailbox_id } };
	struct mailbox m;

	if (!mailbox_get(c, a, mailbox_id, &m, e)
		|| !actor_need_right(a, m.domain_id, RIGHT_PASSWORDS, e))
		return false;
	n.subject = m.address;
	n.domain_id = m.domain_id;
	return core_run(c, a, "factor.reset", reset_in, &n, NULL, e);
}
