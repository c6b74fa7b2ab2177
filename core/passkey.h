/*
 * Passkeys of a person (base/webauthn.h): adding, using, naming, removing.
 *
 * A challenge is sealed, not stored: it says what it is for, whose, and until
 * when (CHALLENGE_S). One that was answered is remembered until it has run
 * out, so that none is answered twice.
 *
 * A passkey is discoverable and its holder is always verified by the device,
 * so it signs in alone. Its user handle tells the person: "admin/17".
 *
 * Errors: ERR_INVALID, field `passkey`: `passkey_challenge` (run out, used or
 * not for this), `passkey_known`, and those of base/webauthn.h. ERR_LIMIT
 * `too_many_passkeys`. ERR_UNAVAILABLE `no_passkeys_here`: the panel's address
 * is a number.
 */
#ifndef CORE_PASSKEY_H
#define CORE_PASSKEY_H

#include "core/factor.h"
#include "db/factor_rows.h"

#define CHALLENGE_S 300
#define CHALLENGE_TEXT_SIZE 128
#define PASSKEYS_EACH 20
#define RP_ID_SIZE 256

enum challenge_for {
	CHALLENGE_SIGN_IN = 1, /* whoever comes */
	CHALLENGE_SECOND,      /* after the password */
	CHALLENGE_ADD,
	CHALLENGE_PROOF /* of somebody who is signed in */
};

/* The host of the panel's address. */
bool passkey_rp_id(const struct core *c, char out[static RP_ID_SIZE],
	struct err *e) MUST_USE;
/* In base64url. `p` is empty for CHALLENGE_SIGN_IN. */
bool passkey_challenge(struct core *c, enum challenge_for what, struct person p,
	char out[static CHALLENGE_TEXT_SIZE], struct err *e) MUST_USE;

bool passkey_list(struct core *c, struct person p, struct passkey_row **items_r,
	size_t *n_r, struct err *e) MUST_USE;

/* What the browser made, all in base64url. */
struct passkey_new {
	const char *name;
	const char *client_data;
	const char *attestation;
};
bool passkey_add(struct core *c, const struct actor *a, const struct session *s,
	const struct passkey_new *in, struct passkey_row *out,
	struct recovery_codes *codes_r, struct err *e) MUST_USE;
bool passkey_rename(struct core *c, const struct actor *a,
	const struct session *s, uint64_t id, const char *name,
	struct passkey_row *out, struct err *e) MUST_USE;
bool passkey_remove(struct core *c, const struct actor *a,
	const struct session *s, uint64_t id, struct err *e) MUST_USE;

/* What the browser answered, all in base64url. */
struct passkey_answer {
	const char *id;
	const char *client_data;
	const char *auth_data;
	const char *signature;
	const char *user_handle; /* "" where the device says none */
};
/*
 * Whose passkey signed our challenge. `p` is whose it must be (empty: anyone's).
 * ERR_AUTH `bad_passkey` for whatever is wrong, in one form; the log has the
 * reason. *who_r is set as soon as the key is known, for the history.
 */
bool passkey_check(struct core *c, enum challenge_for what, struct person p,
	const struct passkey_answer *in, struct person *who_r,
	struct err *e) MUST_USE;

#endif
