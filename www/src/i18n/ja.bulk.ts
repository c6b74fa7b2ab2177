import type { Words } from './en';
import type { en } from './en.bulk';

export const ja: Words<typeof en> = {
	'many.domains': (n) => `${n} 件のドメイン`,
	'many.mailboxes': (n) => `${n} 件のメールボックス`,
	'many.aliases': (n) => `${n} 件のエイリアス`,
	'many.whitelist': (n) => `${n} 件のネットワーク`,
	'bulk.quota': (what) => `${what}の容量`,
	'bulk.state': (what) => `${what}の状態`,
	'bulk.limits': (what) => `${what}の上限`,
	'bulk.expires': (what) => `${what}の有効期限`,
	'bulk.toAlias': (what) => `${what}をエイリアスに追加`,
	'bulk.delete': (what) => `${what}を削除しますか?`,
	'bulk.restore': (what) => `${what}を復元しますか?`,
	'bulk.act.limits': '上限',
	'bulk.act.toAlias': 'エイリアスに追加',
	'bulk.toAliasText': '現在の宛先に加えて、このエイリアスの宛先になります。',
	'bulk.aliasAddress': 'エイリアス',
	'bulk.limitsText': '空欄の項目は変更しません。0 は上限なしです。',
	'bulk.deleteText.domains':
		'メールボックスとエイリアスとともに、すべてのマップファイルからすぐに外れます。メールは一定の日数保存され、それぞれ復元できます。',
	'bulk.deleteText.mailboxes':
		'メールを受信しなくなります。メールは一定の日数保存され、それぞれ復元できます。',
	'bulk.deleteText.aliases':
		'アドレスはメールを受信しなくなります。一定の日数の間、それぞれ復元できます。',
	'bulk.deleteText.whitelist': 'すぐに中継できなくなります。一定の日数の間、それぞれ復元できます。',
	'bulk.targets': '配送元のエイリアスの宛先から外す',
	'bulk.targetsHelp':
		'外さない場合、エイリアスの宛先になっているものは削除されず、結果に名前が表示されます。',
	'bulk.typeCount': (n) => `削除するには ${n} と入力してください`,
	'bulk.restoreText': '元の状態に戻ります。名前がすでに使われているものは、結果に表示されます。',
	'bulk.started': (what) => `${what}を処理しています`,
	'bulk.expires.never': '無期限',
	'bulk.expires.day': '1 日後',
	'bulk.expires.week': '1 週間後',
	'bulk.expires.month': '30 日後',
	'bulk.expires.year': '1 年後',

	'export.button': 'エクスポート',
	'export.utf8': 'CSV',
	'export.excel': 'Excel 用 CSV',
	'export.sjis': 'CSV (Shift_JIS)',
	'export.hashes': 'パスワードハッシュ付き CSV',
	'export.hashesTitle': 'パスワードハッシュを含めてエクスポートしますか?',
	'export.hashesText':
		'ファイルを持つ人はパスワードの推測を試せます。他のシステムへの移行のための機能で、作成したことは記録されます。',
	'export.failed': 'エクスポートできませんでした',
	'document.button': '構成文書',
	'document.failed': '構成文書を作成できませんでした',
	'document.en': '英語',
	'document.ja': '日本語',

	'did.many': (n, noun) => `${noun} ${n} 件を一括変更`,
	'job.kind.domainBulk': 'ドメインの一括変更',
	'job.kind.mailboxBulk': 'メールボックスの一括変更',
	'job.kind.aliasBulk': 'エイリアスの一括変更',
	'job.kind.whitelistBulk': 'ホワイトリストの一括変更',
};
