/*
 * See account.h.
 */
#include "maps/account.h"

#include <string.h>

static bool
is_plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	return true;
}

bool
account_join(const struct account *a, struct str *out)
{
	for (int i = 0; i < ACCOUNT_FIELDS; i++) {
		const char *f = a->field[i] ? a->field[i] : "";
		if (!is_plain(f))
			return false;
		if (i > 0)
			str_add_char(out, '\t');
		str_add(out, f);
	}
	return str_is_ok(out) && out->len < ACCOUNT_VALUE_MAX;
}

bool
account_split(const char *value, char buf[static ACCOUNT_VALUE_MAX],
	struct account *a)
{
	if (!str_copy(buf, ACCOUNT_VALUE_MAX, value))
		return false;
	char *p = buf;
	for (int i = 0; i < ACCOUNT_FIELDS; i++) {
		a->field[i] = p;
		char *tab = strchr(p, '\t');
		if (!tab != (i == ACCOUNT_FIELDS - 1))
			return false;
		if (tab) {
			*tab = '\0';
			p = tab + 1;
		}
	}
	return true;
}

bool
account_is_locked(const char *value)
{
	char buf[ACCOUNT_VALUE_MAX];
	struct account a;
	return account_split(value, buf, &a) && a.field[ACCOUNT_NOLOGIN][0];
}
