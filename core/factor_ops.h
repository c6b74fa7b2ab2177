/*
 * What factor.c and passkey.c share. Used inside core only.
 */
#ifndef CORE_FACTOR_OPS_H
#define CORE_FACTOR_OPS_H

#include "core/factor.h"
#include "core/tx.h"
#include "db/factor_rows.h"

/* "admin/17", "mailbox/5": whose a sealed text is. */
#define PERSON_TEXT_SIZE 32
void person_text(struct person p, char out[static PERSON_TEXT_SIZE]);

/* A change of somebody's factors, for the log. */
struct factor_note {
	struct person person;
	uint64_t domain_id; /* of a mailbox */
	const char *subject;
	const char *before, *after; /* JSON objects */
};
bool factor_note(
	struct tx *t, const struct factor_note *n, struct err *e) MUST_USE;
struct factor_note factor_note_of(const struct session *s);

/* Codes with the first factor: none where there are some. */
bool factor_codes_in(struct tx *t, struct person p, bool is_anew,
	struct recovery_codes *out, struct err *e) MUST_USE;
/* With the last factor they go. */
bool factor_last_in(struct tx *t, struct person p, struct err *e) MUST_USE;

#endif
