/*
 * What the panel's home, quota and search pages show. Reads only.
 */
#ifndef CORE_OVERVIEW_H
#define CORE_OVERVIEW_H

#include "core/alias.h"
#include "core/core.h"
#include "core/domain.h"
#include "core/mailbox.h"
#include "core/publishing.h"
#include "core/revision.h"
#include "core/whitelist.h"

/* Domains by what is allotted; sort: allotted, name (default -allotted). */
bool quota_list(struct core *c, const struct actor *a,
	const struct list_query *q, struct domain **items_r,
	struct list_page *page_r, struct err *e) MUST_USE;

struct search_result {
	struct domain *domains;
	struct mailbox *mailboxes;
	struct alias *aliases; /* without targets */
	struct whitelist *whitelist;
	size_t n_domains, n_mailboxes, n_aliases, n_whitelist;
};
bool search_all(struct core *c, const struct actor *a, const char *q,
	unsigned limit, struct search_result *out, struct err *e) MUST_USE;

struct attention {
	const char *kind;     /* node_unreachable, node_error, node_behind,
	                         node_held, node_drift, node_holding,
	                         changes_waiting, job_failed, domain_full,
	                         whitelist_expiring, domain_retiring */
	const char *severity; /* error, warning */
	const char *subject;
	const char *noun; /* node, publishing, job, domain, whitelist */
	uint64_t noun_id; /* 0: none */
	int64_t at_us;    /* or TIME_NONE */
	const char *text;
};
struct counts {
	int64_t domains, mailboxes, aliases, whitelist;
	int64_t quota_allotted_bytes;
	int64_t jobs_running;
};
struct home {
	struct attention *attention;
	size_t n_attention;
	struct counts counts;
	struct publishing publishing;
	struct domain *quota; /* up to 10 */
	size_t n_quota;
	struct revision *revisions; /* the newest ten */
	size_t n_revisions;
};
bool home_get(struct core *c, const struct actor *a, struct home *out,
	struct err *e) MUST_USE;

#endif
