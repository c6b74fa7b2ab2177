import type { useT } from '../i18n';

/** The publisher's words for a fault, without the address behind them. */
const faults = {
	'a key cannot be written safely': 'held.key',
	'a value cannot be written safely': 'held.value',
	'a target cannot be written safely': 'held.target',
	'an account cannot be written safely': 'held.account',
	'an alias reaches itself': 'held.loop',
	'an alias is too long': 'held.long',
	'too many may send as an alias': 'held.senders',
	'a reply code cannot be written': 'held.code',
	'two lines for one key': 'held.twice',
} as const;

/** Why a domain is held back, in the reader's language where it is known. */
export function heldReason(t: ReturnType<typeof useT>, reason: string): string {
	const guard = /^guard: would remove (\d+) of (\d+) lines at once$/.exec(reason);
	if (guard) return t('held.guard', Number(guard[1]), Number(guard[2]));
	const [what = '', subject = ''] = reason.split(/: (.*)/s);
	if (Object.hasOwn(faults, what)) return t(faults[what as keyof typeof faults], subject);
	return reason;
}
