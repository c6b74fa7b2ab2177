import { useCallback } from 'react';
import type { ProblemItem } from '../api/client';
import { useLang } from '.';

// The words for each reason that the API gives. `s` is the subject: the
// address, the target, the network at fault. `text` is the API's English,
// for the few reasons that carry a value of their own.

type Words = (s: string, text: string) => string;
export type Reason = { en: Words | string; ja: Words | string };

const network = (text: string) => /([0-9a-f.:]+\/\d+)\W*$/i.exec(text)?.[1] ?? '';
const count = (text: string) => /\d[\d,]*/.exec(text)?.[0] ?? '';

const reasons = {
	required: { en: 'Please fill this in.', ja: '入力してください。' },
	too_long: { en: 'This is too long.', ja: '長すぎます。' },
	too_short: {
		en: (_, x) => (count(x) ? `Use at least ${count(x)} characters.` : 'This is too short.'),
		ja: (_, x) => (count(x) ? `${count(x)} 文字以上にしてください。` : '短すぎます。'),
	},
	out_of_range: { en: 'This number is out of range.', ja: '数値が範囲外です。' },
	not_integer: { en: 'Enter a whole number.', ja: '整数を入力してください。' },
	not_number: {
		en: 'Enter a number, such as 1 or 2.5.',
		ja: '1 や 2.5 のような数値を入力してください。',
	},
	wrong_type: { en: 'This value has the wrong type.', ja: '値の種類が正しくありません。' },
	not_a_choice: { en: 'This is not one of the choices.', ja: '選択肢にない値です。' },
	null_not_allowed: { en: 'A value is needed here.', ja: '値が必要です。' },
	bad_value: { en: 'This value cannot be used.', ja: 'この値は使えません。' },
	bad_utf8: { en: 'This holds signs that are damaged.', ja: '壊れた文字が含まれています。' },
	nul_byte: { en: 'This holds a sign that is not allowed.', ja: '使えない文字が含まれています。' },
	control_character: {
		en: 'This holds a line break or another hidden sign.',
		ja: '改行などの制御文字が含まれています。',
	},
	unknown_key: {
		en: (s) => `The server does not know the field ${s}. Reload the page and try again.`,
		ja: (s) => `サーバーにない項目です: ${s}。ページを再読み込みしてください。`,
	},
	repeated_item: { en: (s) => `${s} is there twice.`, ja: (s) => `${s} が重複しています。` },
	too_many_items: { en: 'There are too many.', ja: '数が多すぎます。' },
	too_few_items: { en: 'At least one is needed.', ja: '少なくとも 1 つ必要です。' },
	nothing_to_change: { en: 'There is nothing to change.', ja: '変更する内容がありません。' },

	not_the_count: {
		en: 'This is not the number. Type how many are deleted.',
		ja: '件数が一致しません。削除する件数を入力してください。',
	},
	one_of_these: {
		en: 'Say exactly one thing that is to be done.',
		ja: '行う操作を 1 つだけ指定してください。',
	},
	not_encodable: {
		en: (s) => `Shift_JIS lacks a sign of this row: ${s}. Take UTF-8.`,
		ja: (s) => `Shift_JIS にない文字が含まれています: ${s}。UTF-8 を選んでください。`,
	},
	half_changed: {
		en: 'A rule refused half of a change; nothing of it was kept.',
		ja: '変更の途中で規則により拒否されました。何も変更されていません。',
	},

	not_reviewed: {
		en: 'Changes go live by themselves here: nothing waits for a review.',
		ja: '変更は自動的に反映されます。確認待ちの変更はありません。',
	},
	changed_since: {
		en: (s) => `${s || 'The whitelist'} changed after you looked. Look again, then publish.`,
		ja: (s) => `表示した後に ${s || 'ホワイトリスト'} が変更されました。もう一度確認してください。`,
	},
	note_needed: {
		en: 'Many lines vanish. Say why.',
		ja: '多くの行が消えます。理由を入力してください。',
	},
	not_held: {
		en: (s) => `Nothing holds ${s} back any more.`,
		ja: (s) => `${s} はもう保留されていません。`,
	},
	faulty: {
		en: (_, x) => `This cannot be confirmed, only corrected. ${x}`,
		ja: (_, x) => `承認では解消できません。内容を修正してください。${x}`,
	},
	journal_too_young: {
		en: (s, x) => `The mail server ${s} cannot go back so far. ${x}`,
		ja: (s) => `メールサーバー ${s} はその時点まで戻せません。`,
	},
	not_live_yet: {
		en: (s) => `The mail server ${s} has not come so far yet.`,
		ja: (s) => `メールサーバー ${s} にはまだそこまで反映されていません。`,
	},
	never_seen: {
		en: (s) =>
			s
				? `The mail server ${s} has never said what it has live.`
				: 'No mail server has ever said what it has live.',
		ja: (s) =>
			s
				? `メールサーバー ${s} からの報告がまだありません。`
				: 'どのメールサーバーからも報告がまだありません。',
	},
	not_holding: { en: 'No mail server is held.', ja: '止められているメールサーバーはありません。' },
	no_such_node: {
		en: 'There is no such mail server.',
		ja: 'そのメールサーバーはありません。',
	},
	too_many_requests: {
		en: (s) => `${s} has too many questions to answer. Try again in a minute.`,
		ja: (s) => `${s} への問い合わせが多すぎます。1 分後にもう一度お試しください。`,
	},
	not_for_mailbox: {
		en: 'A mailbox host delivers by itself: leave this empty.',
		ja: 'メールボックスのサーバーでは空欄にしてください。',
	},
	no_network: {
		en: (s) => `${s} has no addresses to pull from. Fill in its networks first.`,
		ja: (s) => `${s} には接続元のアドレスがありません。先にネットワークを入力してください。`,
	},

	no_at: {
		en: 'An address needs an @ and a domain, such as taro@example.jp.',
		ja: 'taro@example.jp のように、@ とドメインを含むアドレスを入力してください。',
	},
	two_ats: { en: 'An address has one @ only.', ja: '@ は 1 つだけにしてください。' },
	local_empty: { en: 'The part before the @ is missing.', ja: '@ の前の部分がありません。' },
	local_too_long: {
		en: 'The part before the @ may have 64 characters.',
		ja: '@ の前の部分は 64 文字までです。',
	},
	bad_dot: {
		en: 'The part before the @ cannot begin or end with a dot, nor have two in a row.',
		ja: '@ の前の部分の先頭や末尾のドット、連続するドットは使えません。',
	},
	bad_character: {
		en: (s) => `${s || 'This'} holds a character that cannot be used here.`,
		ja: (s) => `${s ? `${s} に` : ''}ここでは使えない文字が含まれています。`,
	},
	quoted_local: {
		en: 'Quotes are not possible in an address.',
		ja: 'アドレスに引用符は使えません。',
	},
	non_ascii_local: {
		en: 'The part before the @ can only hold plain letters, digits and . _ -',
		ja: '@ の前の部分には半角の英数字と . _ - だけが使えます。',
	},
	catch_all_not_here: {
		en: 'The part before the @ is missing. Only an alias can catch all addresses of a domain.',
		ja: '@ の前の部分がありません。キャッチオールはエイリアスでのみ作成できます。',
	},
	address_taken: {
		en: (s) => `${s || 'This address'} is taken already.`,
		ja: (s) => `${s || 'このアドレス'} はすでに使われています。`,
	},
	name_taken: {
		en: (s) => `${s || 'This name'} is there already.`,
		ja: (s) => `${s || 'この名前'} はすでに登録されています。`,
	},
	network_taken: {
		en: (s) => `${s || 'This network'} is in the list already.`,
		ja: (s) => `${s || 'このネットワーク'} はすでに登録されています。`,
	},
	login_taken: {
		en: (s) => `The sign-in name ${s} is taken.`,
		ja: (s) => `サインイン名 ${s} はすでに使われています。`,
	},
	duplicate: { en: 'This is there already.', ja: 'すでに登録されています。' },
	second_catch_all: {
		en: (s) => `${s || 'This domain'} has a catch-all already.`,
		ja: (s) => `${s || 'このドメイン'} にはすでにキャッチオールがあります。`,
	},
	alias_to_itself: {
		en: 'An alias cannot point to itself.',
		ja: 'エイリアスを自分自身に転送することはできません。',
	},
	alias_loop: {
		en: (s) => `By way of ${s} the alias would come back to itself.`,
		ja: (s) => `${s} を経由して自分自身に戻ってしまいます。`,
	},
	target_nowhere: {
		en: (s) => `There is no mailbox and no alias ${s}.`,
		ja: (s) => `${s} というメールボックスもエイリアスもありません。`,
	},
	too_many_references: {
		en: 'More aliases point here than one step can change. Change some of them first.',
		ja: '一度に変更できる数を超えるエイリアスがここを指しています。先にいくつかを変更してください。',
	},
	too_deep: {
		en: 'More than 20 aliases stand one behind the other.',
		ja: 'エイリアスが 20 段を超えて連なっています。',
	},
	unknown_domain: {
		en: (s) => `The domain ${s} is not set up here.`,
		ja: (s) => `ドメイン ${s} はここに登録されていません。`,
	},
	no_such_domain: {
		en: (s) => `The domain ${s} is not set up here.`,
		ja: (s) => `ドメイン ${s} はここに登録されていません。`,
	},
	domain_deleted: {
		en: 'The domain is deleted. Restore it first.',
		ja: 'ドメインが削除されています。先にドメインを復元してください。',
	},

	single_label: {
		en: 'A domain has at least one dot, such as example.jp.',
		ja: 'example.jp のようにドットを含むドメインを入力してください。',
	},
	label_too_long: {
		en: 'Each part between the dots may have 63 characters.',
		ja: 'ドットで区切った各部分は 63 文字までです。',
	},
	label_empty: {
		en: 'There are two dots in a row, or one at the beginning.',
		ja: 'ドットが連続しているか、先頭にあります。',
	},
	bad_hyphen: {
		en: 'A part of a domain cannot begin or end with a hyphen.',
		ja: 'ドメインの各部分の先頭と末尾にハイフンは使えません。',
	},
	bad_punycode: { en: (s) => `${s} cannot be decoded.`, ja: (s) => `${s} は変換できません。` },
	bad_name: {
		en: (s) => `${s || 'This'} is no domain name.`,
		ja: (s) => `${s || 'この値'} はドメイン名ではありません。`,
	},
	trailing_dot: { en: 'Leave out the dot at the end.', ja: '末尾のドットを取ってください。' },
	numeric_tld: {
		en: 'A domain cannot end with a number.',
		ja: '数字だけで終わるドメインは使えません。',
	},
	not_the_name: {
		en: (s) => `Type the name exactly: ${s}`,
		ja: (s) => `名前を正確に入力してください: ${s}`,
	},
	bad_transport: {
		en: 'Write it as smtp:[host.example.jp]:25.',
		ja: 'smtp:[host.example.jp]:25 の形で入力してください。',
	},
	bad_code: { en: 'Use a code from 400 to 599.', ja: '400 から 599 のコードを入力してください。' },

	max_mailboxes: {
		en: 'The domain has as many mailboxes as its limit allows.',
		ja: 'ドメインのメールボックス数が上限に達しています。',
	},
	max_aliases: {
		en: 'The domain has as many aliases as its limit allows.',
		ja: 'ドメインのエイリアス数が上限に達しています。',
	},
	max_quota: {
		en: 'This is more than the quota that the domain has left.',
		ja: 'ドメインに残っている容量を超えています。',
	},
	quota_needed: {
		en: 'The domain has a total quota, so a mailbox in it needs one too.',
		ja: 'ドメインに合計容量の上限があるため、メールボックスにも容量の指定が必要です。',
	},
	below_use: {
		en: 'This is less than what is in use already.',
		ja: 'すでに使用中の量より少ない値です。',
	},

	bad_network: {
		en: (s) => `${s || 'This'} is no address and no network.`,
		ja: (s) => `${s || 'この値'} はアドレスでもネットワークでもありません。`,
	},
	bad_prefix: {
		en: 'The number after the slash does not fit.',
		ja: 'スラッシュの後の数値が正しくありません。',
	},
	has_zone: { en: 'Leave out the zone after the % sign.', ja: '% 以降のゾーンを取ってください。' },
	host_bits_set: {
		en: (s, x) =>
			`${s} is a host inside of a network.${network(x) ? ` The network is ${network(x)}.` : ''}`,
		ja: (s, x) =>
			`${s} はネットワークの中のホストです。${network(x) ? `ネットワークは ${network(x)} です。` : ''}`,
	},
	network_too_wide: {
		en: (s) => `${s} is too wide: it would let too many hosts relay.`,
		ja: (s) => `${s} は広すぎます。多すぎるホストが中継できてしまいます。`,
	},
	v4_mapped: {
		en: 'Write an IPv4 network in its IPv4 form.',
		ja: 'IPv4 のネットワークは IPv4 の形で入力してください。',
	},
	in_the_past: { en: 'This time is over already.', ja: 'すでに過ぎた日時です。' },
	bad_time: { en: 'This is no date and time.', ja: '日時として読み取れません。' },

	bad_credentials: {
		en: 'The name or the password is wrong.',
		ja: '名前またはパスワードが違います。',
	},
	ticket_over: {
		en: 'This took too long. Begin with the password again.',
		ja: '時間切れです。もう一度パスワードから始めてください。',
	},
	wrong_code: {
		en: 'The code is wrong, was used already or has run out. Wait for the next one.',
		ja: 'コードが違うか、使用済みか、期限切れです。次のコードをお待ちください。',
	},
	wrong_password: { en: 'The password is wrong.', ja: 'パスワードが違います。' },
	bad_passkey: {
		en: 'The passkey was not accepted. Try again, or sign in another way.',
		ja: 'パスキーを確認できませんでした。もう一度試すか、別の方法でサインインしてください。',
	},
	proof_needed: {
		en: 'Prove again that it is you.',
		ja: 'もう一度本人確認を行ってください。',
	},
	like_login: {
		en: 'The password must not be like the name.',
		ja: '名前に似たパスワードは使えません。',
	},
	common_password: {
		en: 'This is one of the passwords that are tried first. Choose another.',
		ja: '推測されやすいパスワードです。別のものにしてください。',
	},
	totp_on: {
		en: 'An app gives codes already. Remove it first.',
		ja: 'アプリはすでに設定されています。先に削除してください。',
	},
	no_totp: { en: 'There is no app to remove.', ja: '削除するアプリがありません。' },
	no_offer: {
		en: 'Begin anew: the code to scan has gone.',
		ja: '最初からやり直してください。読み取るコードがありません。',
	},
	no_factor: {
		en: 'Recovery codes come with an app or a passkey.',
		ja: 'リカバリーコードは、アプリまたはパスキーと一緒に作成されます。',
	},
	passkey_challenge: {
		en: 'This took too long. Try again.',
		ja: '時間切れです。もう一度お試しください。',
	},
	passkey_origin: {
		en: 'The passkey belongs to another address than this page.',
		ja: 'このページとは別のアドレスのパスキーです。',
	},
	passkey_flags: {
		en: 'The device did not check who holds it. Set up a PIN or fingerprint on it.',
		ja: '端末で本人確認が行われませんでした。PIN や指紋を設定してください。',
	},
	passkey_form: {
		en: 'The browser sent something that is no passkey.',
		ja: 'ブラウザーから受け取った内容がパスキーではありません。',
	},
	passkey_known: { en: 'This passkey was added before.', ja: 'このパスキーは追加済みです。' },
	too_many_passkeys: {
		en: 'Remove a passkey first: there are too many.',
		ja: 'パスキーが多すぎます。先に 1 つ削除してください。',
	},
	no_passkeys_here: {
		en: 'Passkeys need a panel whose address is a name, not a number.',
		ja: 'パスキーを使うには、管理画面のアドレスが数字ではなく名前である必要があります。',
	},
	no_such_passkey: { en: 'There is no such passkey.', ja: 'そのパスキーは存在しません。' },
	no_such_session: { en: 'That session is over already.', ja: 'そのセッションは終了済みです。' },
	no_seal_key: {
		en: 'The server has no key for secrets. Run postroom seal init there.',
		ja: 'サーバーに秘密情報用の鍵がありません。サーバーで postroom seal init を実行してください。',
	},
	not_oneself: {
		en: 'Another superadmin or the command line does this.',
		ja: 'この操作は、別の上級管理者またはコマンドラインで行います。',
	},
	not_active: {
		en: 'Nobody may sign in to this mailbox now.',
		ja: 'このメールボックスは現在サインインできません。',
	},
	owners_only: {
		en: 'This is for the owner of a mailbox.',
		ja: 'メールボックスの利用者だけが使えます。',
	},
	admins_only: { en: 'This is for administrators.', ja: '管理者だけが使えます。' },
	no_session: { en: 'You are not signed in any more.', ja: 'サインインの有効期限が切れています。' },
	link_used_or_expired: {
		en: 'This link was used already or is too old. Make a new one on the server with the postroom command.',
		ja: 'このリンクは使用済みか、期限切れです。サーバーで postroom コマンドを使って新しいリンクを作成してください。',
	},
	too_many_failures: { en: 'Too many wrong passwords.', ja: 'パスワードの間違いが続いています。' },
	busy: { en: 'Many people sign in at this moment.', ja: 'サインインが混み合っています。' },
	unknown_scheme: { en: 'This kind of hash is not known.', ja: '対応していないハッシュ形式です。' },
	csrf_header_missing: {
		en: 'The request did not come from this panel.',
		ja: 'この管理画面からの操作ではありません。',
	},
	foreign_origin: {
		en: (s) => `The panel was opened under an address that is not set up${s ? ` (${s})` : ''}.`,
		ja: (s) => `設定されていないアドレスで管理画面が開かれています${s ? ` (${s})` : ''}。`,
	},

	referenced: {
		en: (s) => `The alias ${s} points to it.`,
		ja: (s) => `エイリアス ${s} の転送先になっています。`,
	},
	count_moved: {
		en: 'The number of matches changed in the meantime. Look at the list again.',
		ja: '対象の件数がその間に変わりました。一覧を確認してください。',
	},
	not_deleted: { en: 'It is not deleted.', ja: '削除されていません。' },
	job_running: { en: 'A job is still at work on it.', ja: 'まだジョブが処理中です。' },
	job_finished: { en: 'The job is over already.', ja: 'ジョブはすでに終了しています。' },
	later_change: {
		en: (s) => `A later change stands in the way${s ? `: ${s}` : ''}. Undo that one first.`,
		ja: (s) =>
			`後の変更があるため取り消せません${s ? `: ${s}` : ''}。先にその変更を取り消してください。`,
	},
	in_the_way: {
		en: (s) => `Something stands in the way${s ? `: ${s}` : ''}. Look at it, or leave it out.`,
		ja: (s) => `妨げになるものがあります${s ? `: ${s}` : ''}。確認するか、除外してください。`,
	},
	nothing_to_undo: {
		en: 'Nothing is left here that could be undone.',
		ja: '取り消せるものが残っていません。',
	},
	one_range: {
		en: 'Choose one job, two change numbers, or a person and a span of time.',
		ja: 'ジョブ一つ、変更番号二つ、または人と期間のいずれかを指定してください。',
	},
	cannot_undo: {
		en: 'This kind of change cannot be undone.',
		ja: 'この種類の変更は取り消せません。',
	},
	undone_already: { en: 'It was undone already.', ja: 'すでに取り消されています。' },
	secret_gone: {
		en: 'The former password is not kept any more.',
		ja: '以前のパスワードはすでに破棄されています。',
	},
	stale: { en: 'Somebody else changed it in the meantime.', ja: 'その間に他の人が変更しました。' },
	bad_cursor: {
		en: 'This page of the list is not there any more. Go to the first one.',
		ja: '一覧のこのページはもうありません。最初のページに戻ってください。',
	},
	not_found: { en: 'It is not there any more.', ja: '見つかりません。' },
	purged: { en: 'It was removed for good.', ja: '完全に削除されています。' },

	database_away: { en: 'The database does not answer.', ja: 'データベースが応答しません。' },
	too_slow: {
		en: 'The database took too long.',
		ja: 'データベースの応答に時間がかかりすぎました。',
	},
	no_answer: {
		en: 'The database did not tell whether it was saved.',
		ja: '保存できたかどうかを確認できませんでした。',
	},
	outcome_unknown: {
		en: 'The database did not tell whether it was saved.',
		ja: '保存できたかどうかを確認できませんでした。',
	},
	needed_prepared: {
		en: 'A prepared domain needs the old host that its mail still goes to.',
		ja: '準備中のドメインには、メールの配送先となる旧サーバーが必要です。',
	},
	only_retiring: {
		en: 'Only a retiring domain has such a date.',
		ja: 'この日時は「廃止予定」のドメインでのみ使えます。',
	},
	no_next_hop: {
		en: 'Name the host as well, such as smtp:[host.example.jp]:25.',
		ja: 'smtp:[host.example.jp]:25 のように、ホストも指定してください。',
	},
	unknown_transport: {
		en: 'This kind of transport is not known. Use smtp:[host]:25.',
		ja: '対応していない配送方法です。smtp:[host]:25 の形で入力してください。',
	},
	over_max_quota: {
		en: 'This is more than the total quota of the domain.',
		ja: 'ドメインの合計容量の上限を超えています。',
	},
	characters: {
		en: 'This holds characters that cannot be used here.',
		ja: 'ここでは使えない文字が含まれています。',
	},
	bad_path: { en: 'This path cannot be used.', ja: 'このパスは使えません。' },
	one_of_two: { en: 'Give one of the two, not both.', ja: 'どちらか一方だけを指定してください。' },
	one_of_three: { en: 'Choose one change at a time.', ja: '変更は 1 つずつ指定してください。' },
	too_many_domains: {
		en: 'This touches too many domains at once.',
		ja: '一度に対象となるドメインが多すぎます。',
	},
	not_cancellable: {
		en: 'This job cannot be stopped any more.',
		ja: 'このジョブはもう中止できません。',
	},
	no_right_mailboxes: {
		en: 'You may look here, but you have no right to change mailboxes in this domain. A superadmin can give it to you.',
		ja: '閲覧はできますが、このドメインのメールボックスを変更する権限がありません。全体管理者に依頼してください。',
	},
	no_right_aliases: {
		en: 'You may look here, but you have no right to change aliases in this domain. A superadmin can give it to you.',
		ja: '閲覧はできますが、このドメインのエイリアスを変更する権限がありません。全体管理者に依頼してください。',
	},
	no_right_passwords: {
		en: 'You may look here, but you have no right to change passwords in this domain. A superadmin can give it to you.',
		ja: '閲覧はできますが、このドメインのパスワードを変更する権限がありません。全体管理者に依頼してください。',
	},
	no_right_lists: {
		en: 'You may look here, but you have no right to change lists in this domain. A superadmin can give it to you.',
		ja: '閲覧はできますが、このドメインのメーリングリストを変更する権限がありません。全体管理者に依頼してください。',
	},
	no_right_dns: {
		en: 'You may look here, but you have no right to change DNS in this domain. A superadmin can give it to you.',
		ja: '閲覧はできますが、このドメインの DNS を変更する権限がありません。全体管理者に依頼してください。',
	},
	no_right_import: {
		en: 'You may look here, but you have no right to import in this domain. A superadmin can give it to you.',
		ja: '閲覧はできますが、このドメインにインポートする権限がありません。全体管理者に依頼してください。',
	},
	beyond_own_rights: {
		en: 'Nobody can give or take rights that he does not have himself.',
		ja: '自分にない権限を与えたり、取り上げたりすることはできません。',
	},
	not_named_by_you: {
		en: 'Somebody else named this admin. Whoever did, or a superadmin, can change this.',
		ja: 'この管理者は別の人が任命しました。任命した人か全体管理者が変更できます。',
	},
	own_account: {
		en: 'Nobody can do this to himself. Ask another superadmin.',
		ja: '自分自身には行えません。別の全体管理者に依頼してください。',
	},
	last_superadmin: {
		en: 'This is the last superadmin who may sign in. Add another one first.',
		ja: 'ログインできる最後の全体管理者です。先に別の全体管理者を追加してください。',
	},
	has_all_domains: {
		en: 'A superadmin has all domains.',
		ja: '全体管理者はすべてのドメインを管理します。',
	},
	not_with_a_token: {
		en: 'This takes a person who signed in, not an API token.',
		ja: 'API トークンではなく、ログインした人だけが行えます。',
	},
	no_scope: {
		en: 'The token is not good for this.',
		ja: 'このトークンでは行えません。',
	},
	bad_token: {
		en: 'The token is not accepted.',
		ja: 'このトークンは使えません。',
	},
	bad_scope: {
		en: 'This is no scope. Write it as in mailbox.read.',
		ja: '範囲の書き方が正しくありません。mailbox.read のように書いてください。',
	},
	unknown_scope: {
		en: 'No request needs this.',
		ja: 'この範囲に当たる操作はありません。',
	},
	too_many_tokens: {
		en: 'You have 100 tokens already. End one first.',
		ja: 'トークンはすでに 100 個あります。先にどれかを無効にしてください。',
	},
	own_tokens_only: {
		en: 'Everybody makes his own tokens.',
		ja: 'トークンは本人だけが作れます。',
	},
	unbound: {
		en: 'Confirm that this network may send for everybody.',
		ja: 'このネットワークから誰の名義でも送信できることを確認してください。',
	},
	answered: {
		en: 'This request was answered already.',
		ja: 'この申請にはすでに回答があります。',
	},
	role_address_protected: {
		en: 'postmaster, abuse and hostmaster of this domain belong to superadmins.',
		ja: 'このドメインの postmaster、abuse、hostmaster は全体管理者だけが扱えます。',
	},
	superadmin_only: {
		en: 'Only a superadmin may do this.',
		ja: 'この操作は全体管理者だけが行えます。',
	},
	role_differs: { en: 'The role does not fit.', ja: '権限の種類が合いません。' },
	no_such_admin: { en: 'There is no such administrator.', ja: 'その管理者は存在しません。' },
	no_such_path: {
		en: 'The server does not know this request. Reload the page.',
		ja: 'サーバーにない機能です。ページを再読み込みしてください。',
	},
	key_in_use: {
		en: 'The same form is being saved already.',
		ja: '同じフォームをすでに保存中です。',
	},
	too_large: { en: 'This is too large.', ja: 'サイズが大きすぎます。' },
	throttled: { en: 'Too many tries.', ja: '試行回数が多すぎます。' },
	locked: {
		en: 'Somebody else is saving at the same moment. Try again.',
		ja: '同時に他の保存が行われています。もう一度お試しください。',
	},
	no_memory: {
		en: 'The server has no memory left at this moment.',
		ja: 'サーバーのメモリが不足しています。',
	},
	schema_mismatch: {
		en: 'Program and database do not fit together. Run postroom migrate on the server.',
		ja: 'プログラムとデータベースの版が合いません。サーバーで postroom migrate を実行してください。',
	},
	schema_newer: {
		en: 'The database is newer than the program.',
		ja: 'データベースがプログラムより新しい版です。',
	},
	key_reused: {
		en: 'This form was sent before with other content.',
		ja: 'このフォームは別の内容で送信済みです。',
	},
	said_twice: {
		en: (s, x) => `${s} stands in line ${/line (\d+)/.exec(x)?.[1] ?? '?'} already.`,
		ja: (s, x) => `${s} はすでに ${/line (\d+)/.exec(x)?.[1] ?? '?'} 行目にあります。`,
	},
	exists_already: { en: (s) => `${s} exists already.`, ja: (s) => `${s} はすでに存在します。` },
	not_there: { en: (s) => `There is no ${s} to change.`, ja: (s) => `${s} は存在しません。` },
	no_unit: {
		en: 'Without a unit this is in bytes, less than one mail.',
		ja: '単位がないためバイトとみなされ、小さすぎます。',
	},
	bad_size: { en: 'This is not a size.', ja: '容量として読めません。' },
	bad_encoding: {
		en: 'This is not in the encoding of the file.',
		ja: 'ファイルの文字コードと異なります。',
	},
	changed_meanwhile: {
		en: (s) => `${s} was changed after the preview.`,
		ja: (s) => `${s} は確認の後に変更されました。`,
	},
	too_many_cells: {
		en: 'The line has more cells than the file has columns.',
		ja: '列の数が見出しより多くなっています。',
	},
	bad_hash: {
		en: 'This hash is damaged or cut.',
		ja: 'ハッシュが壊れているか、途中で切れています。',
	},
	too_costly: {
		en: 'Checking this hash would take too long.',
		ja: 'このハッシュは照合に時間がかかりすぎます。',
	},
	column_missing: {
		en: (s) => `No column is the ${s}. Say which one it is.`,
		ja: (s) => `${s} の列がありません。どの列かを指定してください。`,
	},
	column_twice: {
		en: (s) => `Two columns are the ${s}.`,
		ja: (s) => `${s} の列が 2 つあります。`,
	},
	has_wrong_rows: {
		en: 'Some rows are wrong. Correct them, or import the good rows.',
		ja: 'エラーの行があります。修正するか、正しい行のみをインポートしてください。',
	},
	too_many_rows: {
		en: 'These are too many for one step: one transaction carries up to 4,000 rows and 20,000 rows of the database. Import the good rows; one undo takes them all back.',
		ja: '1 回で処理できる量（4,000 行、データベースで 20,000 行）を超えています。正しい行のインポートを選んでください。まとめて取り消すこともできます。',
	},
	nothing_to_do: { en: 'No row is new or changed.', ja: '新規または変更の行がありません。' },
	spool_gone: {
		en: 'The file was kept for a day and is gone. Upload it again.',
		ja: 'ファイルの保管期間が過ぎました。もう一度アップロードしてください。',
	},
	done_already: { en: 'This was imported already.', ja: 'すでにインポート済みです。' },
	not_checked: { en: 'Check the file first.', ja: '先にファイルを確認してください。' },
	is_running: { en: 'A job is at work on it.', ja: 'ジョブが処理中です。' },
	no_file: { en: 'No file was uploaded.', ja: 'ファイルがありません。' },
	empty_file: { en: 'The file is empty.', ja: 'ファイルが空です。' },
	file_too_large: { en: 'The file is larger than 1 GB.', ja: 'ファイルが 1 GB を超えています。' },
	is_zip: {
		en: 'This is a workbook (.xlsx, .ods) or a zip file. Save the sheet as CSV and import that.',
		ja: 'ブック（.xlsx、.ods）または zip ファイルです。シートを CSV として保存してください。',
	},
	is_utf16: {
		en: 'This is UTF-16. Save it as CSV UTF-8.',
		ja: 'UTF-16 のファイルです。CSV UTF-8 として保存してください。',
	},
	is_old_excel: {
		en: 'This is an Excel workbook (.xls). Save the sheet as CSV and import that.',
		ja: 'Excel ブック（.xls）です。シートを CSV として保存してください。',
	},
	is_pdf: { en: 'This is a PDF file.', ja: 'PDF ファイルです。' },
	has_nul: { en: 'This is not a text file.', ja: 'テキストファイルではありません。' },
	row_too_long: {
		en: 'A line is longer than 64 KB. Is this a CSV file?',
		ja: '1 行が 64 KB を超えています。CSV ファイルか確認してください。',
	},
	unclosed_quote: {
		en: (_, x) => `A quote is opened and never closed. ${x}`,
		ja: (s) => `引用符が閉じられていません（${s}）。`,
	},
	bad_quote: {
		en: (_, x) => `A quote stands where none may be. ${x}`,
		ja: (s) => `引用符の位置が正しくありません（${s}）。`,
	},
} satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof reasons;
export const reasonTable: Record<string, Reason> = reasons;

/** The words that nobody needs to sign in come after the page. */
export async function loadReasons(): Promise<void> {
	const { moreReasons } = await import('./reasons.more');
	Object.assign(reasonTable, moreReasons);
}

export function reasonText(item: ProblemItem, lang: 'en' | 'ja'): string {
	const words = reasonTable[item.reason]?.[lang];
	if (typeof words === 'string') return words;
	if (words) return words(item.subject, item.text);
	const what = item.subject ? `${item.subject}: ` : '';
	return lang === 'ja'
		? `${what}この値は受け付けられませんでした (${item.reason})。`
		: `${what}this was not accepted (${item.reason}).`;
}

export function useReason(): (item: ProblemItem) => string {
	const lang = useLang();
	return useCallback((item: ProblemItem) => reasonText(item, lang), [lang]);
}
