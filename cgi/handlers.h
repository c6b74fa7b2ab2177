/*
 * The handlers, one file a noun, and the forms that their routes name. What
 * each takes and answers is in docs/openapi.json.
 */
#ifndef CGI_HANDLERS_H
#define CGI_HANDLERS_H

#include "cgi/app.h"

extern const struct form session_form, first_use_form, session_code_form,
	session_ticket_form, session_passkey_form, proof_form,
	proof_passkey_form;
route_handler session_get, session_create, session_delete, first_use_create,
	session_code, session_challenge, session_passkey, proof_create,
	proof_challenge, proof_by_passkey;

extern const struct form me_code_form, me_passkey_form, me_name_form,
	me_history_form, me_seen_form, me_password_form, me_language_form;
route_handler me_factors, me_totp_offer, me_totp_confirm, me_totp_remove,
	me_recovery_make, me_passkey_challenge, me_passkey_add,
	me_passkey_rename, me_passkey_remove, me_sessions, me_sessions_end,
	me_session_end, me_history, me_notices, me_notices_seen, me_password,
	me_language, me_mailbox;
route_handler mailboxes_link, mailboxes_reset_factors, admins_reset_factors;

extern const struct form admin_query_form, admin_in_form, admin_changes_form,
	admin_grants_form, admin_revokes_form;
route_handler admins_list, admins_create, admins_get, admins_patch,
	admins_delete, admins_link, admins_grant, admins_revoke;

extern const struct form relay_query_form, relay_in_form, relay_yes_form,
	relay_no_form;
route_handler relay_requests_list, relay_requests_create, relay_requests_get,
	relay_requests_approve, relay_requests_decline, relay_requests_withdraw;

extern const struct form token_query_form, token_in_form;
route_handler tokens_list, tokens_create, tokens_get, tokens_revoke;

extern const struct form domain_query_form, domain_in_form, domain_changes_form,
	domain_delete_form;
route_handler domains_list, domains_create, domains_get, domains_patch,
	domains_delete, domains_restore, domains_preview;

extern const struct form mailbox_query_form, mailbox_in_form,
	mailbox_changes_form, mailbox_gone_form, mailbox_secret_form;
route_handler mailboxes_list, mailboxes_create, mailboxes_get, mailboxes_patch,
	mailboxes_delete, mailboxes_restore, mailboxes_password,
	mailboxes_references;

extern const struct form alias_query_form, alias_in_form, alias_changes_form,
	alias_gone_form;
route_handler aliases_list, aliases_create, aliases_get, aliases_patch,
	aliases_delete, aliases_restore;

extern const struct form whitelist_query_form, whitelist_in_form,
	whitelist_changes_form;
route_handler whitelists_list, whitelists_create, whitelists_get,
	whitelists_patch, whitelists_delete, whitelists_restore;

extern const struct form domain_many_form, mailbox_many_form, alias_many_form,
	whitelist_many_form;
route_handler mailboxes_census, domains_bulk, mailboxes_bulk, aliases_bulk,
	whitelists_bulk;

extern const struct form domain_export_form, mailbox_export_form,
	alias_export_form, whitelist_export_form;
route_handler domains_export, mailboxes_export, aliases_export,
	whitelists_export;

extern const struct form revision_query_form, revision_after_form,
	revision_export_form;
route_handler revisions_list, revisions_get, revisions_export;

extern const struct form mailbox_lock_in_form, mailbox_lock_queue_form;
route_handler mailboxes_lock, mailboxes_lock_get, mailboxes_lock_queue;

extern const struct form undo_form, undo_job_form, undo_range_form,
	undo_preview_form;
route_handler revisions_undo, revisions_undo_range, revisions_undo_preview,
	jobs_undo, jobs_undo_preview;

extern const struct form job_query_form, job_errors_form;
route_handler jobs_list, jobs_get, jobs_errors, jobs_cancel;

extern const struct form import_list_form, import_rows_form, import_errors_form,
	import_in_form, import_guess_form, import_how_form;
route_handler imports_list, imports_create, imports_get, imports_piece,
	imports_guess, imports_check, imports_run, imports_rows, imports_errors,
	imports_passwords, imports_failed, imports_delete;

extern const struct form quota_query_form, search_query_form;
route_handler quota_show, search_show, home_show;

extern const struct form publish_mode_form, publish_all_form,
	publish_confirm_form, publish_rollback_form, publish_resume_form,
	publish_page_form;
route_handler publishing_show, publishing_mode, publishing_publish_all,
	publishing_confirm_one, publishing_roll_back, publishing_go_on,
	publishing_pending, publishing_versions;

extern const struct form explain_form;
route_handler explain_show;

extern const struct form node_in_form, node_changes_form, request_add_form;
route_handler nodes_list, nodes_create, nodes_get, nodes_patch, nodes_delete,
	nodes_token, nodes_revoke, node_requests_create, node_requests_get;

extern const struct form diff_query_form, rollback_query_form;
route_handler diff_show, rollback_show;

extern const struct form document_query_form;
route_handler document_show;

route_handler health_show, metrics_show;

extern const struct form feed_after_form, feed_all_form, feed_keys_form,
	feed_status_form, feed_reply_form, feed_domain_form;
route_handler feed_changes, feed_relays, feed_all, feed_lines, feed_status,
	feed_requests, feed_reply, feed_approvals, feed_domain;

/* A revision as a member `key` (NULL: element) without its changes. */
struct revision;
void revision_write_json(
	struct jsonw *w, const char *key, const struct revision *r);

/* Publishing as a member `key` (NULL: root). */
struct publishing;
void publishing_write_json(
	struct jsonw *w, const char *key, const struct publishing *p);

/* An alias that names something, as an element. */
struct alias_ref;
void alias_ref_write_json(struct jsonw *w, const struct alias_ref *ref);

/* Replies of what was made: 201 with ETag and Location, or for a job 202. */
struct domain;
struct mailbox;
struct alias;
struct whitelist;
struct job;
struct admin_view;
struct api_token;
bool reply_token(struct call *c, const struct api_token *t, const char *token,
	struct err *e) MUST_USE;
bool reply_admin(struct call *c, int status, const struct admin_view *v,
	struct err *e) MUST_USE;
bool reply_domain(struct call *c, int status, const struct domain *d,
	struct err *e) MUST_USE;
bool reply_mailbox(struct call *c, int status, const struct mailbox *m,
	struct err *e) MUST_USE;
bool reply_alias(struct call *c, int status, const struct alias *al,
	struct err *e) MUST_USE;
bool reply_whitelist(struct call *c, int status, const struct whitelist *wl,
	struct err *e) MUST_USE;
struct node;
bool reply_node(struct call *c, int status, const struct node *n,
	struct err *e) MUST_USE;
bool reply_job(struct call *c, const struct job *j, struct err *e) MUST_USE;

/* The reply of a write that happened before and whose reply got lost: the
 * thing as it is now. ERR_CONFLICT `done_before` when it cannot be told. */
bool reply_made(
	struct call *c, const char *noun, uint64_t id, struct err *e) MUST_USE;

/* Location: PREFIX/`path`/`id`. */
bool reply_location(
	struct call *c, const char *path, uint64_t id, struct err *e) MUST_USE;

#endif
