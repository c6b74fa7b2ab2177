/*
 * What is asked of other systems' databases. Names of columns are those of
 * PostfixAdmin 3.3 (schema 1847), iRedMail's vmail (and its form before 0.9.8)
 * and vpopmail 5.4 with its vmysql.h.
 */
#include "db/foreign.h"

#define PFA_LOCAL_AT "CONCAT(SUBSTRING_INDEX(a.address, '@', 1), '@', "

const struct foreign_query postfixadmin_domains = {
	{ "d.domain", "d.description", "d.aliases", "d.mailboxes", "d.quota",
		"d.maxquota", "d.transport", "d.backupmx", "d.active",
		"(SELECT COUNT(*) FROM `~mailbox` m WHERE m.domain = d.domain)",
		"(SELECT COUNT(*) FROM `~alias` a LEFT JOIN `~mailbox` m ON "
		"m.username = a.address WHERE a.domain = d.domain "
		"AND m.username IS NULL)",
		"(SELECT COALESCE(SUM(m.quota), 0) FROM `~mailbox` m "
		"WHERE m.domain = d.domain)",
		"(SELECT COUNT(*) FROM `~mailbox` m WHERE m.domain = d.domain "
		"AND m.quota <= 0)" },
	"FROM `~domain` d WHERE d.domain <> 'ALL' ORDER BY d.domain"
};
const struct foreign_query postfixadmin_mailboxes = {
	{ "m.username", "m.password", "m.name", "m.quota", "m.active",
		"a.goto" },
	"FROM `~mailbox` m LEFT JOIN `~alias` a ON a.address = m.username "
	"AND a.active = 1 ORDER BY m.username"
};
const struct foreign_query postfixadmin_aliases = { { "a.address", "a.goto",
							    "a.active" },
	"FROM `~alias` a LEFT JOIN `~mailbox` m ON m.username = a.address "
	"WHERE m.username IS NULL ORDER BY a.address" };
const struct foreign_query postfixadmin_alias_domains = {
	{ PFA_LOCAL_AT "d.alias_domain)",
		"IF(a.address LIKE '@%', a.goto, a.address)",
		"d.active AND a.active" },
	"FROM `~alias_domain` d JOIN `~alias` a ON a.domain = d.target_domain "
	"LEFT JOIN `~alias` x ON x.address = " PFA_LOCAL_AT
	"d.alias_domain) WHERE x.address IS NULL "
	"ORDER BY d.alias_domain, a.address"
};
const struct foreign_query postfixadmin_admins = {
	{ "a.username", "a.active", "a.superadmin", "g.domain" },
	"FROM `~admin` a LEFT JOIN `~domain_admins` g "
	"ON g.username = a.username AND g.active = 1 "
	"ORDER BY a.username, g.domain"
};
const struct foreign_query postfixadmin_vacations = { { "v.email", "v.subject",
							      "v.active" },
	"FROM `~vacation` v ORDER BY v.email" };
const struct foreign_query postfixadmin_fetchmail = {
	{ "f.mailbox", "f.src_server", "f.src_user" },
	"FROM `~fetchmail` f ORDER BY f.id"
};

const struct foreign_query iredmail_domains = {
	{ "d.domain", "d.description", "d.aliases", "d.mailboxes",
		"d.transport", "d.backupmx", "d.active",
		"(SELECT COUNT(*) FROM `mailbox` m WHERE m.domain = d.domain)",
		"(SELECT COUNT(*) FROM `alias` a WHERE a.domain = d.domain)" },
	"FROM `domain` d ORDER BY d.domain"
};
const struct foreign_query iredmail_mailboxes = {
	{ "m.username", "m.password", "m.name", "m.quota", "m.active",
		"m.enableimap", "m.enablepop3", "m.enablesmtp" },
	"FROM `mailbox` m ORDER BY m.username"
};
const struct foreign_query iredmail_forwardings = {
	{ "f.address", "f.forwarding", "f.active",
		"(SELECT COUNT(*) FROM `mailbox` m "
		"WHERE m.username = f.address)" },
	"FROM `forwardings` f WHERE f.is_maillist = 0 "
	"ORDER BY f.address, f.forwarding"
};
const struct foreign_query iredmail_old_aliases = {
	{ "a.address", "a.goto", "a.active",
		"(SELECT COUNT(*) FROM `mailbox` m "
		"WHERE m.username = a.address)" },
	"FROM `alias` a ORDER BY a.address"
};
const struct foreign_query iredmail_policies = { { "a.address",
							 "a.accesspolicy" },
	"FROM `alias` a WHERE a.accesspolicy NOT IN ('', 'public') "
	"ORDER BY a.address" };
const struct foreign_query iredmail_alias_domains = {
	{ "CONCAT(SUBSTRING_INDEX(m.username, '@', 1), '@', d.alias_domain)",
		"m.username", "d.active" },
	"FROM `alias_domain` d JOIN `mailbox` m ON m.domain = d.target_domain "
	"ORDER BY d.alias_domain, m.username"
};
const struct foreign_query iredmail_maillists = { { "l.address" },
	"FROM `maillists` l ORDER BY l.address" };
const struct foreign_query iredmail_admins = {
	{ "g.username",
		"COALESCE((SELECT a.active FROM `admin` a WHERE "
		"a.username = g.username), (SELECT m.active FROM `mailbox` m "
		"WHERE m.username = g.username), 1)",
		"g.domain = 'ALL'", "g.domain" },
	"FROM `domain_admins` g ORDER BY g.username, g.domain"
};
const struct foreign_query iredmail_recipient_bcc = { { "b.username",
							      "b.bcc_address" },
	"FROM `recipient_bcc_user` b ORDER BY b.username" };
const struct foreign_query iredmail_sender_bcc = { { "b.username",
							   "b.bcc_address" },
	"FROM `sender_bcc_user` b ORDER BY b.username" };

const struct foreign_query vpopmail_accounts = {
	{ "v.pw_name", "v.pw_domain", "v.pw_passwd", "v.pw_gid", "v.pw_gecos",
		"v.pw_shell" },
	"FROM `vpopmail` v ORDER BY v.pw_domain, v.pw_name"
};
const struct foreign_query vpopmail_own_accounts = {
	{ "v.pw_name", "''", "v.pw_passwd", "v.pw_gid", "v.pw_gecos",
		"v.pw_shell" },
	"FROM `~` v ORDER BY v.pw_name"
};
const struct foreign_query vpopmail_own_tables = { { "c.table_name" },
	"FROM information_schema.columns c WHERE c.table_schema = DATABASE() "
	"AND c.column_name = 'pw_passwd' AND NOT EXISTS (SELECT 1 FROM "
	"information_schema.columns x WHERE x.table_schema = c.table_schema "
	"AND x.table_name = c.table_name AND x.column_name = 'pw_domain') "
	"ORDER BY c.table_name" };
const struct foreign_query vpopmail_valias = { { "a.alias", "a.domain",
						       "a.valias_line" },
	"FROM `valias` a ORDER BY a.domain, a.alias, a.valias_line" };
const struct foreign_query vpopmail_alias_domains = { { "a.alias", "a.domain" },
	"FROM `aliasdomains` a ORDER BY a.alias" };
const struct foreign_query vpopmail_dir_control = { { "d.domain" },
	"FROM `dir_control` d ORDER BY d.domain" };
const struct foreign_query vpopmail_valias_domains = { { "a.domain" },
	"FROM `valias` a GROUP BY a.domain ORDER BY a.domain" };
const struct foreign_query vpopmail_limits = { { "l.domain" },
	"FROM `limits` l WHERE l.maxpopaccounts > 0 OR l.maxaliases > 0 "
	"OR l.maxforwards > 0 OR l.diskquota > 0 ORDER BY l.domain" };
