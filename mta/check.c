/*
 * See check.h.
 */
#include "mta/check.h"

#include <string.h>

#include "base/file.h"
#include "base/log.h"
#include "base/timeutil.h"
#include "maps/delta.h"
#include "mta/everything.h"
#include "mta/kept.h"

#define RELAY_BYTES (16UL * 1024 * 1024)

struct compare_job {
	const struct conf *conf;
	struct everything *all;
	check_each *each;
	void *ctx;
};

/*
 * What waits or is held must be as it was left. False in *known_r where that
 * cannot be told: then such lines are not compared.
 */
static bool
want_what_stays(
	struct compare_job *j, enum map_id map, bool *known_r, struct err *e)
{
	struct map_lines left = { 0 };
	struct err why = ERR_EMPTY;
	*known_r = false;
	if (!everything_may_stay(j->all) || j->all->applied == 0
		|| map == MAP_ACCOUNTS)
		return true;
	*known_r = kept_text(&j->conf->node, map, NULL, &left, &why);
	if (!*known_r)
		log_warn("%s: what waits is not compared: %s", map_name(map),
			err_text(&why));
	const bool ok = !*known_r || everything_keep(j->all, map, &left, e);
	lines_free(&left);
	return ok;
}

static size_t
tell(const struct compare_job *j, const struct delta *d, bool known)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct delta_line *x = &d->line[i];
		if (!known
			&& everything_stays(
				j->all, x->map, x->key, x->after != NULL))
			continue;
		n++;
		j->each(j->ctx, x->map, x->key, x->before, x->after);
	}
	return n;
}

static bool
compare_map(struct compare_job *j, enum map_id map, struct check_result *r,
	struct err *e)
{
	struct map_lines live = { 0 };
	struct delta d = { 0 };
	bool known = false;
	const bool ok = want_what_stays(j, map, &known, e)
		&& everything_live(&j->conf->node, map, &live, e)
		&& delta_map(&d, map, &live, &j->all->wanted.map[map], e);
	if (ok)
		r->differences += tell(j, &d, known);
	r->lines += live.n;
	delta_free(&d);
	lines_free(&live);
	return ok;
}

static bool
compare_relays(const struct conf_node *c, const struct everything *x,
	bool *differ_r, struct err *e)
{
	char path[NODE_PATH_SIZE], *live = NULL;
	struct err why = ERR_EMPTY;
	size_t len;
	struct str s = str_in(x->arena, RELAY_BYTES);
	if (!relay_table(&x->relays, now_us(), &s))
		return err_memory(e);
	node_cidr_path(c, path);
	*differ_r = !file_read(path, RELAY_BYTES, x->arena, &live, &len, &why)
		|| strcmp(live, str_text(&s)) != 0;
	return true;
}

bool
check_all(const struct conf *conf, struct check_result *r, check_each *each,
	void *ctx, struct err *e)
{
	struct everything x = { 0 };
	bool ok = everything_render(conf, &x, e);
	*r = (struct check_result){ .serial = x.serial };
	struct compare_job j = { conf, &x, each, ctx };
	for (int m = 0; ok && m < MAP_COUNT; m++)
		if (role_has(conf->node.role, (enum map_id)m))
			ok = compare_map(&j, (enum map_id)m, r, e);
	if (ok && role_has_relays(conf->node.role))
		ok = compare_relays(&conf->node, &x, &r->relays_differ, e);
	r->held = x.held;
	x.held = (struct hold_list){ 0 };
	everything_free(&x);
	return ok;
}
