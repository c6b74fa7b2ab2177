/*
 * The mail servers on the document's page. Used by maps/document.c only.
 */
#ifndef MAPS_DOCUMENT_NODES_H
#define MAPS_DOCUMENT_NODES_H

#include "core/publishing.h"
#include "maps/document_html.h"

/* All nodes: what they are, their map files, their settings in effect. */
void document_nodes(struct page *p, struct core *c, struct arena *a,
	const struct publishing *live);

#endif
