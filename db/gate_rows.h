/*
 * Modes, approvals and targets as a node's publisher reads them. No rules
 * here: see maps/gate.h and mta/gate.h.
 */
#ifndef DB_GATE_ROWS_H
#define DB_GATE_ROWS_H

#include "db/db.h"

/* For db_open. */
extern const struct sql_table gate_sql;

enum gate_target { GATE_TARGET_NONE, GATE_TARGET_FOLLOW, GATE_TARGET_HOLD };

/* The newest serial, and all that people steer, in one row. */
struct gate_row {
	uint64_t head;
	uint64_t acts; /* grows with each act of people */
	bool is_reviewed;
	enum gate_target target;
	uint64_t target_serial;
	int64_t target_us; /* when it was set */
};

bool gate_row_read(struct db *db, uint64_t node_id, struct gate_row *r,
	struct err *e) MUST_USE;

/* Each approval; domain "" is everything. */
typedef bool gate_row_each(void *ctx, const char *domain, uint64_t serial,
	uint64_t guard_serial, struct err *e);
bool gate_row_approvals(
	struct db *db, gate_row_each *each, void *ctx, struct err *e) MUST_USE;

/* The last change of a domain; 0 when there is no such domain. */
bool gate_row_changed(struct db *db, const char *domain, uint64_t *serial_r,
	struct err *e) MUST_USE;

#endif
