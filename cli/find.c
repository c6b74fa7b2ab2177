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

bool
cli_find_whitelist(struct cli *c, const char *network, struct whitelist *out,
	struct err *e)
{
	struct whitelist_query q = { .list = { .limit = LIST_LIMIT_MAX } };
	struct cidr net;
	struct list_page page;
	struct whitelist *items;
	char text[CIDR_TEXT_SIZE];
	uint64_t id;

	if (is_id(network, &id))
		return whitelist_get(&c->core, &c->actor, id, out, e);
	if (!cidr_parse(network, &net, e))
		return false;
	cidr_text(&net, text);
	q.list.q = text;
	if (!whitelist_list(&c->core, &c->actor, &q, &items, &page, e))
		return false;
	for (size_t i = 0; i < page.n; i++)
		if (strcmp(items[i].network, text) == 0) {
			*out = items[i];
			return true;
		}
	return err_set(e, ERR_NOT_FOUND, "network", "not_found", text,
		"there is no entry %s", text);
}

bool
cli_version(struct cli *c, uint64_t *version_r, struct err *e)
{
	const char *text = cli_opt(c, "if-version");

	*version_r = 0;
	return text == NULL || cli_number("--if-version", text, version_r, e);
}
