/*
 * See check_cmd.h. The comparison runs in a child, because a damaged file can
 * end it; its answer is `serial lines NUL`, held domains, an empty text, and
 * one `map key why` for each difference.
 */
#include "mta/check_cmd.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "db/strset.h"
#include "mta/child.h"
#include "mta/journal.h"
#include "mta/check.h"

#define PASSES 8
#define PAUSE_MS 400
#define SHOWN 20

static void
difference(void *ctx, enum map_id map, const char *key, const char *live,
	const char *wanted)
{
	struct strset *s = ctx;
	struct err e = ERR_EMPTY;
	char line[MAP_KEY_MAX + 64];
	snprintf(line, sizeof(line), "%s %s %s", map_name(map), key,
		!live             ? "is missing"
			: !wanted ? "should not be there"
				  : "has another value");
	char *copy = strdup(line);
	if (!copy || !strset_add(s, copy, NULL, &e))
		free(copy);
}

static bool
compare_child(void *ctx, FILE *out, struct err *e)
{
	struct strset found = { 0 };
	struct check_result r;
	if (!check_all(ctx, &r, difference, &found, e))
		return false;
	if (r.relays_differ
		&& !strset_add(&found, "whitelist.cidr is another", NULL, e))
		return false;
	fprintf(out, "%llu %zu", (unsigned long long)r.serial, r.lines);
	putc('\0', out);
	for (size_t i = 0; i < r.held.n; i++) {
		fprintf(out, "%s: %s", r.held.hold[i].domain,
			r.held.hold[i].reason);
		putc('\0', out);
	}
	putc('\0', out);
	for (size_t i = 0; i < found.n; i++)
		fwrite(found.list[i], strlen(found.list[i]) + 1, 1, out);
	return true;
}

struct pass {
	struct child child;
	unsigned long long serial;
	size_t lines;
	struct strset held, found;
};

static void
pass_free(struct pass *p)
{
	strset_free(&p->held);
	strset_free(&p->found);
	child_free(&p->child);
}

static bool
pass_run(const struct conf *conf, struct pass *p, struct err *e)
{
	*p = (struct pass){ .child = { .fd = -1 } };
	if (!child_call(&p->child, compare_child, (void *)(uintptr_t)conf,
		    600000, e))
		return false;
	const char *s = p->child.data, *end = s + p->child.n;
	if (s == end || sscanf(s, "%llu %zu", &p->serial, &p->lines) != 2)
		return err_set(e, ERR_INTERNAL, "", "bad_answer", "",
			"the comparison gave no answer");
	for (s += strlen(s) + 1; s < end && *s; s += strlen(s) + 1)
		if (!strset_add(&p->held, s, NULL, e))
			return false;
	for (s++; s < end; s += strlen(s) + 1)
		if (!strset_add(&p->found, s, NULL, e))
			return false;
	return true;
}

/* Keep of the first pass what the second has too. */
static bool
intersect(struct pass *first, struct pass *second, struct err *e)
{
	struct strset both = { 0 };
	bool ok = true;
	for (size_t i = 0; ok && i < second->found.n; i++)
		if (strset_has(&first->found, second->found.list[i]))
			ok = strset_add(&both, second->found.list[i], NULL, e);
	strset_free(&second->found);
	second->found = both;
	pass_free(first);
	*first = *second;
	return ok;
}

static int
print_result(const struct conf *conf, const struct pass *p)
{
	struct journal_state s;
	struct err e = ERR_EMPTY;
	for (size_t i = 0; i < p->held.n; i++)
		printf("held %s\n", p->held.list[i]);
	for (size_t i = 0; i < p->found.n && i < SHOWN; i++)
		printf("differs %s\n", p->found.list[i]);
	if (p->found.n > SHOWN)
		printf("and %zu more\n", p->found.n - SHOWN);
	if (!journal_peek(conf->node.state, &s, &e))
		s.applied = 0;
	printf("%s: %zu lines, serial %llu, applied %llu, %zu differences, "
	       "%zu domains held\n",
		p->found.n ? "different" : "clean", p->lines, p->serial,
		(unsigned long long)s.applied, p->found.n, p->held.n);
	return p->found.n ? 1 : 0;
}

int
check_command(const struct conf *conf)
{
	struct pass first, next;
	struct err e = ERR_EMPTY;
	bool ok = pass_run(conf, &first, &e);
	for (int i = 1; ok && first.found.n > 0 && i < PASSES; i++) {
		poll(NULL, 0, PAUSE_MS);
		ok = pass_run(conf, &next, &e);
		if (!ok)
			pass_free(&next);
		else
			ok = intersect(&first, &next, &e);
	}
	const int status =
		ok ? print_result(conf, &first) : err_exit_code(e.code);
	if (!ok)
		fprintf(stderr, "postroom-mapd: %s\n", err_text(&e));
	pass_free(&first);
	return status;
}
