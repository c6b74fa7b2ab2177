/*
 * What the files of explain share: the run, its steps and its look-ups.
 */
#ifndef MAPS_EXPLAIN_INTERNAL_H
#define MAPS_EXPLAIN_INTERNAL_H

#include "maps/explain.h"

struct explain_run {
	const struct explain_config *config;
	const struct explain_query *q;
	struct arena *arena;
	struct explain *out;
	struct envelope sender, recipient;
	bool is_submission;
	struct err *e;
	bool has_failed; /* e is set */
};

/* A line that was found. value is NULL where none was. */
struct explain_line {
	enum map_id map;
	const char *key;
	const char *value;
};

/* How an address is looked for (mail_addr_find of Postfix). */
enum explain_find {
	FIND_ADDRESS,   /* with its extension, without */
	FIND_CATCH_ALL, /* then @domain */
	FIND_DOMAIN,    /* or domain and .parents */
	FIND_ACCESS     /* FIND_DOMAIN, then user@ */
};

/* Is there a line? The extension that was left over is at *ext_r (NULL:
 * none), when asked for. False also when the look-up failed. */
bool explain_find(struct explain_run *r, enum map_id map, const char *address,
	enum explain_find how, struct explain_line *found, const char **ext_r);

/* Add a step; NULL when it was cut or memory ran out. */
struct explain_step *explain_add(struct explain_run *r,
	enum explain_stage stage, const char *text_code, const char *subject,
	enum explain_what what);
void explain_add_line(struct explain_run *r, struct explain_step *s,
	const struct explain_line *l);

/* A text in the arena. "" when memory ran out. */
const char *explain_text(struct explain_run *r, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* Where resolve(8) sends an address. */
enum explain_class { CLASS_HOSTED, CLASS_ELSEWHERE, CLASS_OWN_HOST };
struct explain_route {
	enum explain_class class;
	struct explain_line domain; /* the line of `domains` */
	struct explain_line line;   /* the line of `transport` */
	const char *channel, *nexthop;
};
bool explain_route(struct explain_run *r, const struct envelope *x,
	struct explain_route *out);

/* After the recipient was taken: aliases, transports, deliveries. */
void explain_deliver(struct explain_run *r);

#endif
