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
#define END_NETWORK "255.255.255.255/32"
static const char table_end[] = END_NETWORK " reject_unauth_destination\n";
static const char until_head[] = "# until ";
static const char past_mark[] = " past\n";
static const char state_head[] = "postroom whitelist 2\n";

static bool
add_entry(struct relay_list *l, const struct cidr *net, int64_t expires_us,
	struct err *e)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		struct relay_entry *p = reallocarray(l->entry, cap, sizeof(*p));
		if (!p)
			return err_memory(e);
		l->entry = p;
		l->cap = cap;
	}
	l->entry[l->n++] = (struct relay_entry){ *net, expires_us };
	return true;
}

bool
relay_add(struct relay_list *l, const char *network, int64_t expires_us,
	struct err *e)
{
	struct cidr net;
	return cidr_parse(network, &net, e)
		&& add_entry(l, &net, expires_us, e);
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
has_ended(const struct relay_list *l, const struct relay_entry *x, int64_t now)
{
	return x->expires_us != TIME_NONE
		&& (x->expires_us <= now || x->expires_us <= l->past_us);
}

bool
relay_end(struct relay_list *l, int64_t now)
{
	const int64_t before = l->past_us;
	for (size_t i = 0; i < l->n; i++) {
		const int64_t t = l->entry[i].expires_us;
		if (t != TIME_NONE && t <= now && t > l->past_us)
			l->past_us = t;
	}
	return l->past_us != before;
}

bool
relay_table(const struct relay_list *l, int64_t now, struct str *out)
{
	str_add(out, table_head);
	for (size_t i = 0; i < l->n; i++) {
		const struct relay_entry *x = &l->entry[i];
		char net[CIDR_TEXT_SIZE], until[TIME_TEXT_SIZE];
		if (has_ended(l, x, now))
			continue;
		if (x->expires_us != TIME_NONE) {
			time_rfc3339(x->expires_us, until);
			str_addf(out, "%s%s:\n", until_head, until);
		}
		cidr_text_full(&x->net, net);
		str_addf(out, "%s OK\n", net);
	}
	str_add(out, table_end);
	return str_is_ok(out);
}

bool
relay_state(const struct relay_list *l, struct str *out)
{
	str_addf(out, "%s%lld%s", state_head, (long long)l->past_us, past_mark);
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
	char past[24];
	size_t len;
	if (strncmp(text, state_head, head) != 0)
		return bad_state(e);
	text += head;
	len = strcspn(text, " \n");
	if (strncmp(text + len, past_mark, sizeof(past_mark) - 1) != 0
		|| !str_copy_n(past, sizeof(past), text, len)
		|| !str_to_i64(past, 0, TIME_MAX_US, &l->past_us))
		return bad_state(e);
	text += len + sizeof(past_mark) - 1;
	for (const char *p = text, *end; *p; p = end + 1) {
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
		if (t != TIME_NONE && t > now && t > l->past_us
			&& (next == TIME_NONE || t < next))
			next = t;
	}
	return next;
}

/* A line of a table. */
enum line_kind { LINE_NOTE, LINE_NETWORK, LINE_FOREIGN };

struct table_line {
	enum line_kind kind;
	struct cidr net;
	int64_t until_us; /* of the next network, or TIME_NONE */
};

static int64_t
told_end(const char *line, size_t len)
{
	const size_t head = sizeof(until_head) - 1;
	char text[TIME_TEXT_SIZE];
	int64_t until;
	struct err e = ERR_EMPTY;
	if (len < head + 1 || strncmp(line, until_head, head) != 0
		|| !str_copy_n(text, sizeof(text), line + head, len - head - 1)
		|| !time_parse(text, &until, &e))
		return TIME_NONE;
	return until;
}

/* The next line of a table, which moves `*p`; false at its end. */
static bool
next_line(const char **p, struct table_line *line)
{
	const char *text = *p;
	const size_t len = strcspn(text, "\n"), key = strcspn(text, " \n");
	char net[CIDR_TEXT_SIZE];
	struct err e = ERR_EMPTY;

	if (!*text)
		return false;
	*p += len + (text[len] != '\0');
	line->kind = LINE_NOTE;
	line->until_us = TIME_NONE;
	if (len == 0 || text[0] == '#') {
		line->until_us = told_end(text, len);
		return true;
	}
	if (strncmp(text, END_NETWORK " ", sizeof(END_NETWORK)) == 0)
		return true;
	line->kind = key < len && str_copy_n(net, sizeof(net), text, key)
			&& cidr_parse(net, &line->net, &e)
		? LINE_NETWORK
		: LINE_FOREIGN;
	return true;
}

bool
relay_read_table(const char *text, struct relay_list *l, struct err *e)
{
	struct table_line line;
	int64_t until = TIME_NONE;
	while (next_line(&text, &line)) {
		if (line.kind == LINE_NETWORK
			&& !add_entry(l, &line.net, until, e))
			return false;
		until = line.until_us;
	}
	relay_sort(l);
	return true;
}

bool
relay_closes(const char *live, const struct relay_list *after, int64_t now)
{
	struct relay_list before = { 0 };
	struct table_line line;
	struct err e = ERR_EMPTY;
	bool closes = !relay_read_table(live, &before, &e);
	while (!closes && next_line(&live, &line))
		closes = line.kind == LINE_FOREIGN;
	for (size_t i = 0, at = 0; !closes && i < before.n; i++) {
		const struct cidr *net = &before.entry[i].net;
		while (at < after->n
			&& compare_net(&after->entry[at].net, net) < 0)
			at++;
		closes = at == after->n
			|| compare_net(&after->entry[at].net, net) != 0
			|| has_ended(after, &after->entry[at], now);
	}
	relay_free(&before);
	return closes;
}

bool
relay_table_find(const char *table, const uint8_t ip[static 16],
	char network_r[static CIDR_TEXT_SIZE])
{
	struct table_line line;
	while (next_line(&table, &line))
		if (line.kind == LINE_NETWORK && cidr_has_ip(&line.net, ip)) {
			cidr_text_full(&line.net, network_r);
			return true;
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
