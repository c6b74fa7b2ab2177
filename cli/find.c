/* Names and addresses of the command line to rows. */
#include "cli/find.h"

static bool
is_id(const char *text, uint64_t *id_r)
{
	int64_t value;

	*id_r = 0;
	if (!str_to_i64(text, 1, INT64_MAX, &value))
		return false;
	*id_r = (uint64_t)value;
	return true;
}

static bool
none_deleted(struct err *e, const char *noun, const char *name)
{
	return err_set(e, ERR_NOT_FOUND, noun, "not_found", name,
		"there is no deleted %s %s that is still kept", noun, name);
}

static bool
find_deleted_domain(
	struct cli *c, const char *name, struct domain *out, struct err *e)
{
	struct domain_query q = {
		.list = { .limit = LIST_LIMIT_MAX, .q = name },
		.state = DOMAIN_DELETED,
	};
	struct list_page page;
	struct domain *items;
	bool found = false;

	if (!domain_list(&c->core, &c->actor, &q, &items, &page, e))
		return false;
	for (size_t i = 0; i < page.n; i++)
		if (strcmp(items[i].name, name) == 0
			&& (!found || items[i].deleted_us > out->deleted_us)) {
			*out = items[i];
			found = true;
		}
	return found || none_deleted(e, "domain", name);
}

bool
cli_find_domain(struct cli *c, const char *name, bool is_deleted,
	struct domain *out, struct err *e)
{
	char stored[DOMAIN_SIZE];
	uint64_t id;

	if (is_id(name, &id))
		return domain_get(&c->core, &c->actor, id, out, e);
	if (!domain_check(name, stored, sizeof(stored), e))
		return false;
	name = arena_strdup(c->arena, stored);
	if (name == NULL)
		return err_memory(e);
	if (is_deleted)
		return find_deleted_domain(c, name, out, e);
	return domain_find(&c->core, &c->actor, name, out, e);
}

static bool
find_deleted_mailbox(
	struct cli *c, const char *address, struct mailbox *out, struct err *e)
{
	struct mailbox_query q = {
		.list = { .limit = LIST_LIMIT_MAX, .q = address },
		.filter = { .state = MAILBOX_DELETED },
	};
	struct list_page page;
	struct mailbox *items;
	bool found = false;

	if (!mailbox_list(&c->core, &c->actor, &q, &items, &page, e))
		return false;
	for (size_t i = 0; i < page.n; i++)
		if (strcmp(items[i].address, address) == 0
			&& (!found || items[i].deleted_us > out->deleted_us)) {
			*out = items[i];
			found = true;
		}
	return found || none_deleted(e, "mailbox", address);
}

bool
cli_find_mailbox(struct cli *c, const char *address, bool is_deleted,
	struct mailbox *out, struct err *e)
{
	char stored[ADDR_SIZE];
	uint64_t id;

	if (is_id(address, &id))
		return mailbox_get(&c->core, &c->actor, id, out, e);
	if (!addr_check_mailbox(address, stored, sizeof(stored), e))
		return false;
	address = arena_strdup(c->arena, stored);
	if (address == NULL)
		return err_memory(e);
	if (is_deleted)
		return find_deleted_mailbox(c, address, out, e);
	return mailbox_find(&c->core, &c->actor, address, out, e);
}

static bool
find_deleted_alias(
	struct cli *c, const char *address, struct alias *out, struct err *e)
{
	struct alias_query q = {
		.list = { .limit = LIST_LIMIT_MAX, .q = address },
		.state = ALIAS_DELETED,
	};
	struct list_page page;
	struct alias *items;
	bool found = false;

	if (!alias_list(&c->core, &c->actor, &q, &items, &page, e))
		return false;
	for (size_t i = 0; i < page.n; i++)
		if (strcmp(items[i].address, address) == 0
			&& (!found || items[i].deleted_us > out->deleted_us)) {
			*out = items[i];
			found = true;
		}
	return found || none_deleted(e, "alias", address);
}

bool
cli_find_alias(struct cli *c, const char *address, bool is_deleted,
	struct alias *out, struct err *e)
{
	char stored[ADDR_SIZE];
	uint64_t id;

	if (is_id(address, &id))
		return alias_get(&c->core, &c->actor, id, out, e);
	if (!addr_check_alias(address, stored, sizeof(stored), e))
		return false;
	address = arena_strdup(c->arena, stored);
	if (address == NULL)
		return err_memory(e);
	if (is_deleted)
		return find_deleted_alias(c, address, out, e);
	return alias_find(&c->core, &c->actor, address, out, e);
}

static bool
find_whitelist(struct cli *c, const char *network, enum whitelist_state state,
	struct whitelist *out, bool *found_r, struct err *e)
{
	struct whitelist_query q = { .list = { .limit = LIST_LIMIT_MAX,
					     .q = network },
		.state = state };
	struct list_page page;
	struct whitelist *items;

	if (!whitelist_list(&c->core, &c->actor, &q, &items, &page, e))
		return false;
	for (size_t i = 0; i < page.n; i++)
		if (strcmp(items[i].network, network) == 0
			&& (!*found_r
				|| items[i].deleted_us > out->deleted_us)) {
			*out = items[i];
			*found_r = true;
		}
	return true;
}

/* By its id (then it is found already), or its canonical text. */
static bool
network_of(struct cli *c, const char *network, const char **text_r,
	struct whitelist *out, bool *found_r, struct err *e)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr net;
	uint64_t id;

	*found_r = is_id(network, &id);
	if (*found_r)
		return whitelist_get(&c->core, &c->actor, id, out, e);
	if (!cidr_parse(network, &net, e))
		return false;
	cidr_text(&net, text);
	*text_r = arena_strdup(c->arena, text);
	return *text_r != NULL || err_memory(e);
}

bool
cli_find_whitelist(struct cli *c, const char *network, struct whitelist *out,
	struct err *e)
{
	const char *text = network;
	bool found;

	if (!network_of(c, network, &text, out, &found, e)
		|| (!found && !find_whitelist(c, text, 0, out, &found, e)))
		return false;
	return found
		|| err_set(e, ERR_NOT_FOUND, "network", "not_found", text,
			"there is no entry %s", text);
}

bool
cli_find_deleted_whitelist(struct cli *c, const char *network,
	struct whitelist *out, struct err *e)
{
	const char *text = network;
	bool found;

	if (!network_of(c, network, &text, out, &found, e))
		return false;
	if (found)
		return true;
	return find_whitelist(c, text, WHITELIST_DELETED, out, &found, e)
		&& find_whitelist(c, text, WHITELIST_EXPIRED, out, &found, e)
		&& (found || none_deleted(e, "entry", text));
}

bool
cli_version(struct cli *c, uint64_t *version_r, struct err *e)
{
	const char *text = cli_opt(c, "if-version");

	*version_r = 0;
	return text == NULL || cli_number("--if-version", text, version_r, e);
}
