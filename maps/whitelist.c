/*
 * See whitelist.h.
 */
#include "maps/whitelist.h"

#include <stdlib.h>
#include <string.h>

#include "base/timeutil.h"

static const char table_head[] =
	"# Networks that may relay without signing in.\n"
	"# Written by postroom-mapd; edits here are replaced.\n";
static const char state_head[] = "postroom whitelist 1\n";

bool
relay_add(struct relay_list *l, const char *network, int64_t expires_us,
	struct err *e)
{
	struct relay_entry x = { .expires_us = expires_us };
	if (!cidr_parse(network, &x.net, e))
		return false;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct relay_entry *p = reallocarray(l->entry, cap, sizeof(*p));
		if (!p)
			return err_memory(e);
		l->entry = p;
		l->cap = cap;
	}
	l->entry[l->n++] = x;
	return true;
}

static int
compare_net(const struct cidr *a, const struct cidr *b)
{
	int c = memcmp(a->from, b->from, sizeof(a->from));
	if (c == 0)
		c = memcmp(a->to, b->to, sizeof(a->to));
	return c;
}

static bool
lasts_longer(const struct relay_entry *a, const struct relay_entry *b)
{
	if (b->expires_us == TIME_NONE)
		return false;
	return a->expires_us == TIME_NONE || a->expires_us > b->expires_us;
}

static int
by_net(const void *a, const void *b)
{
	const struct relay_entry *x = a, *y = b;
	const int c = compare_net(&x->net, &y->net);
	if (c != 0)
		return c;
	return lasts_longer(x, y) ? -1 : lasts_longer(y, x);
}

void
relay_sort(struct relay_list *l)
{
	size_t out = 0;
	if (l->n > 1)
		qsort(l->entry, l->n, sizeof(l->entry[0]), by_net);
	for (size_t i = 0; i < l->n; i++)
		if (out == 0
			|| compare_net(&l->entry[out - 1].net, &l->entry[i].net)
				!= 0)
			l->entry[out++] = l->entry[i];
	l->n = out;
}

static bool
has_ended(const struct relay_entry *x, int64_t now)
{
	return x->expires_us != TIME_NONE && x->expires_us <= now;
}

bool
relay_table(const struct relay_list *l, int64_t now, struct str *out)
{
	str_add(out, table_head);
	for (size_t i = 0; i < l->n; i++) {
		const struct relay_entry *x = &l->entry[i];
		char net[CIDR_TEXT_SIZE], until[TIME_TEXT_SIZE];
		if (has_ended(x, now))
			continue;
		if (x->expires_us != TIME_NONE) {
			time_rfc3339(x->expires_us, until);
			str_addf(out, "# until %s:\n", until);
		}
		cidr_text_full(&x->net, net);
		str_addf(out, "%s OK\n", net);
	}
	return str_is_ok(out);
}

bool
relay_state(const struct relay_list *l, struct str *out)
{
	str_add(out, state_head);
	for (size_t i = 0; i < l->n; i++) {
		const struct relay_entry *x = &l->entry[i];
		char net[CIDR_TEXT_SIZE];
		cidr_text_full(&x->net, net);
		if (x->expires_us == TIME_NONE)
			str_addf(out, "%s -\n", net);
		else
			str_addf(out, "%s %lld\n", net,
				(long long)x->expires_us);
	}
	str_add(out, "end\n");
	return str_is_ok(out);
}

static bool
bad_state(struct err *e)
{
	return err_set(e, ERR_INVALID, "", "bad_state", "",
		"the whitelist's state file cannot be read");
}

static bool
parse_line(const char *line, size_t len, struct relay_list *l, struct err *e)
{
	char text[CIDR_TEXT_SIZE + 32];
	if (!str_copy_n(text, sizeof(text), line, len))
		return bad_state(e);
	char *blank = strchr(text, ' ');
	int64_t until = TIME_NONE;
	if (!blank)
		return bad_state(e);
	*blank++ = '\0';
	if (strcmp(blank, "-") != 0
		&& !str_to_i64(blank, 0, TIME_MAX_US, &until))
		return bad_state(e);
	return relay_add(l, text, until, e);
}

bool
relay_parse(const char *text, struct relay_list *l, struct err *e)
{
	const size_t head = sizeof(state_head) - 1;
	if (strncmp(text, state_head, head) != 0)
		return bad_state(e);
	for (const char *p = text + head, *end; *p; p = end + 1) {
		end = strchr(p, '\n');
		if (!end)
			return bad_state(e);
		if (strcmp(p, "end\n") == 0) {
			relay_sort(l);
			return true;
		}
		if (!parse_line(p, (size_t)(end - p), l, e))
			return false;
	}
	return bad_state(e);
}

int64_t
relay_next_expiry(const struct relay_list *l, int64_t now)
{
	int64_t next = TIME_NONE;
	for (size_t i = 0; i < l->n; i++) {
		const int64_t t = l->entry[i].expires_us;
		if (t != TIME_NONE && t > now
			&& (next == TIME_NONE || t < next))
			next = t;
	}
	return next;
}

static bool
has_line(const struct relay_list *l, int64_t now, const char *line, size_t len)
{
	for (size_t i = 0; i < l->n; i++) {
		char net[CIDR_TEXT_SIZE];
		if (has_ended(&l->entry[i], now))
			continue;
		cidr_text_full(&l->entry[i].net, net);
		if (strlen(net) == len && memcmp(net, line, len) == 0)
			return true;
	}
	return false;
}

bool
relay_closes(const char *live, const struct relay_list *after, int64_t now)
{
	for (const char *p = live; *p;) {
		const size_t len = strcspn(p, "\n");
		const size_t net = strcspn(p, " \n");
		if (*p != '#' && net > 0 && !has_line(after, now, p, net))
			return true;
		p += len;
		if (*p)
			p++;
	}
	return false;
}

bool
relay_table_find(const char *table, const uint8_t ip[static 16],
	char network_r[static CIDR_TEXT_SIZE])
{
	struct err e = ERR_EMPTY;
	for (const char *p = table; *p;) {
		const size_t len = strcspn(p, "\n");
		const size_t net = strcspn(p, " \n");
		struct cidr c;
		err_clear(&e);
		if (*p != '#' && str_copy_n(network_r, CIDR_TEXT_SIZE, p, net)
			&& cidr_parse(network_r, &c, &e) && cidr_has_ip(&c, ip))
			return true;
		p += len;
		if (*p)
			p++;
	}
	return false;
}

bool
relay_equal(const struct relay_list *a, const struct relay_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (compare_net(&a->entry[i].net, &b->entry[i].net) != 0
			|| a->entry[i].expires_us != b->entry[i].expires_us)
			return false;
	return true;
}

void
relay_free(struct relay_list *l)
{
	free(l->entry);
	*l = (struct relay_list){ 0 };
}
