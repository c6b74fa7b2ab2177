import type { Words } from './en';
import type { en } from './en.audit';

export const ja: Words<typeof en> = {
	'undoMany.job': (x) => `取り消し: ${x}`,
	'undoMany.button': 'このジョブの取り消し…',
	'undoMany.counts': (changes, revisions) =>
		`${revisions} 回分、${changes} 件の変更を新しいものから順に取り消します。`,
	'undoMany.restored': (n) => `削除された ${n} 件が元に戻ります`,
	'undoMany.removed': (n) =>
		`追加された ${n} 件が削除されます。メールは保持され、あとから復元できます`,
	'undoMany.changed': (n) => `${n} 件がパスワードを含めて以前の値に戻ります`,
	'undoMany.notTried':
		'件数が多いため事前の確認は行いません。後から変更されたものを下に示します。ジョブが一件ずつ確認し直します。',
	'undoMany.inTheWay': '取り消しを妨げているもの',
	'undoMany.later': (n) => `変更 ${n} で再び変更されています`,
	'undoMany.more': 'ほかにもあります',
	'undoMany.skip': 'これらはそのままにして、残りを取り消す',
	'undoMany.skipHelp': 'そのままにしたものは、ジョブに一件ずつ記録されます。',
	'undoMany.noteHelp': '履歴の各変更とともに保存されます。',
	'undoMany.submit': '取り消す',
	'undoMany.undoneBy': (n) => `ジョブ ${n} で取り消されました`,
	'undoMany.undoes': (n) => `ジョブ ${n} を取り消します`,
	'job.kind.undo': '取り消し',
};
