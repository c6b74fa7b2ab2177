/*
 * The columns of staged rows: their names, the nouns that have them, and the
 * headings that people and other systems give them.
 */
#include "core/staging.h"

#include "base/str.h"

#define BIT(noun) (1U << (noun))
enum {
	OF_DOMAIN = BIT(STAGED_DOMAIN),
	OF_MAILBOX = BIT(STAGED_MAILBOX),
	OF_ALIAS = BIT(STAGED_ALIAS),
	OF_WHITELIST = BIT(STAGED_WHITELIST),
	OF_ADMIN = BIT(STAGED_ADMIN),
	OF_ALIAS_DOMAIN = BIT(STAGED_ALIAS_DOMAIN),
};
#define HEADINGS_MAX 14

static const struct {
	const char *name;
	unsigned nouns;
	unsigned unused; /* nouns that know it and cannot use it yet */
	const char *heading[HEADINGS_MAX];
} columns[] = {
	[COLUMN_NONE] = { "", 0, 0, { NULL } },
	[COLUMN_ADDRESS] = { "address", OF_MAILBOX | OF_ALIAS, 0,
		{ "address", "email", "e mail", "mail", "email address",
			"mail address", "mailbox", "username", "user",
			"account", "メールアドレス", "アドレス", "メール" } },
	[COLUMN_LOCAL_PART] = { "local_part", OF_MAILBOX | OF_ALIAS, 0,
		{ "local part", "localpart", "local", "user name", "userid",
			"user id", "ローカル部", "ユーザー名", "ユーザ名",
			"アカウント", "ローカルパート" } },
	[COLUMN_DOMAIN] = { "domain",
		OF_DOMAIN | OF_MAILBOX | OF_ALIAS | OF_ALIAS_DOMAIN, 0,
		{ "domain", "domain name", "ドメイン", "ドメイン名" } },
	[COLUMN_NAME] = { "name", OF_MAILBOX | OF_ADMIN, 0,
		{ "name", "display name", "full name", "fullname", "realname",
			"real name", "氏名", "名前", "表示名", "名称",
			"お名前" } },
	[COLUMN_PASSWORD] = { "password", OF_MAILBOX | OF_ADMIN, 0,
		{ "password", "password hash", "hash", "pass", "passwd",
			"crypt", "パスワード", "初期パスワード" } },
	[COLUMN_QUOTA] = { "quota", OF_MAILBOX, 0,
		{ "quota", "quota bytes", "size", "limit", "storage",
			"mailbox size", "容量", "容量制限", "クォータ",
			"割り当て容量" } },
	[COLUMN_ACTIVE] = { "active",
		OF_MAILBOX | OF_ALIAS | OF_DOMAIN | OF_WHITELIST, 0,
		{ "active", "enabled", "state", "status", "有効", "状態",
			"ステータス" } },
	[COLUMN_TARGETS] = { "targets", OF_ALIAS | OF_ALIAS_DOMAIN, 0,
		{ "targets", "target", "goto", "destination", "destinations",
			"forward to", "members", "recipients", "転送先", "宛先",
			"配送先", "メンバー" } },
	[COLUMN_SEND_AS] = { "send_as", OF_ALIAS, 0,
		{ "send as", "送信を許可" } },
	[COLUMN_FORWARDS] = { "forwards", OF_MAILBOX, OF_MAILBOX,
		{ "forwards", "forward", "forward to", "forwarding", "転送",
			"転送先" } },
	[COLUMN_SERVICES] = { "services", OF_MAILBOX, OF_MAILBOX,
		{ "services", "service", "protocols", "サービス" } },
	[COLUMN_LANGUAGE] = { "language", OF_MAILBOX, OF_MAILBOX,
		{ "language", "lang", "locale", "言語" } },
	[COLUMN_NOTE] = { "note",
		OF_ALIAS | OF_DOMAIN | OF_WHITELIST | OF_MAILBOX, OF_MAILBOX,
		{ "note", "description", "comment", "memo", "remarks", "備考",
			"説明", "メモ", "コメント" } },
	[COLUMN_MAX_MAILBOXES] = { "max_mailboxes", OF_DOMAIN, 0,
		{ "max mailboxes", "mailboxes", "メールボックス数上限",
			"最大メールボックス数" } },
	[COLUMN_MAX_ALIASES] = { "max_aliases", OF_DOMAIN, 0,
		{ "max aliases", "aliases", "エイリアス数上限",
			"最大エイリアス数" } },
	[COLUMN_MAX_QUOTA] = { "max_quota", OF_DOMAIN, 0,
		{ "max quota", "max quota bytes", "quota", "maxquota",
			"容量上限", "合計容量" } },
	[COLUMN_DEFAULT_QUOTA] = { "default_quota", OF_DOMAIN, 0,
		{ "default quota", "default quota bytes", "既定の容量",
			"標準容量" } },
	[COLUMN_TRANSPORT] = { "transport", OF_DOMAIN, 0,
		{ "transport", "route", "配送経路", "トランスポート" } },
	[COLUMN_NETWORK] = { "network", OF_WHITELIST, 0,
		{ "network", "ip", "ip address", "address", "cidr", "client",
			"ネットワーク", "ipアドレス", "アドレス" } },
	[COLUMN_OWNER] = { "owner", OF_WHITELIST, 0,
		{ "owner", "contact", "所有者", "担当", "担当者" } },
	[COLUMN_EXPIRES] = { "expires_at", OF_WHITELIST, 0,
		{ "expires at", "expires", "expiry", "until", "有効期限",
			"期限" } },
	[COLUMN_LOGIN] = { "login", OF_ADMIN, 0,
		{ "login", "username", "admin", "ログイン" } },
	[COLUMN_DOMAINS] = { "domains", OF_ADMIN, 0,
		{ "domains", "domain", "ドメイン" } },
};
_Static_assert(ARRAY_LEN(columns) == STAGING_COLUMNS, "one row each");

static const char *const nouns[] = {
	[STAGED_DOMAIN] = "domain",
	[STAGED_ALIAS_DOMAIN] = "alias_domain",
	[STAGED_MAILBOX] = "mailbox",
	[STAGED_ALIAS] = "alias",
	[STAGED_WHITELIST] = "whitelist",
	[STAGED_ADMIN] = "admin",
};

const char *
staged_noun_name(enum staged_noun noun)
{
	return (unsigned)noun < ARRAY_LEN(nouns) && nouns[noun] ? nouns[noun]
								: "";
}

bool
staged_noun_find(const char *name, enum staged_noun *noun_r)
{
	for (unsigned i = 1; i < ARRAY_LEN(nouns); i++)
		if (strcmp(nouns[i], name) == 0) {
			*noun_r = (enum staged_noun)i;
			return true;
		}
	return false;
}

const char *
staging_column_name(enum staging_column column)
{
	return (unsigned)column < ARRAY_LEN(columns) ? columns[column].name
						     : "";
}

bool
staging_column_find(const char *name, enum staging_column *column_r)
{
	for (unsigned i = 0; i < ARRAY_LEN(columns); i++)
		if (strcmp(columns[i].name, name) == 0) {
			*column_r = (enum staging_column)i;
			return true;
		}
	return false;
}

bool
staging_column_of(enum staging_column column, enum staged_noun noun)
{
	return (columns[column].nouns & BIT(noun)) != 0;
}

bool
staging_column_is_unused(enum staging_column column, enum staged_noun noun)
{
	return (columns[column].unused & BIT(noun)) != 0;
}

/* Folded, lower-case, `_`, `-` and runs of blanks as one blank. */
static bool
plain_heading(const char *in, char *out, size_t cap)
{
	char folded[128];
	size_t n = 0;

	if (!addr_fold(in, folded, sizeof(folded)))
		return false;
	str_lower(folded);
	for (const char *p = folded; *p && n + 1 < cap; p++) {
		bool is_gap = *p == ' ' || *p == '_' || *p == '-' || *p == '\t';

		if (!is_gap)
			out[n++] = *p;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return n > 0;
}

enum staging_column
staging_column_guess(const char *heading, enum staged_noun noun)
{
	char plain[128];

	if (!plain_heading(heading, plain, sizeof(plain)))
		return COLUMN_NONE;
	for (unsigned i = 1; i < ARRAY_LEN(columns); i++) {
		if (!(columns[i].nouns & BIT(noun)))
			continue;
		for (unsigned k = 0; k < HEADINGS_MAX && columns[i].heading[k];
			k++)
			if (strcmp(columns[i].heading[k], plain) == 0)
				return (enum staging_column)i;
	}
	return COLUMN_NONE;
}
