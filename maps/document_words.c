/* The words of the document. */
#include "maps/document_words.h"

#include <string.h>

const char *const document_languages[] = { "en", "ja", NULL };

/* clang-format off */
static const char *const words[WORDS][2] = {
	[WORD_TITLE] = { "The mail system", "メールシステム構成書" },
	[WORD_AS_OF] = { "As of", "時点" },
	[WORD_MADE_BY] = { "Made by", "作成" },
	[WORD_SUMMARY] = { "At a glance", "概要" },
	[WORD_DOMAINS] = { "Domains", "ドメイン" },
	[WORD_MAILBOXES] = { "Mailboxes", "メールボックス" },
	[WORD_ALIASES] = { "Aliases", "エイリアス" },
	[WORD_WHITELIST] = { "Relay whitelist", "中継ホワイトリスト" },
	[WORD_NODES] = { "Mail servers", "メールサーバー" },
	[WORD_SERIAL] = { "Last change", "最新の変更番号" },
	[WORD_MODE] = { "Publishing", "公開方法" },
	[WORD_MODE_AUTOMATIC] = { "automatic", "自動" },
	[WORD_MODE_REVIEWED] = { "reviewed", "確認後" },
	[WORD_VERSION] = { "Version", "バージョン" },
	[WORD_NAME] = { "Name", "名前" },
	[WORD_STATE] = { "State", "状態" },
	[WORD_DESCRIPTION] = { "Description", "説明" },
	[WORD_LIMITS] = { "Limit", "上限" },
	[WORD_QUOTA] = { "Quota allotted", "割り当て容量" },
	[WORD_TRANSPORT] = { "Transport", "配送経路" },
	[WORD_ADDRESS] = { "Address", "アドレス" },
	[WORD_TARGETS] = { "Targets", "宛先" },
	[WORD_NETWORK] = { "Network", "ネットワーク" },
	[WORD_OWNER] = { "Owner", "担当者" },
	[WORD_NOTE] = { "Note", "備考" },
	[WORD_EXPIRES] = { "Expires", "有効期限" },
	[WORD_NEVER] = { "never", "無期限" },
	[WORD_ROLE] = { "Role", "役割" },
	[WORD_LIVE] = { "Live change", "稼働中の変更番号" },
	[WORD_SEEN] = { "Last seen", "最終確認" },
	[WORD_HOST] = { "Host", "ホスト" },
	[WORD_MAPS] = { "Map files", "マップファイル" },
	[WORD_SETTINGS] = { "Settings in effect", "有効な設定" },
	[WORD_SETTINGS_OF] = { "as told at", "確認日時" },
	[WORD_NO_SETTINGS] = {
		"This server was not asked for its settings in the last day.",
		"過去 1 日間、このサーバーの設定は確認されていません。" },
	[WORD_PROGRAM] = { "Program", "プログラム" },
	[WORD_VALUE] = { "Value", "値" },
	[WORD_FILE] = { "File", "ファイル" },
	[WORD_DEFAULT] = { "default", "既定値" },
	[WORD_DIFFERS] = { "differs from what is needed:",
		"必要な値と異なります:" },
	[WORD_NO_LIMIT] = { "no limit", "制限なし" },
	[WORD_NONE] = { "None.", "ありません。" },
	[WORD_ACTIVE] = { "active", "有効" },
	[WORD_NOLOGIN] = { "no sign-in", "サインイン不可" },
	[WORD_CLOSED] = { "closed", "停止" },
	[WORD_PREPARED] = { "prepared", "準備中" },
	[WORD_DISABLED] = { "disabled", "無効" },
	[WORD_RETIRING] = { "retiring", "廃止予定" },
	[WORD_EXPIRED] = { "expired", "期限切れ" },
	[WORD_DELETED] = { "deleted", "削除済み" },
	[WORD_ROLE_MAILBOX] = { "mailbox host", "メールボックスサーバー" },
	[WORD_ROLE_SECONDARY] = { "secondary MX", "セカンダリ MX" },
	[WORD_ROLE_OUTBOUND] = { "outbound", "送信専用" },
	[WORD_NO_SECRETS] = {
		"This page holds no passwords, keys or tokens.",
		"このページにはパスワード、鍵、トークンは含まれません。" },
};
/* clang-format on */

static const struct {
	const char *term;
	enum document_word word;
} terms[] = {
	{ "active", WORD_ACTIVE },
	{ "nologin", WORD_NOLOGIN },
	{ "closed", WORD_CLOSED },
	{ "prepared", WORD_PREPARED },
	{ "disabled", WORD_DISABLED },
	{ "retiring", WORD_RETIRING },
	{ "expired", WORD_EXPIRED },
	{ "deleted", WORD_DELETED },
	{ "mailbox", WORD_ROLE_MAILBOX },
	{ "secondary", WORD_ROLE_SECONDARY },
	{ "outbound", WORD_ROLE_OUTBOUND },
	{ "automatic", WORD_MODE_AUTOMATIC },
	{ "reviewed", WORD_MODE_REVIEWED },
};

const char *
document_word(enum document_language language, enum document_word word)
{
	return words[word][language];
}

const char *
document_term(enum document_language language, const char *term)
{
	for (size_t i = 0; term && i < ARRAY_LEN(terms); i++)
		if (strcmp(terms[i].term, term) == 0)
			return document_word(language, terms[i].word);
	return term ? term : "";
}
