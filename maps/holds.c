/*
 * See holds.h. Lists are short: insertion in place.
 */
#include "maps/holds.h"

#include <stdlib.h>
#include <string.h>

static size_t
place(const struct hold_list *l, const char *domain)
{
	size_t lo = 0, hi = l->n;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		if (strcmp(l->hold[mid].domain, domain) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct hold *
holds_find(const struct hold_list *l, const char *domain)
{
	const size_t i = place(l, domain);
	return i < l->n && strcmp(l->hold[i].domain, domain) == 0 ? &l->hold[i]
								  : NULL;
}

bool
holds_add(struct hold_list *l, const char *domain, const char *reason,
	struct err *e)
{
	const size_t i = place(l, domain);
	if (i < l->n && strcmp(l->hold[i].domain, domain) == 0)
		return true;
	if (l->n == l->cap) {
		const size_t cap = l->cap ? l->cap * 2 : 8;
		struct hold *p = reallocarray(l->hold, cap, sizeof(*p));
		if (!p)
			return err_memory(e);
		l->hold = p;
		l->cap = cap;
	}
	struct hold h;
	if (!str_copy(h.domain, sizeof(h.domain), domain))
		return err_set(e, ERR_INTERNAL, "", "too_long", domain,
			"domain name too long");
	snprintf(h.reason, sizeof(h.reason), "%s", reason);
	h.reason[strcspn(h.reason, "\n")] = '\0';
	memmove(&l->hold[i + 1], &l->hold[i], (l->n - i) * sizeof(h));
	l->hold[i] = h;
	l->n++;
	return true;
}

void
holds_remove(struct hold_list *l, const char *domain)
{
	const size_t i = place(l, domain);
	if (i == l->n || strcmp(l->hold[i].domain, domain) != 0)
		return;
	memmove(&l->hold[i], &l->hold[i + 1],
		(l->n - i - 1) * sizeof(l->hold[0]));
	l->n--;
}

bool
holds_write(const struct hold_list *l, struct str *out)
{
	for (size_t i = 0; i < l->n; i++)
		str_addf(out, "%s %s\n", l->hold[i].domain, l->hold[i].reason);
	return str_is_ok(out);
}

bool
holds_parse(const char *text, struct hold_list *l, struct err *e)
{
	while (*text) {
		char domain[DOMAIN_SIZE], reason[HOLD_REASON_SIZE];
		const size_t len = strcspn(text, "\n");
		const size_t name = strcspn(text, " \n");
		if (text[len] != '\n' || name >= len
			|| !str_copy_n(domain, sizeof(domain), text, name)
			|| !str_copy_n(reason, sizeof(reason), text + name + 1,
				len - name - 1))
			return err_set(e, ERR_INVALID, "", "bad_state", "",
				"the list of held domains cannot be read");
		if (!holds_add(l, domain, reason, e))
			return false;
		text += len + 1;
	}
	return true;
}

void
holds_free(struct hold_list *l)
{
	free(l->hold);
	*l = (struct hold_list){ 0 };
}
