/*
 * Second factors of a person: codes of an app (TOTP), recovery codes, and
 * passkeys (core/passkey.h).
 *
 * Who has one, an app that was confirmed or a passkey, needs it beside the
 * password. With the first one come recovery codes, which are shown once and
 * kept as digests; each is good for one sign-in.
 *
 * Every change is a revision of noun `factor`, whose id is the admin's or the
 * mailbox's, and ends no session but where said. Errors: ERR_CONFLICT
 * `totp_on`, `no_totp`, `no_offer`; ERR_INVALID, field `code`, `wrong_code`.
 */
#ifndef CORE_FACTOR_H
#define CORE_FACTOR_H

#include "base/totp.h"
#include "core/session.h"

#define RECOVERY_CODES 10
#define RECOVERY_CODE_SIZE 20 /* as password_generate makes them */

struct factor_state {
	bool has_totp;
	uint64_t recovery_left;
	size_t n_passkeys;
};
/* Is more than the password needed? */
static inline bool
factor_is_needed(const struct factor_state *f)
{
	return f->has_totp || f->n_passkeys > 0;
}
bool factor_state(struct core *c, struct person p, struct factor_state *out,
	struct err *e) MUST_USE;

/* Fresh codes; n is 0 where there are some already. */
struct recovery_codes {
	size_t n;
	char code[RECOVERY_CODES][RECOVERY_CODE_SIZE];
};

/* A new seed, which counts once it is confirmed. Wipe `out` after use. */
struct totp_offer {
	char secret[TOTP_BASE32_SIZE];
	char uri[512];
};
bool factor_totp_offer(struct core *c, const struct session *s,
	struct totp_offer *out, struct err *e) MUST_USE;
bool factor_totp_confirm(struct core *c, const struct actor *a,
	const struct session *s, const char *code,
	struct recovery_codes *codes_r, struct err *e) MUST_USE;
bool factor_totp_remove(struct core *c, const struct actor *a,
	const struct session *s, struct err *e) MUST_USE;

/* New codes in the place of all others. */
bool factor_recovery_make(struct core *c, const struct actor *a,
	const struct session *s, struct recovery_codes *codes_r,
	struct err *e) MUST_USE;

/* A code of the app, or a recovery code; either counts once. *right_r and how
 * it was proved. */
bool factor_check_code(struct core *c, struct person p, const char *code,
	bool *right_r, enum sign_in_method *method_r, struct err *e) MUST_USE;

/* Take away all factors and known browsers, and end all sessions. For an
 * admin: another superadmin or the command line, never himself; for a mailbox:
 * who may set its password. */
bool factor_reset_admin(struct core *c, const struct actor *a,
	const char *login, uint64_t admin_id, struct err *e) MUST_USE;
bool factor_reset_mailbox(struct core *c, const struct actor *a,
	uint64_t mailbox_id, struct err *e) MUST_USE;

#endif
