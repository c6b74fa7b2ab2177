/*
 * The one list of statement tables.
 */
#include "db/change_page.h"
#include "db/tables.h"

#include "db/admin_manage_rows.h"
#include "db/admin_rows.h"
#include "db/alias_rows.h"
#include "db/census_rows.h"
#include "db/domain_rows.h"
#include "db/due_rows.h"
#include "db/explain_rows.h"
#include "db/factor_rows.h"
#include "db/gate_rows.h"
#include "db/history_rows.h"
#include "db/import_rows.h"
#include "db/lock_rows.h"
#include "db/log_rows.h"
#include "db/mailbox_rows.h"
#include "db/map_rows.h"
#include "db/misc_rows.h"
#include "db/name_rows.h"
#include "db/node_rows.h"
#include "db/past_rows.h"
#include "db/peer_rows.h"
#include "db/pending_rows.h"
#include "db/publishing_rows.h"
#include "db/relay_request_rows.h"
#include "db/request_rows.h"
#include "db/retention_rows.h"
#include "db/session_rows.h"
#include "db/staging_rows.h"
#include "db/token_rows.h"
#include "db/view_rows.h"
#include "db/whitelist_rows.h"

const struct sql_table *const db_tables[] = { &domain_sql, &mailbox_sql,
	&alias_sql, &census_sql, &whitelist_sql, &log_sql, &misc_sql,
	&admin_sql, &admin_manage_sql, &relay_request_sql, &view_sql, &due_sql,
	&node_sql, &pending_sql, &publishing_sql, &retention_sql, &past_sql,
	&map_saved_sql, &key_log_sql, &peer_sql, &request_sql, &name_sql,
	&gate_sql, &session_sql, &token_sql, &import_sql, &staging_sql,
	&staging_look_sql, &change_page_sql, &lock_sql, &factor_sql,
	&history_sql, NULL };
