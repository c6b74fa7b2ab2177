/*
 * Finding the row of the route table that a request belongs to.
 */
#include "cgi/route.h"

#include <string.h>

static bool
parse_id(const char *s, size_t len, int64_t *id_r)
{
	char digits[20];

	return str_copy_n(digits, sizeof digits, s, len)
		&& str_to_i64(digits, 1, ROUTE_ID_MAX, id_r);
}

bool
route_fits(const char *pattern, const char *path, struct route_ids *ids_r)
{
	size_t n = 0;

	*ids_r = (struct route_ids){ 0 };
	while (*pattern != '\0') {
		if (*pattern == '{') {
			const size_t len = strcspn(path, "/");

			if (n == ROUTE_IDS
				|| !parse_id(path, len, &ids_r->id[n++]))
				return false;
			path += len;
			pattern += strcspn(pattern, "}") + 1;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *path == '\0';
}

const struct route *
route_find(const struct route *table, enum method method, const char *path,
	struct route_ids *ids_r, struct str *allow, struct err *e)
{
	const enum method want = method == METHOD_HEAD ? METHOD_GET : method;
	struct route_ids ids;

	for (const struct route *r = table; r->path; r++) {
		if (!route_fits(r->path, path, &ids))
			continue;
		if (r->method == want) {
			str_reset(allow);
			*ids_r = ids;
			return r;
		}
		if (allow->len > 0)
			str_add(allow, ", ");
		str_add(allow, method_name(r->method));
	}
	if (allow->len > 0)
		err_set(e, ERR_METHOD, "", "method", "", "this path takes %s",
			str_text(allow));
	else
		err_set(e, ERR_NOT_FOUND, "", "no_such_path", "",
			"there is nothing at this path");
	return NULL;
}

bool
route_takes_tokens(const struct route *r)
{
	return (r->gate == GATE_ADMIN || r->gate == GATE_SUPERADMIN)
		&& !(r->flags & ROUTE_NO_TOKEN);
}

/* `right=mailboxes `, or nothing. */
static void
print_right(const struct route *r, struct str *out)
{
	const enum right right = ROUTE_RIGHT(r->flags);

	if (right != 0)
		str_addf(out, "right=%s ", right_words[__builtin_ctz(right)]);
}

bool
route_print(const struct route *table, struct str *out)
{
	static const char *const gates[] = {
		[GATE_PUBLIC] = "public",
		[GATE_PERSON] = "person",
		[GATE_OWNER] = "owner",
		[GATE_ADMIN] = "admin",
		[GATE_SUPERADMIN] = "superadmin",
		[GATE_LOOPBACK] = "loopback",
		[GATE_NODE] = "node",
	};

	for (const struct route *r = table; r->path; r++) {
		str_addf(out, "%s\t%s\t%s\t%s\t", method_name(r->method),
			r->path, gates[r->gate], r->action);
		print_right(r, out);
		str_addf(out, "%s%s%s%s%s%s%s%s\n", r->body ? "body " : "",
			r->flags & ROUTE_BODY_OPTIONAL ? "optional " : "",
			r->flags & ROUTE_MATCH ? "match " : "",
			r->flags & ROUTE_ONCE ? "once " : "",
			r->flags & ROUTE_BYTES ? "bytes " : "",
			r->flags & ROUTE_DRY ? "dry " : "",
			route_takes_tokens(r) ? "token " : "",
			r->flags & ROUTE_PROOF ? "proof" : "");
	}
	return str_is_ok(out);
}
