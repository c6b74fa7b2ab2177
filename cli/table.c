/*
 * The table of all commands: finding one by its words, or the nearest one.
 */
#include "cli/table.h"

static const struct cli_command *const groups[] = {
	cli_domain_commands,
	cli_mailbox_commands,
	cli_alias_commands,
	cli_token_commands,
	cli_whitelist_commands,
	cli_bulk_commands,
	cli_export_commands,
	cli_document_commands,
	/* Its words go before what else may be a file. */
	cli_import_from_commands,
	cli_import_commands,
	cli_backup_commands,
	cli_admin_commands,
	cli_revision_commands,
	cli_job_commands,
	cli_publish_commands,
	cli_node_commands,
	cli_explain_commands,
	cli_queue_commands,
	cli_seal_commands,
	cli_migrate_commands,
	cli_doctor_commands,
	cli_complete_commands,
};

/* Of every command that writes. */
static const struct cli_option dry_run_option = { "dry-run", CLI_FLAG, NULL,
	"only tell which map lines would go and come", NULL };

const struct cli_command *
cli_next_command(const struct cli_command *m)
{
	for (size_t i = 0; m && i < ARRAY_LEN(groups); i++)
		for (const struct cli_command *at = groups[i]; at->group; at++)
			if (at == m && at[1].group)
				return at + 1;
			else if (at == m)
				return i + 1 < ARRAY_LEN(groups) ? groups[i + 1]
								 : NULL;
	return m ? NULL : groups[0];
}

const struct cli_option *
cli_next_option(const struct cli_command *m, const struct cli_option *o)
{
	if (o == &dry_run_option)
		return NULL;
	o = o ? o + 1 : m->options;
	if (o && o->name)
		return o;
	return m->needs == CLI_WRITE ? &dry_run_option : NULL;
}

static bool
is_command(const struct cli_command *m, const char *group, const char *verb)
{
	if (strcmp(m->group, group) != 0)
		return false;
	return m->verb == NULL || (verb != NULL && strcmp(m->verb, verb) == 0);
}

const struct cli_command *
cli_find_command(const char *group, const char *verb)
{
	const struct cli_command *m = NULL;

	while ((m = cli_next_command(m)))
		if (is_command(m, group, verb))
			return m;
	/* Another word for the same. */
	if (verb && strcmp(verb, "set") == 0)
		return cli_find_command(group, "edit");
	if (verb && strcmp(verb, "remove") == 0)
		return cli_find_command(group, "delete");
	return NULL;
}

bool
cli_is_group(const char *name)
{
	const struct cli_command *m = NULL;

	while ((m = cli_next_command(m)))
		if (strcmp(m->group, name) == 0)
			return true;
	return false;
}

const struct cli_option *
cli_find_option(const struct cli_command *m, const char *name, size_t len)
{
	const struct cli_option *o = NULL;

	while (m && (o = cli_next_option(m, o)))
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

enum { NEAR_SIZE = 64, NEAR_MOST = 2 };

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Changes, missing, odd and swapped letters between two words (Damerau). */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[3][NEAR_SIZE];
	const size_t n = strlen(b);

	if (n + 1 > NEAR_SIZE || strlen(a) + 1 > NEAR_SIZE)
		return NEAR_SIZE;
	for (unsigned k = 0; k <= n; k++)
		row[0][k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		unsigned *now = row[i % 3];
		const unsigned *last = row[(i + 2) % 3];
		const unsigned *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t k = 1; k <= n; k++) {
			now[k] = least(last[k - 1] + (a[i - 1] != b[k - 1]),
				least(last[k], now[k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2]
				&& a[i - 2] == b[k - 1])
				now[k] = least(now[k], before[k - 2] + 1);
		}
	}
	return row[strlen(a) % 3][n];
}

/* Few slips, and few for so short a word. */
static bool
is_near(const char *a, const char *b, unsigned *best)
{
	const unsigned d = distance(a, b);

	if (d > NEAR_MOST || d * 3 > strlen(b) || d >= *best)
		return false;
	*best = d;
	return true;
}

const char *
cli_near_group(const char *group)
{
	const struct cli_command *m = NULL;
	const char *found = NULL;
	unsigned best = NEAR_SIZE;

	while ((m = cli_next_command(m)))
		if (is_near(group, m->group, &best))
			found = m->group;
	return found;
}

const char *
cli_near_verb(const char *group, const char *verb)
{
	const struct cli_command *m = NULL;
	const char *found = NULL;
	unsigned best = NEAR_SIZE;

	while ((m = cli_next_command(m)))
		if (m->verb && strcmp(m->group, group) == 0
			&& is_near(verb, m->verb, &best))
			found = m->verb;
	return found;
}

const char *
cli_near_option(const struct cli_command *m, const char *name)
{
	const struct cli_option *o = NULL;
	const char *found = NULL;
	unsigned best = NEAR_SIZE;

	while (m && (o = cli_next_option(m, o)))
		if (is_near(name, o->name, &best))
			found = o->name;
	return found;
}

/* What is gone for good when it is done. */
static const struct {
	const char *group, *verb, *question;
} lasting[] = {
	{ "admin", "delete", "The admin and his tokens are gone for good." },
	{ "node", "delete", "The node's token is void for good." },
	{ "queue", "delete", "The message is gone for good." },
};

const char *
cli_question(const struct cli_command *m)
{
	for (size_t i = 0; i < ARRAY_LEN(lasting); i++)
		if (is_command(m, lasting[i].group, lasting[i].verb))
			return lasting[i].question;
	return NULL;
}
