// Reasons of rows from other systems; only the import's page shows them.

export const importReasons: Record<string, { en: string; ja: string }> = {
	vacation_not_kept: {
		en: 'The absence message is not kept. Write it again.',
		ja: '不在通知は引き継がれません。もう一度設定してください。',
	},
	forwards_not_kept: {
		en: 'The mailbox forwards its mail. Set it up by hand.',
		ja: 'このメールボックスには転送があります。手動で設定してください。',
	},
	pipe_target: {
		en: 'Mail goes to a program, which is not kept.',
		ja: '宛先がプログラムのため、引き継げません。',
	},
	include_target: {
		en: 'The targets are in another file, which is not kept.',
		ja: '宛先が別のファイルにあるため、引き継げません。',
	},
	file_target: {
		en: 'Mail goes into a file, which is not kept.',
		ja: '宛先がファイルのため、引き継げません。',
	},
	service_not_kept: {
		en: 'A service was closed for this account. It is open now.',
		ja: 'このアカウントで停止していたサービスは、有効になります。',
	},
	domain_admin: {
		en: 'The account is an admin of its domain. Make an admin by hand.',
		ja: 'このアカウントはドメインの管理者です。管理者を手動で追加してください。',
	},
	relay_domain: {
		en: 'The domain was only passed on. It becomes a domain of its own.',
		ja: '中継だけのドメインでした。通常のドメインになります。',
	},
	transport_not_kept: {
		en: 'The mail of the domain went to another host. Set its transport by hand.',
		ja: 'このドメインのメールは別のホストへ配送されていました。配送経路を手動で設定してください。',
	},
	limit_not_kept: {
		en: 'A limit of the domain is not kept. Set another one.',
		ja: 'ドメインの上限は引き継がれません。設定し直してください。',
	},
	fetchmail_not_kept: {
		en: 'Mail was fetched from another server. That ends.',
		ja: '別のサーバーからのメール取り込みは終了します。',
	},
	policy_not_kept: {
		en: 'Who may write to the address was limited. Everybody may now.',
		ja: 'このアドレスへの送信制限は引き継がれません。誰でも送信できます。',
	},
	list_not_kept: {
		en: 'A mailing list is not kept.',
		ja: 'メーリングリストは引き継がれません。',
	},
	bcc_not_kept: {
		en: 'Copies of the mail went elsewhere. That ends.',
		ja: 'メールのコピー送信は終了します。',
	},
	domain_guessed: {
		en: 'The name of the domain was guessed. Check it.',
		ja: 'ドメイン名は推測したものです。確認してください。',
	},
	unknown_hash: {
		en: 'The stored password is of no known form. Name it with --scheme.',
		ja: '保存されたパスワードの方式が分かりません。--scheme で指定してください。',
	},
	catch_all_mailbox: {
		en: 'One mailbox took the mail of the whole domain. Make a catch-all alias.',
		ja: 'ドメイン全体のメールを受けるメールボックスです。キャッチオールのエイリアスを追加してください。',
	},
	relay_recipient: {
		en: 'A recipient of a relayed domain. The list follows from the primary.',
		ja: '中継ドメインの宛先です。一覧はプライマリから作られます。',
	},
	no_targets: {
		en: 'The address leads nowhere that can be kept.',
		ja: '引き継げる宛先がありません。',
	},
	bad_line: {
		en: 'The line is not of the form of its file.',
		ja: '行の形式が正しくありません。',
	},
	admin_not_active: {
		en: 'The admin was switched off and is not made.',
		ja: '管理者は無効だったため、追加しません。',
	},
	admin_without_domains: {
		en: 'The admin has no domain and is not made.',
		ja: '管理者にドメインがないため、追加しません。',
	},
	bad_quota: {
		en: 'The quota is of no known form.',
		ja: '容量制限の形式が分かりません。',
	},
};
