import type { Lang } from '.';

// The words for each step of an explanation. `s` is what the step is about:
// an address, a domain, a client; it may be empty.

type Words = (s: string) => string;
type Step = { en: Words | string; ja: Words | string };

const steps = {
	client_loopback: {
		en: 'The client is the mail server’s own host: it may relay.',
		ja: 'クライアントはメールサーバー自身です。中継が許可されます。',
	},
	client_whitelisted: {
		en: (s) => `${s} is in the whitelist: it may relay without signing in.`,
		ja: (s) => `${s} はホワイトリストにあり、サインインせずに中継できます。`,
	},
	client_outside: {
		en: (s) => `${s || 'The client'} is somebody outside: only our own addresses are taken.`,
		ja: (s) =>
			`${s || 'クライアント'} は外部の接続元です。このサーバーのアドレス宛てだけを受け取ります。`,
	},
	sign_in_taken: {
		en: (s) => `${s} may sign in.`,
		ja: (s) => `${s} はサインインできます。`,
	},
	sign_in_refused: {
		en: (s) => `${s} may not sign in.`,
		ja: (s) => `${s} はサインインできません。`,
	},
	helo_taken: {
		en: (s) => (s ? `The greeting ${s} is taken.` : 'Any greeting is taken.'),
		ja: (s) => (s ? `HELO ${s} を受け入れます。` : 'HELO の内容は問いません。'),
	},
	helo_missing: {
		en: 'The client did not greet (HELO), and that is needed.',
		ja: 'クライアントが HELO を送っていません。HELO は必須です。',
	},
	sender_taken: {
		en: (s) => `The sender ${s} is taken.`,
		ja: (s) => `差出人 ${s} を受け入れます。`,
	},
	sender_empty: {
		en: 'The sender is empty, as in a bounce: that is taken.',
		ja: '差出人が空です (エラー通知など)。受け入れます。',
	},
	sender_syntax: {
		en: (s) => `${s} is no address that a sender can have.`,
		ja: (s) => `${s} は差出人のアドレスとして正しくありません。`,
	},
	sender_owned: {
		en: (s) => `Whoever signed in may send as ${s}.`,
		ja: (s) => `サインインした利用者は ${s} を差出人にできます。`,
	},
	sender_not_owned: {
		en: (s) => `Whoever signed in may not send as ${s}.`,
		ja: (s) => `サインインした利用者は ${s} を差出人にできません。`,
	},
	sender_not_signed_in: {
		en: (s) => `${s} is one of our addresses: sending as it needs a sign-in.`,
		ja: (s) => `${s} はこのサーバーのアドレスです。差出人にするにはサインインが必要です。`,
	},
	recipient_syntax: {
		en: (s) => `${s} is no address that mail can go to.`,
		ja: (s) => `${s} は宛先のアドレスとして正しくありません。`,
	},
	recipient_postmaster: {
		en: 'postmaster without a domain is always taken.',
		ja: 'ドメインのない postmaster は常に受け取ります。',
	},
	relay_client: {
		en: 'The client may send to anywhere.',
		ja: 'このクライアントはどこへでも送信できます。',
	},
	relay_signed_in: {
		en: 'Whoever is signed in may send to anywhere.',
		ja: 'サインインした利用者はどこへでも送信できます。',
	},
	relay_ours: {
		en: 'The recipient is one of ours: no right to relay is needed.',
		ja: '宛先はこのサーバーのものです。中継の許可は要りません。',
	},
	relay_denied: {
		en: (s) => `${s} is elsewhere, and this client may not relay.`,
		ja: (s) => `${s} は外部の宛先で、このクライアントには中継が許可されていません。`,
	},
	relay_routed: {
		en: (s) => `${s} names a route of its own, which is never relayed.`,
		ja: (s) => `${s} は経路を指定しているため、中継しません。`,
	},
	access_denied: {
		en: 'This port takes mail only from people who signed in.',
		ja: 'このポートでは、サインインした利用者のメールだけを受け取ります。',
	},
	recipient_refused: {
		en: (s) => `Mail to ${s} is refused: it is closed or disabled.`,
		ja: (s) => `${s} は閉鎖または無効のため、メールを拒否します。`,
	},
	domain_refused: {
		en: 'The whole domain refuses mail: it is disabled or retiring.',
		ja: 'ドメイン全体が無効または廃止予定のため、メールを拒否します。',
	},
	recipient_not_fqdn: {
		en: (s) => `${s} needs a whole domain after the @.`,
		ja: (s) => `${s} は @ の後に完全なドメインが必要です。`,
	},
	recipient_alias: {
		en: (s) => `${s} is an alias.`,
		ja: (s) => `${s} はエイリアスです。`,
	},
	recipient_catch_all: {
		en: (s) => `${s} does not exist; the catch-all of its domain takes it.`,
		ja: (s) => `${s} は存在しませんが、ドメインのキャッチオールが受け取ります。`,
	},
	recipient_mailbox: {
		en: (s) => `${s} is a mailbox.`,
		ja: (s) => `${s} はメールボックスです。`,
	},
	recipient_unknown: {
		en: (s) => `There is no mailbox and no alias ${s}.`,
		ja: (s) => `${s} というメールボックスもエイリアスもありません。`,
	},
	recipient_elsewhere: {
		en: 'The recipient is on another host, which decides for itself.',
		ja: '宛先は別のサーバーにあり、そのサーバーが判断します。',
	},
	recipient_error: {
		en: 'The transport of the domain refuses all of its mail.',
		ja: 'ドメインの配送設定により、すべてのメールを拒否します。',
	},
	recipient_retry: {
		en: 'The transport of the domain asks to try again later.',
		ja: 'ドメインの配送設定により、後で再送するよう求めます。',
	},
	quota_asked: {
		en: 'The quota is asked at this moment; a full mailbox would refuse here.',
		ja: 'ここで容量を確認します。メールボックスがいっぱいなら拒否します。',
	},
	accepted: { en: 'The mail is taken.', ja: 'メールを受け取ります。' },
	domain_ours: {
		en: (s) => `${s} is one of our domains.`,
		ja: (s) => `${s} はこのサーバーのドメインです。`,
	},
	domain_elsewhere: {
		en: (s) => `${s} is not one of our domains.`,
		ja: (s) => `${s} はこのサーバーのドメインではありません。`,
	},
	domain_own_host: {
		en: (s) => `${s} is the mail server’s own host name.`,
		ja: (s) => `${s} はメールサーバー自身のホスト名です。`,
	},
	alias_expands: {
		en: (s) => `${s} expands to its targets.`,
		ja: (s) => `${s} を転送先に展開します。`,
	},
	alias_itself: {
		en: (s) => `${s} stays as it is: no catch-all takes it.`,
		ja: (s) => `${s} はそのまま残ります (キャッチオールの対象外)。`,
	},
	alias_catch_all: {
		en: (s) => `The catch-all sends ${s} to its targets.`,
		ja: (s) => `キャッチオールが ${s} を転送先に送ります。`,
	},
	alias_failed: {
		en: (s) => `${s} could not be expanded: too deep, or too many.`,
		ja: (s) => `${s} を展開できません。段数または件数が多すぎます。`,
	},
	transport_default: {
		en: 'The domain is delivered here.',
		ja: 'このドメインはこのサーバーに配送します。',
	},
	transport_line: {
		en: 'The domain has a transport of its own.',
		ja: 'このドメインには専用の配送先があります。',
	},
	transport_mx: {
		en: 'It goes to the mail servers that the DNS names.',
		ja: 'DNS が示すメールサーバーに配送します。',
	},
	transport_own_host: {
		en: 'It is delivered on the mail server’s own host.',
		ja: 'メールサーバー自身に配送します。',
	},
	deliver_mailbox: {
		en: (s) => `Delivered to the mailbox ${s}.`,
		ja: (s) => `メールボックス ${s} に配送します。`,
	},
	deliver_no_mailbox: {
		en: (s) => `${s} has no mailbox to deliver to.`,
		ja: (s) => `${s} には配送先のメールボックスがありません。`,
	},
	deliver_elsewhere: {
		en: (s) => `Sent on to ${s}.`,
		ja: (s) => `${s} に転送します。`,
	},
	deliver_bounced: {
		en: (s) => `Mail to ${s} goes back to its sender.`,
		ja: (s) => `${s} 宛てのメールは差出人に戻ります。`,
	},
	deliver_retried: {
		en: (s) => `Mail to ${s} waits in the queue and is tried again.`,
		ja: (s) => `${s} 宛てのメールはキューで待機し、再送されます。`,
	},
} satisfies Record<string, Step>;

export const stepTable: Record<string, Step> = steps;

/** A step in words; one that is not known shows its code. */
export function stepText(code: string, subject: string, lang: Lang): string {
	const words = stepTable[code]?.[lang];
	if (typeof words === 'string') return words;
	if (words) return words(subject);
	return subject ? `${code}: ${subject}` : code;
}
