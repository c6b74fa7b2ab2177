/*
 * `postroom seal`: the keys that seal what must be read again. They are in a
 * file of this host, never in the database.
 */
#include "base/seal.h"
#include "base/token.h"
#include "cli/cli.h"

static void
write_ring(struct cli *c, const struct seal_ring *ring)
{
	jsonw_object(&c->json, NULL);
	jsonw_str(&c->json, "key_file", c->conf.secrets.key_file);
	jsonw_array(&c->json, "items");
	for (size_t i = 0; i < ring->n; i++) {
		char digest[17];

		fingerprint(
			ring->item[i].key, sizeof(ring->item[i].key), digest);
		jsonw_object(&c->json, NULL);
		jsonw_uint(&c->json, "id", ring->item[i].id);
		jsonw_str(&c->json, "fingerprint", digest);
		jsonw_bool(&c->json, "seals", i + 1 == ring->n);
		jsonw_end(&c->json);
	}
	jsonw_end(&c->json);
	jsonw_end(&c->json);
}

static bool
show(struct cli *c, struct err *e)
{
	struct seal_ring ring;

	if (!seal_load(&ring, c->conf.secrets.key_file, e))
		return false;
	write_ring(c, &ring);
	seal_forget(&ring);
	return true;
}

static bool
init(struct cli *c, struct err *e)
{
	const char *path = c->conf.secrets.key_file;
	struct seal_ring ring;
	uint32_t id;

	if (seal_load(&ring, path, e)) {
		write_ring(c, &ring);
		seal_forget(&ring);
		return true;
	}
	if (e->code != ERR_NOT_FOUND)
		return false;
	err_clear(e);
	return seal_add_key(path, &id, e) && show(c, e);
}

static bool
rotate(struct cli *c, struct err *e)
{
	uint32_t id;

	return seal_add_key(c->conf.secrets.key_file, &id, e) && show(c, e);
}

#define COLUMNS "id,fingerprint,seals"

/* clang-format off */
const struct cli_command cli_seal_commands[] = {
	{ "seal", "init", NULL, "make the key file of sealed secrets, "
		"where it is missing", NULL, COLUMNS, CLI_CONF, init },
	{ "seal", "rotate", NULL, "add a key that seals from now on",
		NULL, COLUMNS, CLI_CONF, rotate },
	{ "seal", "show", NULL, "name the keys, never show them",
		NULL, COLUMNS, CLI_CONF, show },
	{ 0 },
};
/* clang-format on */
