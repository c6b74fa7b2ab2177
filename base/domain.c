/*
 * Domain names. Our own checks come first, because they name the reason;
 * libidn2 then maps to A-labels, and back, to prove that punycode decodes.
 */
#include "base/domain.h"

#include "base/addr.h"
#include "base/str.h"
#include "base/utf8.h"

#include <idn2.h>

static bool
refuse(struct err *e, const char *in, const char *reason, const char *text)
{
	(void)err_set(e, ERR_INVALID, "domain", reason, in, "%s", text);
	return false;
}

/* Each label of an ASCII name, and its length as a whole. */
static bool
check_labels(const char *in, const char *name, struct err *e)
{
	const char *label = name, *dot;

	if (strlen(name) > DOMAIN_MAX)
		return refuse(
			e, in, "too_long", "a domain has at most 253 bytes");
	for (;; label = dot + 1) {
		const size_t len = strcspn(label, ".");

		dot = label + len;
		if (len == 0)
			return refuse(e, in,
				*dot || label == name ? "label_empty"
						      : "trailing_dot",
				*dot || label == name
					? "a part of the domain is empty"
					: "a domain ends without a dot");
		if (len > 63)
			return refuse(e, in, "label_too_long",
				"a part of a domain has at most 63 bytes");
		if (label[0] == '-' || label[len - 1] == '-')
			return refuse(e, in, "bad_hyphen",
				"a part of a domain neither starts nor ends "
				"with a hyphen");
		if (!*dot)
			return true;
	}
}

static bool
check_bytes(const char *in, const char *name, struct err *e)
{
	for (const char *p = name; *p; p++) {
		const char c = *p;

		if (!(c >= 'a' && c <= 'z') && !char_is_digit(c) && c != '-'
			&& c != '.')
			return refuse(e, in, "bad_character",
				"a domain holds letters, digits, hyphens and "
				"dots");
	}
	return true;
}

/* The last label, and how many there are. */
static bool
check_tld(const char *in, const char *name, bool may_be_single, struct err *e)
{
	const char *dot = strrchr(name, '.');
	const char *tld = dot ? dot + 1 : name;

	if (!dot && !may_be_single)
		return refuse(e, in, "single_label",
			"a domain has at least two parts, as in example.org");
	if (tld[strspn(tld, "0123456789")] == '\0')
		return refuse(e, in, "numeric_tld",
			"the last part of a domain is not a number");
	return true;
}

static const char bad_punycode[] =
	"a part of the domain that starts with xn-- does not decode";

static bool
refuse_idn(struct err *e, const char *in, int rc)
{
	switch (rc) {
	case IDN2_TOO_BIG_DOMAIN:
		return refuse(
			e, in, "too_long", "a domain has at most 253 bytes");
	case IDN2_TOO_BIG_LABEL:
		return refuse(e, in, "label_too_long",
			"a part of a domain has at most 63 bytes");
	case IDN2_PUNYCODE_BAD_INPUT:
	case IDN2_PUNYCODE_OVERFLOW:
	case IDN2_PUNYCODE_BIG_OUTPUT:
	case IDN2_INVALID_ALABEL:
	case IDN2_ALABEL_ROUNDTRIP_FAILED:
	case IDN2_UALABEL_MISMATCH:
		return refuse(e, in, "bad_punycode", bad_punycode);
	case IDN2_HYPHEN_STARTEND:
	case IDN2_2HYPHEN:
		return refuse(e, in, "bad_hyphen",
			"the hyphens of the domain are not allowed there");
	case IDN2_MALLOC:
		(void)err_memory(e);
		return false;
	default:
		if (strcasestr(in, "xn--"))
			return refuse(e, in, "bad_punycode", bad_punycode);
		(void)err_set(e, ERR_INVALID, "domain", "bad_name", in,
			"the domain is not a valid name: %s",
			idn2_strerror(rc));
		return false;
	}
}

/* Unicode or mixed to A-labels. Plain ASCII is one already. */
static bool
to_ascii(const char *in, const char *folded, char out[static DOMAIN_SIZE],
	struct err *e)
{
	const int flags =
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_ALABEL_ROUNDTRIP;
	uint8_t *name = NULL;
	int rc;

	if (str_is_ascii(folded) && !strstr(folded, "xn--"))
		return str_copy(out, DOMAIN_SIZE, folded)
			|| refuse_idn(e, in, IDN2_TOO_BIG_DOMAIN);
	rc = idn2_lookup_u8((const uint8_t *)folded, &name, flags);
	if (rc != IDN2_OK)
		return refuse_idn(e, in, rc);
	if (!str_copy(out, DOMAIN_SIZE, (const char *)name)) {
		idn2_free(name);
		return refuse_idn(e, in, IDN2_TOO_BIG_DOMAIN);
	}
	idn2_free(name);
	str_lower(out);
	return true;
}

/* libidn2 2.3 leaves pure ASCII alone, so A-labels are decoded here. */
static bool
check_alabels(const char *in, const char *name, struct err *e)
{
	char *decoded = NULL;
	uint8_t *again = NULL;
	bool is_same;
	int rc;

	if (!strstr(name, "xn--"))
		return true;
	rc = idn2_to_unicode_8z8z(name, &decoded, 0);
	if (rc != IDN2_OK)
		return refuse_idn(e, in, rc);
	rc = idn2_lookup_u8((const uint8_t *)decoded, &again,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	idn2_free(decoded);
	if (rc != IDN2_OK)
		return refuse_idn(e, in, IDN2_ALABEL_ROUNDTRIP_FAILED);
	is_same = strcasecmp((const char *)again, name) == 0;
	idn2_free(again);
	return is_same || refuse_idn(e, in, IDN2_ALABEL_ROUNDTRIP_FAILED);
}

static bool
check(const char *in, bool may_be_single, char *out, size_t cap, struct err *e)
{
	char folded[4 * DOMAIN_SIZE], name[DOMAIN_SIZE];

	if (cap > 0)
		out[0] = '\0';
	if (!in[0])
		return refuse(e, in, "required", "the domain is missing");
	if (!utf8_is_valid(in, strlen(in)))
		return refuse(e, in, "bad_utf8", "the domain is not UTF-8");
	if (!addr_fold(in, folded, sizeof(folded)))
		return refuse_idn(e, in, IDN2_TOO_BIG_DOMAIN);
	str_lower(folded);
	if (str_is_ascii(folded)) {
		if (!check_bytes(in, folded, e) || !check_labels(in, folded, e))
			return false;
	}
	if (!to_ascii(in, folded, name, e) || !check_bytes(in, name, e)
		|| !check_labels(in, name, e) || !check_alabels(in, name, e)
		|| !check_tld(in, name, may_be_single, e))
		return false;
	return str_copy(out, cap, name)
		|| refuse_idn(e, in, IDN2_TOO_BIG_DOMAIN);
}

bool
domain_check(const char *in, char *out, size_t cap, struct err *e)
{
	return check(in, false, out, cap, e);
}

bool
domain_check_host(const char *in, char *out, size_t cap, struct err *e)
{
	return check(in, true, out, cap, e);
}

void
domain_to_unicode(const char *name, char *out, size_t cap)
{
	char *decoded = NULL;

	if (strstr(name, "xn--")
		&& idn2_to_unicode_8z8z(name, &decoded, 0) == IDN2_OK
		&& str_copy(out, cap, decoded)) {
		idn2_free(decoded);
		return;
	}
	idn2_free(decoded);
	if (!str_copy(out, cap, name) && cap > 0)
		out[0] = '\0';
}
