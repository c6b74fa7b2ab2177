/*
 * Explain for what is saved: look-ups are rendered from the rows of the
 * database as they are now, whether they are live yet or not.
 */
#ifndef MAPS_EXPLAIN_SAVED_H
#define MAPS_EXPLAIN_SAVED_H

#include "base/conf.h"
#include "db/db.h"
#include "db/explain_rows.h"
#include "maps/explain_form.h"
#include "maps/holds.h"

struct explain_saved {
	struct explain x;
	uint64_t serial;         /* of the database */
	struct hold_list faults; /* of domains that were looked at */
};

/*
 * Reads in one snapshot over `db`, which has map_saved_sql and key_log_sql
 * and no transaction. Texts live in `a`; explain_saved_free the rest, also
 * after a failure. `origin`: see explain_config.
 */
bool explain_saved(struct db *db, const struct conf_node *conf,
	const struct explain_in *in, const char *origin, struct arena *a,
	struct explain_saved *out, struct err *e) MUST_USE;
void explain_saved_free(struct explain_saved *s);

/* The members `serial`, `steps`, `outcome`, `is_cut` and `faults`, as an
 * object under `key`. */
void explain_saved_json(
	struct jsonw *w, const char *key, const struct explain_saved *s);

/* Up to which serial the line of a step may have been written. */
typedef uint64_t explain_upto(void *ctx, const struct explain_step *s);

/* Fill in the last such revision of each step's key. */
bool explain_name_persons(struct db *db, enum key_source source,
	explain_upto *upto, void *ctx, struct arena *a, struct explain *x,
	struct err *e) MUST_USE;

#endif
