/* `postroom migrate`: bring the database to the version of this program. */
#include "cli/cli.h"
#include "db/migrate.h"

static const struct cli_option options[] = {
	{ "status", CLI_FLAG, NULL, "tell the versions, change nothing", NULL },
	{ "schema", CLI_TEXT, "FOLDER",
		"the migrations (default $POSTROOM_SCHEMA, then as installed)",
		NULL },
	{ "skip-grants", CLI_FLAG, NULL, "leave the accounts as they are",
		NULL },
	{ 0 },
};

static void
answer(struct cli *c, unsigned from, unsigned to)
{
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "database", c->conf.database.name);
	jsonw_uint(&c->json, "from", from);
	jsonw_uint(&c->json, "version", to);
	jsonw_uint(&c->json, "program", DB_SCHEMA_VERSION);
	jsonw_end(&c->json);
}

static bool
status(struct cli *c, const struct db_options *o, struct err *e)
{
	struct db *db;
	unsigned version;
	bool is_ok;

	if (!db_open(&db, o, e))
		return false;
	is_ok = db_schema_version(db, &version, e);
	db_close(&db);
	if (!is_ok)
		return false;
	answer(c, version, version);
	c->exit_code = version == DB_SCHEMA_VERSION ? 0 : 1;
	return true;
}

static bool
migrate(struct cli *c, struct err *e)
{
	const char *folder = cli_opt(c, "schema");
	struct db_migrated done;
	struct db_options o;
	char password[256];
	bool is_ok;

	if (!core_db_options(
		    &c->conf, FACE_CLI, &o, password, sizeof(password), e))
		return false;
	o.tables = NULL;
	if (cli_opt(c, "status"))
		return status(c, &o, e);
	is_ok = db_migrate(&o, folder ? folder : db_schema_folder(),
		cli_opt(c, "skip-grants") != NULL, &done, e);
	explicit_bzero(password, sizeof(password));
	if (is_ok)
		answer(c, done.from, done.to);
	return is_ok;
}

/* clang-format off */
const struct cli_command cli_migrate_commands[] = {
	{ "migrate", NULL, NULL, "bring the database up to date",
		options, NULL, CLI_CONF, migrate },
	{ 0 },
};
/* clang-format on */
