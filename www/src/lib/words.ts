import type { Schemas } from '../api/client';
import { getLang, type Key, type Lang, type T } from '../i18n';
import { formatBytes, formatNumber, formatTime } from './format';

type Ref = Schemas['ChangeRef'];

/** What a revision did, in words: "Mailbox taro@example.jp added". */
export function actionText(t: T, action: string, first: Ref | null, count: number): string {
	if (!first) return action;
	const subject = first.subject;
	if (action === 'mailbox.password') return t('did.password', subject);
	if (count > 1 && action.endsWith('.bulk'))
		return t('did.many', formatNumber(count, getLang()), nounName(t, first.noun));
	const text = t(`did.${first.op}`, t(`noun.${first.noun}`), subject);
	const more = count - 1;
	return more > 0 ? t('did.more', text, more) : text;
}

const jobKinds: Record<string, Key> = {
	'domain.delete': 'job.kind.domainDelete',
	'domain.restore': 'job.kind.domainRestore',
	'domain.bulk': 'job.kind.domainBulk',
	'mailbox.bulk': 'job.kind.mailboxBulk',
	'alias.bulk': 'job.kind.aliasBulk',
	'whitelist.bulk': 'job.kind.whitelistBulk',
	undo: 'job.kind.undo',
	'import.check': 'job.kind.importCheck',
	'import.run': 'job.kind.importRun',
};

export function jobTitle(t: T, job: { kind: string; subject: string }): string {
	const key = jobKinds[job.kind];
	const kind = key ? (t as (k: Key) => string)(key) : job.kind;
	return job.subject ? `${kind}: ${job.subject}` : kind;
}

const fieldKeys: Record<string, Key> = {
	name: 'field.name',
	name_unicode: 'field.name',
	address: 'address',
	description: 'field.description',
	state: 'field.state',
	quota_bytes: 'field.quota',
	max_mailboxes: 'field.max_mailboxes',
	max_aliases: 'field.max_aliases',
	max_quota_bytes: 'field.max_quota',
	default_quota_bytes: 'field.default_quota',
	transport: 'field.transport',
	refuse_code: 'field.refuse_code',
	refuse_text: 'field.refuse_text',
	retire_at: 'field.retire_at',
	targets: 'field.targets',
	send_as: 'field.send_as',
	is_catch_all: 'field.catch_all',
	network: 'field.network',
	note: 'field.note',
	owner: 'field.owner',
	expires_at: 'field.expires',
	password_id: 'password',
	home: 'field.home',
};

export function fieldName(t: T, field: string): string {
	const key = fieldKeys[field];
	return key ? (t as (k: Key) => string)(key) : field;
}

/** A value of a before or after image, as people read it. */
export function fieldValue(t: T, lang: Lang, field: string, v: unknown): string {
	if (v === null || v === undefined || v === '') return t('value.none');
	if (field === 'password_id') return t('value.password', String(v));
	if (field.endsWith('_bytes') && typeof v === 'number')
		return v === 0 ? t('value.noLimit') : formatBytes(v, lang);
	if (field.startsWith('max_') && v === 0) return t('value.noLimit');
	if (field.endsWith('_at') && typeof v === 'string') return formatTime(v, lang, true);
	if (field === 'state' && typeof v === 'string') return stateWord(t, v);
	if (typeof v === 'boolean') return t(v ? 'yes' : 'no');
	if (Array.isArray(v)) return v.map(String).join(', ');
	return typeof v === 'object' ? JSON.stringify(v) : String(v);
}

const STATES = [
	'active',
	'nologin',
	'closed',
	'deleted',
	'disabled',
	'prepared',
	'retiring',
	'expired',
] as const;

export function stateWord(t: T, s: string): string {
	const known = STATES.find((x) => x === s);
	return known ? t(`state.${known}`) : s;
}

/** Limits read as a number or as "no limit". */
export function limitText(t: T, n: number, show: (n: number) => string): string {
	return n === 0 ? t('value.noLimit') : show(n);
}

export const MAPS = [
	'domains',
	'mailboxes',
	'aliases',
	'transport',
	'refuse',
	'sender_login',
	'accounts',
	'whitelist',
] as const;

/** What a map file is for. */
export function mapName(t: T, map: string): string {
	const known = MAPS.find((m) => m === map);
	return known ? t(`map.${known}`) : map;
}

export const ROLES = ['mailbox', 'secondary', 'outbound'] as const;
export type Role = (typeof ROLES)[number];

export function roleName(t: T, role: string): string {
	const known = ROLES.find((r) => r === role);
	return known ? t(`node.role.${known}`) : role;
}

const NOUNS = ['domain', 'mailbox', 'alias', 'whitelist', 'admin', 'node', 'setting'] as const;

export function nounName(t: T, noun: string): string {
	const known = NOUNS.find((n) => n === noun);
	return known ? t(`noun.${known}`) : noun;
}
