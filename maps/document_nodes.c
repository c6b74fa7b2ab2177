/*
 * Mail servers: what they have live, their files, their settings.
 */
#include "maps/document_nodes.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/timeutil.h"
#include "db/node_rows.h"
#include "maps/role.h"

static const struct json_limits reply_limits = { .bytes = 256 << 10,
	.depth = 8 };

static const char *
text_of(const struct json_value *v, const char *key)
{
	size_t len;

	return json_text(json_get(v, key), &len);
}

static void
overview(struct page *p, const struct publishing *live)
{
	static const enum document_word columns[] = { WORD_NAME, WORD_ROLE,
		WORD_LIVE, WORD_SEEN, WORD_HOST, WORD_VERSION, WORDS };

	page_table(p, columns);
	for (size_t i = 0; i < live->n_nodes; i++) {
		const struct node_view *n = &live->nodes[i];
		struct json *facts = NULL;
		struct err inner = ERR_EMPTY;
		const struct json_value *v = NULL;
		char versions[200];

		if (n->facts
			&& json_parse(n->facts, strlen(n->facts), &reply_limits,
				&facts, &inner))
			v = json_root(facts);
		(void)snprintf(versions, sizeof(versions),
			"Postfix %.80s, Dovecot %.80s", text_of(v, "postfix"),
			text_of(v, "dovecot"));
		page_row(p);
		page_cell(p, n->name);
		page_term(p, n->role);
		page_number(p, (int64_t)n->serial);
		page_time(p, n->seen_us, WORD_NEVER);
		page_cell(p, text_of(v, "host"));
		page_cell(p, v ? versions : "");
		page_row_end(p);
		json_free(&facts);
	}
	page_table_end(p);
}

/* File names as the role has them; the folder is that of this host's node. */
static void
map_files(struct page *p, const struct core *c, const struct node_view *n)
{
	const bool is_here = strcmp(n->name, c->conf->map.node) == 0;
	const enum node_role role = strcmp(n->role, "secondary") == 0
		? NODE_SECONDARY
		: NODE_MAILBOX;
	char text[2000];
	struct str s = STR_FIXED(text);

	if (strcmp(n->role, "outbound") == 0)
		return;
	for (unsigned id = 0; id < MAP_COUNT; id++) {
		if (!role_has(role, (enum map_id)id))
			continue;
		str_add(&s, s.len ? ", " : "");
		if (id == MAP_ACCOUNTS) {
			str_add(&s,
				is_here ? c->conf->node.dovecot_db : "mail.db");
			continue;
		}
		if (is_here)
			str_addf(&s, "%s/", c->conf->node.postfix_maps);
		str_addf(&s, "%s.lmdb", role_map_file(role, (enum map_id)id));
	}
	if (role_has_relays(role))
		str_add(&s, ", whitelist.cidr");
	page_fact(p, WORD_MAPS, str_text(&s));
}

static void
setting_row(struct page *p, const struct json_value *v)
{
	const bool differs = strcmp(text_of(v, "state"), "differs") == 0;
	const int64_t line = json_int(json_get(v, "line"));
	const char *file = text_of(v, "file"), *service = text_of(v, "service");
	char where[600], name[300], value[2200];

	(void)snprintf(name, sizeof(name), "%.120s%s%.120s", service,
		*service ? ": " : "", text_of(v, "name"));
	(void)snprintf(value, sizeof(value), "%.1000s%s%s%s%.1000s",
		text_of(v, "value"), differs ? " (" : "",
		differs ? document_word(p->language, WORD_DIFFERS) : "",
		differs ? " " : "", differs ? text_of(v, "expected") : "");
	if (differs)
		(void)snprintf(value + strlen(value),
			sizeof(value) - strlen(value), ")");
	if (*file && line)
		(void)snprintf(where, sizeof(where), "%.500s:%lld", file,
			(long long)line);
	else
		(void)snprintf(where, sizeof(where), "%.500s",
			*file ? file
			      : document_word(p->language, WORD_DEFAULT));
	page_row(p);
	page_cell(p, text_of(v, "program"));
	page_cell(p, name);
	page_cell(p, value);
	page_cell(p, where);
	page_row_end(p);
}

static void
settings_table(struct page *p, const struct node_reply_row *r)
{
	static const enum document_word columns[] = { WORD_PROGRAM, WORD_NAME,
		WORD_VALUE, WORD_FILE, WORDS };
	const struct json_value *items;
	char at[TIME_TEXT_SIZE], told[200];
	struct json *doc = NULL;

	if (!json_parse(r->body, strlen(r->body), &reply_limits, &doc, p->e))
		return;
	time_rfc3339(r->replied_us - r->replied_us % US_PER_S, at);
	(void)snprintf(told, sizeof(told), "%s %s",
		document_word(p->language, WORD_SETTINGS_OF), at);
	page_fact(p, WORD_SETTINGS, told);
	items = json_get(json_root(doc), "items");
	page_table(p, columns);
	for (size_t i = 0; i < json_len(items); i++)
		setting_row(p, json_at(items, i));
	page_table_end(p);
	json_free(&doc);
}

static void
settings_of(struct page *p, struct core *c, struct arena *a,
	const struct node_view *n)
{
	struct node_reply_row r;
	bool found;

	if (err_is_set(p->e)
		|| !node_reply_row_last(
			c->db, a, n->id, "settings", &r, &found, p->e))
		return;
	if (found && r.body)
		settings_table(p, &r);
	else
		page_line(p, WORD_NO_SETTINGS);
}

void
document_nodes(struct page *p, struct core *c, struct arena *a,
	const struct publishing *live)
{
	page_section(p, "nodes", WORD_NODES);
	if (live->n_nodes == 0) {
		page_line(p, WORD_NONE);
		return;
	}
	overview(p, live);
	for (size_t i = 0; i < live->n_nodes; i++) {
		page_heading(p, live->nodes[i].name);
		map_files(p, c, &live->nodes[i]);
		settings_of(p, c, a, &live->nodes[i]);
	}
}
