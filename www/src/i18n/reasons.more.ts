import type { Reason } from './reasons';

// Reasons of requests and files, of states, and of people and their rights.

export const moreReasons = {
	invalid: { en: 'This value is not valid.', ja: '値が正しくありません。' },
	deleted: {
		en: (s) => `${s || 'It'} is deleted. Restore it first.`,
		ja: (s) => `${s || 'これ'} は削除されています。先に復元してください。`,
	},
	expired: {
		en: (s) => `${s || 'The entry'} has expired. Add it again.`,
		ja: (s) => `${s || 'このエントリ'} は期限切れです。もう一度追加してください。`,
	},
	disabled: {
		en: (s) => `${s || 'The account'} is switched off. Switch it on first.`,
		ja: (s) => `${s || 'アカウント'} は無効です。先に有効にしてください。`,
	},
	not_locked: {
		en: (s) => `${s || 'The mailbox'} was not locked.`,
		ja: (s) => `${s || 'メールボックス'} はロックされていません。`,
	},
	bad_address: {
		en: (s) => `${s || 'This'} is no IP address.`,
		ja: (s) => `${s || 'この値'} は IP アドレスではありません。`,
	},
	bad_start: {
		en: 'The part before the @ begins with a character that cannot stand there.',
		ja: '@ の前の部分の先頭に使えない文字があります。',
	},
	bad_hash: {
		en: 'This is no password hash of its kind.',
		ja: 'パスワードのハッシュとして正しくありません。',
	},
	too_costly: {
		en: 'Checking this hash would take too much memory or time.',
		ja: 'このハッシュは検証に必要なメモリまたは時間が大きすぎます。',
	},
	bad_size: {
		en: 'Write a size such as 500 MB or 1.5 GB.',
		ja: '500 MB や 1.5 GB のようにサイズを入力してください。',
	},
	no_such_serial: {
		en: 'There is no change of this number yet.',
		ja: 'その番号の変更はまだありません。',
	},
	too_old: {
		en: 'The history does not go back so far.',
		ja: '履歴はその時点まで残っていません。',
	},
	too_small: {
		en: 'The last number is before the first one.',
		ja: '終わりの番号が始まりより前です。',
	},

	request_too_large: {
		en: 'This is more than one request can carry. Split it up.',
		ja: '一度に送れる量を超えています。分けて送信してください。',
	},
	done_before: {
		en: 'This form was carried out before. Look at the list.',
		ja: 'このフォームはすでに処理済みです。一覧を確認してください。',
	},
	no_dry_run: {
		en: 'What this would change cannot be shown before.',
		ja: 'この操作の変更内容は事前に表示できません。',
	},
	only_with_delete: {
		en: 'What becomes of aliases is only asked when something is deleted.',
		ja: 'エイリアスの扱いは削除のときだけ指定できます。',
	},
	bad_target: {
		en: (s) => `${s || 'This address'} cannot be a target.`,
		ja: (s) => `${s || 'このアドレス'} は転送先にできません。`,
	},
	lease_lost: {
		en: 'Another program took the job over.',
		ja: 'ジョブは別のプログラムに引き継がれました。',
	},

	admins_only: {
		en: 'Only an administrator may do this.',
		ja: 'この操作は管理者だけが行えます。',
	},
	owners_only: {
		en: 'This is for the owner of a mailbox.',
		ja: 'メールボックスの利用者だけが行えます。',
	},
	beyond_own_rights: {
		en: (s) =>
			s
				? `${s} has domains or rights that you do not have.`
				: 'Nobody can give or take rights that he does not have.',
		ja: (s) =>
			s
				? `${s} には、あなたにないドメインや権限があります。`
				: '自分にない権限は付与も取り消しもできません。',
	},
	not_named_by_you: {
		en: (s) => `${s || 'This person'} was named by somebody else.`,
		ja: (s) => `${s || 'この管理者'} は別の人が任命しました。`,
	},
	has_all_domains: {
		en: 'A superadmin has all domains.',
		ja: '全体管理者はすべてのドメインを管理できます。',
	},
	own_account: {
		en: 'Nobody can do this to himself. Ask another superadmin.',
		ja: '自分自身には行えません。別の全体管理者に依頼してください。',
	},
	last_superadmin: {
		en: (s) => `${s || 'This'} is the last superadmin who may sign in.`,
		ja: (s) => `${s || 'このアカウント'} はサインインできる最後の全体管理者です。`,
	},
	no_such_session: {
		en: 'This session is over already.',
		ja: 'このセッションはすでに終了しています。',
	},
	no_hashes: {
		en: 'Only mailboxes have passwords.',
		ja: 'パスワードがあるのはメールボックスだけです。',
	},

	empty_file: { en: 'The file is empty.', ja: 'ファイルが空です。' },
	file_too_large: {
		en: (_, x) => `The file is too large. ${x}`,
		ja: 'ファイルが大きすぎます。',
	},
	has_nul: { en: 'The file is no text.', ja: 'テキストファイルではありません。' },
	bad_encoding: {
		en: 'The file has signs of another encoding. Choose the other one.',
		ja: '文字コードが合っていません。別の文字コードを選んでください。',
	},
	bad_quote: { en: 'A quote stands in the wrong place.', ja: '引用符の位置が正しくありません。' },
	unclosed_quote: { en: 'A quote is not closed.', ja: '引用符が閉じられていません。' },
	bad_line_end: { en: 'A line ends in a wrong way.', ja: '改行の形式が正しくありません。' },
	row_too_long: { en: 'This row is too long.', ja: '行が長すぎます。' },
	too_many_cells: { en: 'This row has too many cells.', ja: '行のセルが多すぎます。' },
	column_missing: {
		en: (s) => `No column is the ${s}. Say which one it is.`,
		ja: (s) => `${s} の列がありません。どの列かを指定してください。`,
	},
	column_twice: {
		en: (s) => `Two columns are the ${s}.`,
		ja: (s) => `${s} の列が二つあります。`,
	},
	no_unit: {
		en: 'Say the unit of this size, such as MB.',
		ja: 'サイズの単位 (MB など) を指定してください。',
	},
	out_of_order: {
		en: 'The upload was cut. Upload the file anew.',
		ja: 'アップロードが途切れました。ファイルをもう一度アップロードしてください。',
	},
	piece_too_large: {
		en: 'The upload was cut. Upload the file anew.',
		ja: 'アップロードが途切れました。ファイルをもう一度アップロードしてください。',
	},
	not_uploading: {
		en: 'The file is complete already.',
		ja: 'ファイルはすでにアップロード済みです。',
	},
	no_file: { en: 'No file was uploaded.', ja: 'ファイルがアップロードされていません。' },
	spool_gone: {
		en: 'Files are kept for a day. Upload it anew.',
		ja: 'ファイルの保存期間 (1 日) が過ぎました。もう一度アップロードしてください。',
	},
	is_running: { en: 'A job is still at work on it.', ja: 'まだジョブが処理中です。' },
	done_already: {
		en: 'It was imported already. Upload the file anew.',
		ja: 'すでにインポート済みです。ファイルをもう一度アップロードしてください。',
	},
	not_checked: { en: 'Check the file first.', ja: '先にファイルを確認してください。' },
	nothing_to_do: {
		en: 'No row is new or changed.',
		ja: '新しい行も変更された行もありません。',
	},
	has_wrong_rows: {
		en: 'Some rows are wrong. Correct them, or import the good rows.',
		ja: '誤りのある行があります。修正するか、正しい行だけをインポートしてください。',
	},
	too_many_rows: {
		en: 'All or nothing is not possible for so many rows. Import the good rows.',
		ja: '行が多すぎるため一括では処理できません。正しい行だけをインポートしてください。',
	},
	changed_meanwhile: {
		en: (s) => `${s || 'It'} was changed after the preview. Look at it and import the row again.`,
		ja: (s) =>
			`${s || 'この行'} は確認の後に変更されました。確認して、もう一度インポートしてください。`,
	},
	not_yet: {
		en: 'Rows of this kind cannot be imported.',
		ja: 'この種類の行はインポートできません。',
	},
	passkey_copied: {
		en: 'This passkey was copied. Remove it and add a new one.',
		ja: 'このパスキーは複製されています。削除して、新しく追加してください。',
	},
	passkey_signature: {
		en: 'The passkey is not the right one.',
		ja: 'パスキーが正しくありません。',
	},
	passkey_unknown: { en: 'The passkey is not known here.', ja: '登録されていないパスキーです。' },
} satisfies Record<string, Reason>;
