/*
 * Which passwords may be set, see policy.h.
 */
#include "core/policy.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/log.h"
#include "base/password.h"
#include "base/str.h"

#define LIST_MAX ((size_t)4 << 20)

/* The login, its local part, either written backwards or with digits behind. */
static bool
is_like(const char *password, const char *name, size_t len)
{
	const size_t n = strlen(password);
	size_t i;

	if (len < 3 || n < len)
		return false;
	for (i = 0; i < len && char_lower(password[i]) == char_lower(name[i]);)
		i++;
	if (i < len)
		for (i = 0; i < len
			&& char_lower(password[i])
				== char_lower(name[len - 1 - i]);)
			i++;
	return i == len && strspn(password + len, "0123456789!.-_") == n - len;
}

static bool
is_like_login(const char *password, const char *login)
{
	const size_t local = strcspn(login, "@");

	return is_like(password, login, strlen(login))
		|| is_like(password, login, local);
}

/* A line of the list, which is in lower case. */
static bool
stands_in(const char *list, const char *word)
{
	const size_t len = strlen(word);

	for (const char *at = list; *at;) {
		const size_t n = strcspn(at, "\n");

		if (n == len && strncasecmp(at, word, len) == 0)
			return true;
		at += n + (at[n] == '\n' ? 1 : 0);
	}
	return false;
}

static bool
is_common(const struct core *c, const char *password)
{
	const char *path = c->conf->password.common_file;
	struct err e = ERR_EMPTY;
	struct arena *a;
	bool is_there;
	size_t len;
	char *list;

	if (!*path)
		return false;
	a = arena_new(LIST_MAX + 65536);
	if (!a)
		return false;
	if (file_read(path, LIST_MAX, a, &list, &len, &e)) {
		is_there = stands_in(list, password);
	} else {
		log_warn("common passwords: %s", err_text(&e));
		is_there = false;
	}
	arena_free(&a);
	return is_there;
}

bool
password_policy(const struct core *c, const char *password, const char *login,
	unsigned min_length, struct err *e)
{
	if (!password_check(password, min_length, e))
		return false;
	if (is_like_login(password, login))
		return err_set(e, ERR_INVALID, "password", "like_login", NULL,
			"the password must not be the login");
	if (is_common(c, password))
		return err_set(e, ERR_INVALID, "password", "common_password",
			NULL,
			"this is one of the passwords that are tried first");
	return true;
}
