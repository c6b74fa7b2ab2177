/*
 * What can be said of each noun in a bulk change.
 */
#include "core/bulk.h"

#include "base/timeutil.h"
#include "core/domain.h"

#define COUNT_MAX 100000000

/* clang-format off */
#define FILTER_COMMON                                                          \
	{ FIELD_AT(struct bulk_filter, q), .max = 200 },                       \
	{ FIELD_AT(struct bulk_filter, ids), .min = 1, .min_items = 1,         \
		.max_items = BULK_IDS_MAX }
#define OF_DOMAIN { FIELD_AT(struct bulk_filter, domain_id), .min = 1 }
#define STATE(list) { FIELD_AT(struct bulk_filter, state), .words = (list) }

static const char *const domain_states[] = { "", "active", "prepared",
	"disabled", "retiring", "deleted", NULL };
static const char *const mailbox_states[] = { "", "active", "nologin",
	"closed", "deleted", NULL };
/* As enum alias_state, which has no 3; "" is no word that anybody says. */
static const char *const alias_states[] = { "", "active", "disabled", "",
	"deleted", NULL };
static const char *const whitelist_states[] = { "", "active", "disabled",
	"expired", "deleted", NULL };

static const struct field domain_filter[] = {
	STATE(domain_states), FILTER_COMMON, { 0 }
};
static const struct field mailbox_filter[] = {
	OF_DOMAIN, STATE(mailbox_states), FILTER_COMMON, { 0 }
};
static const struct field alias_filter[] = {
	OF_DOMAIN, STATE(alias_states), FILTER_COMMON,
	{ FIELD_AT(struct bulk_filter, target), .check = addr_check_target },
	{ 0 }
};
static const struct field whitelist_filter[] = {
	STATE(whitelist_states), FILTER_COMMON, { 0 }
};

#define END                                                                    \
	{ FIELD_NAMED(struct bulk_action, is_delete, "delete") },              \
	{ FIELD_NAMED(struct bulk_action, is_restore, "restore") }
#define SET(list) { FIELD_AT(struct bulk_action, state), .words = (list) }
#define TARGETS { FIELD_AT(struct bulk_action, targets), .words = answers }
#define ADD_TO                                                                 \
	{ FIELD_AT(struct bulk_action, add_to_alias),                          \
		.check = addr_check_alias }
#define AMOUNT(member, most)                                                   \
	{ FIELD_AT(struct bulk_action, member), .max = (most) }

static const char *const answers[] = { "ask", "remove", NULL };
static const char *const domain_sets[] = { "active", "prepared", "disabled",
	"retiring", NULL };
static const char *const mailbox_sets[] = { "active", "nologin", "closed",
	NULL };
static const char *const two_sets[] = { "active", "disabled", NULL };

static const struct field domain_action[] = {
	SET(domain_sets), END,
	AMOUNT(max_mailboxes, COUNT_MAX),
	AMOUNT(max_aliases, COUNT_MAX),
	AMOUNT(max_quota_bytes, QUOTA_MAX_BYTES),
	AMOUNT(default_quota_bytes, QUOTA_MAX_BYTES),
	{ 0 }
};
static const struct field mailbox_action[] = {
	SET(mailbox_sets), END, TARGETS, ADD_TO,
	AMOUNT(quota_bytes, QUOTA_MAX_BYTES),
	{ 0 }
};
static const struct field alias_action[] = {
	SET(two_sets), END, TARGETS, ADD_TO,
	{ 0 }
};
static const struct field whitelist_action[] = {
	SET(two_sets), END,
	{ FIELD_TIME_AT(struct bulk_action, expires_us, "expires_at"),
		.nullable = true },
	{ 0 }
};

#define FORM(filter_, action_)                                                 \
	{ FIELD_OBJECT_AT(struct bulk_in, filter, filter_, filter_seen),       \
		.required = true },                                            \
	{ FIELD_AT(struct bulk_in, expected_count), .required = true },        \
	{ FIELD_OBJECT_AT(struct bulk_in, action, action_, action_seen),       \
		.required = true },                                            \
	{ 0 }
const struct field bulk_domain_form[] = { FORM(domain_filter, domain_action) };
const struct field bulk_mailbox_form[] = {
	FORM(mailbox_filter, mailbox_action)
};
const struct field bulk_alias_form[] = { FORM(alias_filter, alias_action) };
const struct field bulk_whitelist_form[] = {
	FORM(whitelist_filter, whitelist_action)
};
/* clang-format on */

static const struct field *const forms[] = {
	[BULK_DOMAINS] = bulk_domain_form,
	[BULK_MAILBOXES] = bulk_mailbox_form,
	[BULK_ALIASES] = bulk_alias_form,
	[BULK_WHITELIST] = bulk_whitelist_form,
};
_Static_assert(ARRAY_LEN(forms) == BULK_NOUNS, "one form each");

const struct field *
bulk_form(enum bulk_noun noun)
{
	return forms[noun];
}

const struct field *
bulk_filter_form(enum bulk_noun noun)
{
	return forms[noun][0].sub;
}

const struct field *
bulk_action_form(enum bulk_noun noun)
{
	return forms[noun][2].sub;
}

void
bulk_in_defaults(struct bulk_in *in)
{
	*in = (struct bulk_in){ .action.expires_us = TIME_NONE };
}
