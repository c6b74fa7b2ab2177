import type { Lang } from '../i18n';

// What to do about a row that is wrong, for the reasons that have an answer.
const fixes: Record<string, { en: string; ja: string }> = {
	no_such_domain: {
		en: 'Add the domain first, or correct its name',
		ja: '先にドメインを追加するか、名前を修正',
	},
	no_right_import: {
		en: 'Ask a superadmin for the right to import there',
		ja: 'インポートの権限を管理者に依頼',
	},
	said_twice: { en: 'Keep one of the two lines', ja: 'どちらかの行を削除' },
	address_taken: {
		en: 'Choose another address, or delete the other one',
		ja: '別のアドレスにするか、既存のものを削除',
	},
	exists_already: {
		en: 'Choose “Add or change”, or take the line out',
		ja: '「追加または変更」を選ぶか、行を削除',
	},
	not_there: { en: 'Choose “Add or change” to add it', ja: '「追加または変更」を選ぶ' },
	target_nowhere: {
		en: 'Add the target, or correct its address',
		ja: '転送先を追加するか、アドレスを修正',
	},
	alias_loop: { en: 'Take one of the targets out', ja: '転送先を減らして循環をなくす' },
	alias_to_itself: { en: 'Take the alias out of its targets', ja: '転送先から自分自身を外す' },
	max_mailboxes: { en: 'Raise the limit of mailboxes', ja: 'メールボックス数の上限を上げる' },
	max_aliases: { en: 'Raise the limit of aliases', ja: 'エイリアス数の上限を上げる' },
	max_quota: { en: 'Give smaller quotas, or raise the limit', ja: '容量を減らすか、上限を上げる' },
	quota_needed: { en: 'Give the mailbox a quota', ja: '容量を指定' },
	no_unit: { en: 'Write it with its unit: 500M, 2G', ja: '500M、2G のように単位を付ける' },
	bad_size: { en: 'Write it like 500M, 2G or none', ja: '500M、2G、none のように書く' },
	required: { en: 'Fill the cell in', ja: 'セルに入力' },
	bad_encoding: {
		en: 'Choose the encoding, or save the file as UTF-8',
		ja: '文字コードを選び直すか、UTF-8 で保存',
	},
	bad_character: { en: 'Take the character out', ja: '使えない文字を削除' },
	too_short: { en: 'Choose a longer one', ja: '長いものに変更' },
	too_long: { en: 'Choose a shorter one', ja: '短いものに変更' },
	unknown_scheme: { en: 'Use a scheme that Dovecot knows', ja: 'Dovecot が対応する方式を使う' },
	bad_hash: { en: 'Copy the hash again, as a whole', ja: 'ハッシュ全体をコピーし直す' },
	changed_meanwhile: { en: 'Check the file again and import it', ja: 'もう一度確認してインポート' },
	not_a_choice: { en: 'Write yes or no', ja: 'yes または no と書く' },
	two_ats: { en: 'Correct the address', ja: 'アドレスを修正' },
	no_at: { en: 'Write the whole address', ja: '@ を含むアドレスを書く' },
	too_many_cells: {
		en: 'Look for an unquoted separator',
		ja: '引用符のない区切り文字がないか確認',
	},
	host_bits_set: { en: 'Correct the network', ja: 'ネットワークを修正' },
	network_too_wide: { en: 'Name a smaller network', ja: '範囲を狭める' },
};

export function importFix(reason: string, lang: Lang): string {
	return fixes[reason]?.[lang] ?? '';
}

// What the CSV files that people make begin with, for each kind.
const templates: Record<string, string> = {
	mailbox:
		'address,name,password,quota,active\r\ntaro@example.jp,山田 太郎,,2G,yes\r\nhanako@example.jp,Hanako Sato,,500M,yes\r\n',
	alias:
		'address,targets,active,send_as,note\r\nsales@example.jp,taro@example.jp hanako@example.jp,yes,yes,Sales\r\n',
	domain:
		'domain,note,active,max_mailboxes,max_aliases,max_quota,default_quota\r\nexample.jp,Head office,yes,100,200,500G,2G\r\n',
	whitelist: 'network,note,owner,expires_at,active\r\n192.0.2.0/28,Printers,IT,,yes\r\n',
};

/** With a byte order mark, by which Excel knows UTF-8. */
export function saveCsv(text: string, name: string): void {
	const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));
	const a = document.createElement('a');
	a.href = url;
	a.download = name;
	document.body.append(a);
	a.click();
	a.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function saveTemplate(noun: string): void {
	saveCsv(templates[noun] ?? '', `postroom-${noun}.csv`);
}
