/*
 * What the mail servers do with one message, step by step: pure, no input or
 * output but the look-up that it is given.
 *
 * It follows the configuration that we ship (etc/postfix, etc/dovecot-2.3) in
 * Postfix's own order: client, HELO, sender, recipient with its relay and
 * recipient restrictions, expansion of aliases, transport, delivery. The same
 * function answers for what is live (look-ups in the map files) and for what
 * is saved but pending (look-ups in lines rendered from rows).
 *
 * Not judged here, because it depends on the moment: quotas (asked by Postfix
 * at RCPT and by Dovecot at delivery; the step `quota_asked` says so), limits
 * of rate and size, what hosts elsewhere answer, and by which host mail for
 * elsewhere leaves: `transport_mx` says its domain, Postfix takes relayhost or
 * the domain's MX.
 *
 * Each step has a text code, which stays as it is once it was released:
 *	client     client_loopback client_whitelisted client_outside
 *	           sign_in_taken sign_in_refused
 *	helo       helo_taken helo_missing
 *	sender     sender_taken sender_empty sender_syntax sender_owned
 *	           sender_not_owned sender_not_signed_in
 *	recipient  recipient_syntax recipient_postmaster relay_client
 *	           relay_signed_in relay_ours relay_denied relay_routed
 *	           access_denied recipient_refused domain_refused
 *	           recipient_not_fqdn recipient_alias recipient_catch_all
 *	           recipient_mailbox recipient_unknown recipient_elsewhere
 *	           recipient_error recipient_retry quota_asked accepted
 *	domain     domain_ours domain_elsewhere domain_own_host
 *	alias      alias_expands alias_itself alias_catch_all alias_failed
 *	transport  transport_default transport_line transport_mx
 *	           transport_own_host
 *	deliver    deliver_mailbox deliver_no_mailbox deliver_elsewhere
 *	           deliver_bounced deliver_retried
 */
#ifndef MAPS_EXPLAIN_H
#define MAPS_EXPLAIN_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"
#include "base/jsonw.h"
#include "maps/envelope.h"
#include "maps/lines.h"

/* So many are told; a list of 10,000 has its count. */
#define EXPLAIN_STEPS_MAX 300
#define EXPLAIN_DELIVER_MAX 200

/* What is asked. Addresses have passed envelope_check. */
struct explain_query {
	const char *recipient;
	const char *sender; /* "": the empty one */
	const char *client; /* an IP address, or "": somebody outside */
	const char *helo;   /* NULL: any; "": none was sent */
	const char *login;  /* "": nobody is signed in */
	bool is_submission; /* the submission ports; a login implies it */
};

/*
 * The value of a key in a map, or *value_r = NULL. Values live as long as the
 * arena. Of MAP_ACCOUNTS the value is that of maps/account.h.
 */
typedef bool explain_lookup(void *ctx, enum map_id map, const char *key,
	const char **value_r, struct err *e);

struct explain_config {
	explain_lookup *lookup;
	void *ctx;
	const char *relay_table; /* text of whitelist.cidr */
	const char *virtual_transport;
	const char *origin; /* myorigin; "": not known */
};

enum explain_stage {
	EXPLAIN_CLIENT,
	EXPLAIN_HELO,
	EXPLAIN_SENDER,
	EXPLAIN_RECIPIENT,
	EXPLAIN_DOMAIN,
	EXPLAIN_ALIAS,
	EXPLAIN_TRANSPORT,
	EXPLAIN_DELIVER,
	EXPLAIN_STAGES
};

enum explain_what {
	EXPLAIN_CONTINUE,
	EXPLAIN_ACCEPT,
	EXPLAIN_REFUSE,
	EXPLAIN_DEFER,
	EXPLAIN_DELIVERED,
	EXPLAIN_WHATS
};

/*
 * One step. A line that decides is named by map and key; `line` is its value
 * (of accounts the home only), NULL where there is no such line. `subject` is
 * the address that the step is about. The revision behind the line is filled
 * in by whoever has the log.
 */
struct explain_step {
	enum explain_stage stage;
	const char *text_code;
	const char *subject; /* or NULL */
	const char *map;     /* or NULL */
	const char *key;     /* or NULL */
	const char *line;    /* or NULL */
	enum explain_what what;
	unsigned code;     /* of SMTP, or 0 */
	const char *reply; /* its text, enhanced status first, or NULL */

	uint64_t serial; /* 0: not known */
	const char *actor_name;
	const char *action;
	int64_t at_us;
};

struct explain_delivery {
	const char *address;
	const char *via; /* `lmtp:unix:private/dovecot-lmtp` */
	enum explain_what what;
};

/* {0}, then explain_run. */
struct explain {
	struct explain_step *step;
	size_t steps, step_cap;
	bool is_cut;            /* there were more steps or deliveries */
	enum explain_what what; /* accept, refuse or defer */
	unsigned code;
	const char *reply;
	struct explain_delivery *deliver;
	size_t delivers, deliver_cap;
	size_t deliver_count; /* also those that are not told */
};

/*
 * False: memory ran out, or a look-up failed. All texts live in `a`, those of
 * the query included by reference.
 */
bool explain_run(const struct explain_config *config,
	const struct explain_query *q, struct arena *a, struct explain *out,
	struct err *e) MUST_USE;

const char *explain_stage_name(enum explain_stage stage);
const char *explain_what_name(enum explain_what what);

/*
 * The kind of the change_key that a step's line hangs on: 'a', 'd' or 'w'; 0
 * where it hangs on none.
 */
char explain_key_kind(const struct explain_step *s);

/* The members `steps`, `outcome` and `is_cut`, into an open object. */
void explain_write_members(struct jsonw *w, const struct explain *x);

#endif
