/*
 * Map lines for the operator: `publish --diff`, and --dry-run of every command
 * that writes. As text they look like `diff -u`.
 */
#include "cli/cli.h"

#include "base/domain.h"
#include "maps/diff.h"

/* All of them: a terminal or a file takes what there is. */
#define LINES_MAX 1000000

static void
add_counts(const struct diff *d, struct str *out)
{
	if (d->is_truncated)
		str_add(out, "too many lines to show; changes:\n");
	for (size_t i = 0; i < d->n_counts; i++)
		str_addf(out, "%8llu %s %s\n",
			(unsigned long long)d->count[i].n, d->count[i].noun,
			d->count[i].domain);
	for (size_t i = 0; i < d->n_faults; i++)
		str_addf(out, "held back: %s: %s\n", d->fault[i].domain,
			d->fault[i].reason);
}

static bool
write_text(struct cli *c, const struct diff *d, struct err *e)
{
	c->is_text = true;
	add_counts(d, &c->out);
	if (d->n_lines == 0 && !d->is_truncated)
		str_add(&c->out, "no map line differs\n");
	return diff_write_text(d, &c->out) || err_memory(e);
}

static bool
read_domain(struct cli *c, char out[static DOMAIN_SIZE], const char **domain_r,
	struct err *e)
{
	const char *domain = cli_opt(c, "domain");

	*domain_r = domain ? out : NULL;
	return !domain || domain_check(domain, out, DOMAIN_SIZE, e);
}

static bool
find_diff(struct cli *c, const char *domain, struct diff *d, struct err *e)
{
	uint64_t from, to;

	if (c->n_args == 0)
		return diff_pending(&c->core, &c->actor, domain, d, e);
	if (c->n_args == 1)
		return err_set(e, ERR_SYNTAX, "argument", "required", "",
			"--diff takes two serials or none");
	return cli_number("FROM", c->arg[0], &from, e)
		&& cli_number("TO", c->arg[1], &to, e)
		&& diff_between(&c->core, &c->actor, from, to, domain, d, e);
}

bool
cli_diff(struct cli *c, struct err *e)
{
	char name[DOMAIN_SIZE];
	const char *domain;
	struct diff d;

	if (!read_domain(c, name, &domain, e) || !find_diff(c, domain, &d, e))
		return false;
	if (!c->is_json)
		return write_text(c, &d, e);
	jsonw_object(&c->json, NULL);
	if (!diff_write_json(
		    &c->json, c->arena, &d, DIFF_MAPS, NULL, LINES_MAX, e))
		return false;
	jsonw_end(&c->json);
	return true;
}

bool
cli_dry_run(struct cli *c, struct err *e)
{
	struct core_trial trial = { 0 };
	struct diff d;
	bool is_ok;

	c->core.is_dry_run = true;
	c->core.trial = &trial;
	is_ok = c->command->run(c, e);
	c->core.is_dry_run = false;
	c->core.trial = NULL;
	/* What the command says would be of rows that are not there. */
	str_reset(&c->out);
	c->json = jsonw_over(&c->out);
	if (!is_ok || !diff_of_trial(&c->core, &c->actor, &trial, &d, e))
		return false;
	return c->is_json ? diff_write_trial(
		       &c->json, c->arena, &c->actor, &trial, &d, LINES_MAX, e)
			  : write_text(c, &d, e);
}
