/*
 * Plain, sorted text copies of the maps, for people and tools, and for making
 * a map anew while the database is away. Password hashes stay out of them.
 */
#ifndef MTA_TEXT_COPY_H
#define MTA_TEXT_COPY_H

#include "mta/node.h"

/* Write the text copy of a map that has these lines. */
bool text_write(const struct conf_node *c, enum map_id map,
	const struct map_lines *l, struct err *e) MUST_USE;

/* Write the text copies of these maps as they are; a child function with a text_job. */
struct text_job {
	const struct conf_node *conf;
	unsigned maps;
};
child_fn text_child;

#endif
