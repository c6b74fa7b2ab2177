/*
 * Domains that are held back, each with the reason, sorted by name.
 */
#ifndef MAPS_HOLDS_H
#define MAPS_HOLDS_H

#include "base/base.h"
#include "base/domain.h"
#include "base/err.h"
#include "base/str.h"

#define HOLD_REASON_SIZE 300

struct hold {
	char domain[DOMAIN_SIZE];
	char reason[HOLD_REASON_SIZE];
};

/* {0} is empty. */
struct hold_list {
	struct hold *hold;
	size_t n, cap;
};

/* Add or, when the domain is held already, keep the first reason. */
bool holds_add(struct hold_list *l, const char *domain, const char *reason,
	struct err *e) MUST_USE;

const struct hold *holds_find(const struct hold_list *l, const char *domain);
void holds_remove(struct hold_list *l, const char *domain);

/* One line a hold, `domain reason`; and back (bad lines are an error). */
bool holds_write(const struct hold_list *l, struct str *out) MUST_USE;
bool holds_parse(const char *text, struct hold_list *l, struct err *e) MUST_USE;

void holds_free(struct hold_list *l);

#endif
