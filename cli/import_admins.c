/*
 * Admins of another system.
 */
#include "cli/import_admins.h"

#include "core/admin_manage.h"
#include "core/domain.h"

static const char *
cell_of(const struct importer_row *row, const char *column)
{
	for (size_t i = 0; i < row->n; i++)
		if (strcmp(row->cell[i].column, column) == 0)
			return row->cell[i].value;
	return "";
}

bool
import_admins_take(void *admins, const struct importer_row *row, struct err *e)
{
	struct import_admins *list = admins;
	struct import_admin *item;

	if (strcmp(row->noun, "admin") != 0 || row->reason)
		return true;
	if (list->n == list->cap) {
		const size_t cap = list->cap ? 2 * list->cap : 64;

		item = arena_grow(list->arena, list->item,
			list->cap * sizeof(*item), cap * sizeof(*item));
		if (!item)
			return err_memory(e);
		list->item = item;
		list->cap = cap;
	}
	item = &list->item[list->n];
	*item = (struct import_admin){
		.login = arena_strdup(list->arena, cell_of(row, "login")),
		.domains = arena_strdup(list->arena, cell_of(row, "domains")),
	};
	if (!item->login || !item->domains)
		return err_memory(e);
	list->n++;
	return true;
}

/* The ids of the domains that are here; *missing_r: one that is not. */
static bool
domain_ids(struct cli *c, const char *domains, struct int_list *out,
	const char **missing_r, struct err *e)
{
	char *text = arena_strdup(c->arena, domains), *next = text;

	*missing_r = NULL;
	out->items =
		arena_array(c->arena, ADMIN_GRANTS_MAX, sizeof(*out->items));
	if (!text || !out->items)
		return err_memory(e);
	for (char *name; (name = strsep(&next, ","));) {
		struct err mine = ERR_EMPTY;
		char label[DOMAIN_SIZE];
		struct domain d;

		if (!domain_check(name, label, sizeof(label), &mine)
			|| !domain_find(
				&c->core, &c->actor, label, &d, &mine)) {
			if (mine.code != ERR_NOT_FOUND
				&& mine.code != ERR_INVALID)
				return err_merge(e, &mine, NULL);
			*missing_r = name;
			continue;
		}
		if (out->n < ADMIN_GRANTS_MAX)
			out->items[out->n++] = (int64_t)d.id;
	}
	return true;
}

static bool
make_one(struct cli *c, struct import_admin *item, struct err *e)
{
	static const char *const rights[] = { "mailboxes", "aliases",
		"passwords", "lists", "dns", "import" };
	const bool is_super = strcmp(item->domains, "ALL") == 0;
	char token[TOKEN_LEN + 1];
	struct err mine = ERR_EMPTY;
	struct admin_in in = { .role = is_super };
	struct admin_view view;
	const char *missing = NULL;

	if (!str_copy(in.login, sizeof(in.login), item->login)) {
		item->outcome = "refused: the login is too long";
		return true;
	}
	in.rights = (struct text_list){ (const char **)(uintptr_t)rights,
		is_super ? 0 : ARRAY_LEN(rights) };
	if (!is_super
		&& !domain_ids(c, item->domains, &in.domain_ids, &missing, e))
		return false;
	if (!is_super && in.domain_ids.n == 0) {
		item->outcome = "refused: none of the domains is here";
		return true;
	}
	if (admin_create(&c->core, &c->actor, &in, token, &view, &mine))
		item->outcome = missing ? "made, without a domain that is not "
					  "here"
					: "made";
	else if (mine.code == ERR_CONFLICT)
		item->outcome = "there already, left as it is";
	else if (mine.code == ERR_INVALID)
		item->outcome =
			arena_printf(c->arena, "refused: %s", err_text(&mine));
	else
		return err_merge(e, &mine, NULL);
	explicit_bzero(token, sizeof(token));
	return item->outcome || err_memory(e);
}

bool
import_admins_make(struct cli *c, struct import_admins *admins, struct err *e)
{
	for (size_t i = 0; i < admins->n; i++)
		if (!make_one(c, &admins->item[i], e))
			return false;
	return true;
}

void
import_admins_write(struct jsonw *w, const struct import_admins *admins)
{
	jsonw_array(w, "admins");
	for (size_t i = 0; i < admins->n; i++) {
		const struct import_admin *item = &admins->item[i];

		jsonw_object(w, NULL);
		jsonw_str(w, "login", item->login);
		jsonw_str(w, "domains", item->domains);
		jsonw_str(w, "outcome", item->outcome ? item->outcome : "");
		jsonw_end(w);
	}
	jsonw_end(w);
}
