/*
 * Ready hashes: which are taken as they are.
 */
#include "base/password_internal.h"

#include "base/str.h"
#include "base/utf8.h"

#include <sodium.h>

static bool
is_crypt_hash(const char *hash, const char *prefix)
{
	return strncmp(hash, prefix, strlen(prefix)) == 0
		&& crypt_form_is_whole(crypt_form_of(hash), hash);
}

static bool
is_crypt_cheap(const char *hash)
{
	const char *rounds = strstr(hash, "$rounds=");

	if (rounds) {
		const long n = stored_number(rounds + 8);

		return n > 0 && n <= MAX_ROUNDS;
	}
	if (strncmp(hash, "$2", 2) == 0)
		return stored_number(hash + 4) <= BLF_MAX_COST;
	return true;
}

/* Is the hash of the form that its scheme asks for? */
static bool
is_well_formed(const struct stored *s)
{
	uint8_t raw[RAW_MAX];
	struct pbkdf2 pbkdf2;

	switch (s->scheme->form) {
	case FORM_CRYPT:
		return s->encoding == ENCODING_GUESS
			&& is_crypt_hash(s->hash, s->scheme->detail);
	case FORM_ARGON2:
		return strncmp(s->hash, s->scheme->detail,
			       strlen(s->scheme->detail))
			== 0
			&& strlen(s->hash) < crypto_pwhash_STRBYTES;
	case FORM_PBKDF2:
		return pbkdf2_take_apart(s->hash, &pbkdf2);
	case FORM_MD5:
		if (strncmp(s->hash, "$1$", 3) == 0)
			return is_crypt_hash(s->hash, "$1$");
		return stored_digest(s, raw) > 0;
	case FORM_DIGEST:
		return stored_digest(s, raw) > 0;
	case FORM_CRAM_MD5:
		return stored_decode(s->hash, s->encoding, 32, raw) == 32;
	case FORM_PLAIN:
		return s->encoding == ENCODING_GUESS
			|| stored_decode(s->hash, s->encoding, 0, raw) > 0;
	case FORM_SCRAM:
	case FORM_OTP:
		break;
	}
	return strchr(s->hash, ',') != NULL || s->scheme->form == FORM_OTP;
}

static bool
is_cheap(const struct stored *s)
{
	struct pbkdf2 pbkdf2;

	if (s->scheme->form == FORM_CRYPT)
		return is_crypt_cheap(s->hash);
	if (s->scheme->form == FORM_PBKDF2)
		return pbkdf2_take_apart(s->hash, &pbkdf2)
			&& pbkdf2.rounds <= MAX_ROUNDS;
	return s->scheme->form != FORM_ARGON2 || argon2_is_cheap(s->hash);
}

static bool
refuse(struct err *e, const char *reason, const char *text)
{
	return err_set(
		e, ERR_INVALID, "password_hash", reason, NULL, "%s", text);
}

/* Printable ASCII without blanks and colons. OTP has blanks between its parts;
 * a plain password may hold any text. */
static bool
has_only_safe_bytes(const struct stored *s, const char *in)
{
	const bool is_plain = s->scheme && s->scheme->form == FORM_PLAIN;
	const bool is_otp = s->scheme && s->scheme->form == FORM_OTP;
	const size_t len = strlen(in);
	uint32_t code;

	for (size_t i = 0, n; i < len; i += n) {
		n = utf8_next(in + i, len - i, &code);
		if (n == 0 || utf8_is_hidden(code) || code == ':')
			return false;
		if ((code == ' ' && !is_otp && !is_plain)
			|| (code >= 0x80 && !is_plain))
			return false;
	}
	return true;
}

bool
password_check_ready_hash(const char *in, char *out, size_t cap, struct err *e)
{
	const struct stored s = stored_take_apart(in);
	struct str result;

	if (cap > 0)
		out[0] = '\0';
	if (!in[0])
		return refuse(e, "required", "the hash is missing");
	if (!has_only_safe_bytes(&s, in))
		return refuse(e, "bad_character",
			"a hash is printable ASCII without blanks and colons");
	if (!s.scheme)
		return refuse(e, "unknown_scheme",
			"Dovecot has no scheme of this name that can sign "
			"somebody in");
	if (!s.hash[0] || !is_well_formed(&s))
		return refuse(e, "bad_hash",
			s.is_bare ? "a hash starts with its scheme in braces, "
				    "or is of a form of crypt(5)"
				  : "the hash is not of the form of its "
				    "scheme");
	if (!is_cheap(&s))
		return refuse(e, "too_costly",
			"verifying this hash would take too much time or "
			"memory");
	if (cap == 0)
		return refuse(e, "too_long", "the hash is too long");
	result = str_over(out, cap);
	if (s.is_bare)
		str_add(&result, "{CRYPT}");
	if (str_add(&result, in))
		return true;
	out[0] = '\0';
	return refuse(e, "too_long", "the hash is too long");
}
