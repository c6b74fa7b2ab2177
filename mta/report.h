/*
 * Telling the database what this node has live: node_status and node_domain.
 */
#ifndef MTA_REPORT_H
#define MTA_REPORT_H

#include "mta/node.h"

/* Write when something changed or five seconds have passed; a failure only
 * delays the report. */
void report_run(struct node *n);

#endif
