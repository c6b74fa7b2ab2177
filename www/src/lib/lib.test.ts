import { describe, expect, it } from 'vitest';
import type { Schemas } from '../api/client';
import { fold, foldAddress, foldDomain, foldNetwork, foldNumber } from './fold';
import {
	formatBytes,
	formatRelative,
	formatTime,
	formatTotal,
	GB,
	joinBytes,
	MB,
	splitBytes,
} from './format';
import { holdOf, isBad, liveOf } from './live';
import { makePassword } from './password';
import { idIn, oneOf, patched } from './url';

describe('folding', () => {
	it.each([
		['ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ', 'taro@example.jp'],
		['Taro@Example.JP', 'taro@example.jp'],
		['taro@example。jp', 'taro@example.jp'],
		[' mailto:taro@example.jp ', 'taro@example.jp'],
		['taro＠データ.jp', 'taro@データ.jp'],
		['＠example.jp', '@example.jp'],
		['ta ro', 'taro'],
	])('address %s', (typed, address) => expect(foldAddress(typed)).toBe(address));

	it.each([
		['ｅｘａｍｐｌｅ．ｊｐ', 'example.jp'],
		['日本語。jp', '日本語.jp'],
		['データ.jp', 'データ.jp'],
		['@example.jp', 'example.jp'],
	])('domain %s', (typed, domain) => expect(foldDomain(typed)).toBe(domain));

	it('networks and numbers', () => {
		expect(foldNetwork('１０．０．０．０／８')).toBe('10.0.0.0/8');
		expect(foldNetwork('２００１：ｄｂ８：：／３２')).toBe('2001:db8::/32');
		expect(foldNumber('１，０００')).toBe('1000');
		expect(foldNumber('２。５')).toBe('2.5');
	});

	it('leaves half-width text as it is', () => {
		expect(fold('smtp:[host.example.jp]:25')).toBe('smtp:[host.example.jp]:25');
	});
});

describe('formats', () => {
	it('sizes', () => {
		expect(formatBytes(0, 'en')).toBe('0 B');
		expect(formatBytes(1.5 * GB, 'en')).toBe('1.5 GB');
		expect(formatBytes(512 * MB, 'ja')).toBe('512 MB');
		expect(formatBytes(2048 * GB, 'en')).toBe('2 TB');
	});

	it('sizes go to a field and back', () => {
		for (const n of [0, 100 * MB, 1536 * MB, GB, 5 * GB, 1024 * GB]) {
			const { value, unit } = splitBytes(n);
			expect(joinBytes(value, unit)).toBe(n);
		}
	});

	it('a size that is none', () => {
		for (const typed of ['', '-1', '1e3', 'abc', '1.2.3', '９'])
			expect(joinBytes(typed, 'GB')).toBeNull();
	});

	it('times carry their zone', () => {
		expect(formatTime('2026-11-21T11:05:00Z', 'ja')).toMatch(/2026\/11\/2\d \d\d:05 \S+/);
		expect(formatTime('2026-11-21T11:05:00Z', 'en')).toMatch(/2\d Nov 2026, \d\d:05 \S+/);
	});

	it('relative times', () => {
		const now = Date.parse('2026-11-21T12:00:00Z');
		expect(formatRelative('2026-11-21T11:59:50Z', 'en', now)).toBe('now');
		expect(formatRelative('2026-11-21T11:58:00Z', 'en', now)).toBe('2 minutes ago');
		expect(formatRelative('2026-11-24T12:00:00Z', 'ja', now)).toBe('3 日後');
	});

	it('totals that were capped', () => {
		expect(formatTotal({ value: 10_000, exact: false }, 'en')).toBe('10,000+');
		expect(formatTotal({ value: 12_480, exact: true }, 'ja')).toBe('12,480');
	});
});

describe('passwords', () => {
	it('are 20 clear signs in four groups', () => {
		for (let i = 0; i < 200; i++)
			expect(makePassword()).toMatch(/^[a-km-zA-HJ-NP-Z2-9]{5}(-[a-km-zA-HJ-NP-Z2-9]{5}){3}$/);
	});

	it('throw no byte to one side: those past the last whole round are left out', () => {
		let given = 0;
		const bytes = (n: number) => Uint8Array.from({ length: n }, () => (given++ % 2 ? 255 : 0));
		expect(makePassword(bytes)).toBe('aaaaa-aaaaa-aaaaa-aaaaa');
	});

	it('differ', () => {
		const all = new Set(Array.from({ length: 500 }, () => makePassword()));
		expect(all.size).toBe(500);
	});
});

describe('the address of a page', () => {
	it('takes a patch', () => {
		expect(patched('q=taro&after=x', { after: null, state: 'closed' })).toBe(
			'?q=taro&state=closed',
		);
		expect(patched('q=taro', { q: '' })).toBe('');
		expect(patched('', { limit: 100 })).toBe('?limit=100');
	});

	it('gives only what is in order', () => {
		const p = new URLSearchParams('id=12&bad=1e3&zero=0&neg=-4');
		expect(idIn(p, 'id')).toBe(12);
		for (const key of ['bad', 'zero', 'neg', 'none']) expect(idIn(p, key)).toBeUndefined();
		expect(oneOf('closed', ['active', 'closed'])).toBe('closed');
		expect(oneOf('open', ['active', 'closed'])).toBeUndefined();
	});
});

describe('live or not', () => {
	const node = (n: Partial<Schemas['Node']>): Schemas['Node'] => ({
		id: 1,
		name: 'mail1',
		role: 'mailbox',
		serial: 10,
		applied_at: '2026-11-21T12:00:00Z',
		seen_at: '2026-11-21T12:00:00Z',
		behind_since: null,
		state: 'ok',
		message: '',
		held: [],
		pending: 0,
		hold_serial: null,
		hold_by: '',
		journal_from: 1,
		drift: 0,
		checked_at: null,
		facts: null,
		...n,
	});
	const p = (...nodes: Schemas['Node'][]): Schemas['Publishing'] => ({
		head_serial: 12,
		live_serial: 10,
		mode: 'automatic',
		approved_serial: 12,
		pending: { revisions: 0, domains: 0, exact: true, first_at: null },
		nodes,
	});
	const wait = (kind: 'review' | 'hold', domain: string, first: number, last: number) => ({
		kind,
		domain,
		first_serial: first,
		last_serial: last,
	});

	it('is live once every node has it, with the time of that very change', () => {
		expect(liveOf(p(node({})), 10)).toEqual({
			state: 'live',
			at: '2026-11-21T12:00:00Z',
			count: 1,
			of: 1,
		});
		expect(liveOf(p(node({})), 7)).toMatchObject({ state: 'live', at: null });
	});

	it('counts the nodes that have it', () => {
		const two = p(node({ serial: 12 }), node({ name: 'mail2', state: 'behind' }));
		expect(liveOf(two, 12)).toEqual({ state: 'going', count: 1, of: 2 });
	});

	it('does not wait for a node that was added and never reported', () => {
		const added = node({ name: 'mx2', state: 'unreachable', serial: 0, seen_at: null });
		expect(liveOf(p(node({}), added), 10)).toMatchObject({ state: 'live', count: 1, of: 1 });
		expect(liveOf(p(added), 10)).toMatchObject({ state: 'unreachable', node: 'mx2' });
	});

	it('says why a node does not follow', () => {
		const gone = p(node({ state: 'unreachable' }));
		expect(liveOf(gone, 12)).toMatchObject({ state: 'unreachable', node: 'mail1' });
		const full = p(node({ state: 'error', message: 'disk full' }));
		expect(liveOf(full, 12)).toMatchObject({ state: 'error', reason: 'disk full' });
		const held = p(node({ held: [{ domain: 'example.jp', reason: 'loop' }] }));
		expect(liveOf(held, 9, 'example.jp')).toMatchObject({ state: 'held', reason: 'loop' });
		expect(liveOf(held, 9, 'example.com')).toMatchObject({ state: 'live' });
	});

	it('waits for a review with its domain, and with no other', () => {
		const done = p(node({ serial: 12 }));
		const waiting = [wait('review', 'example.jp', 8, 12)];
		expect(liveOf(done, 9, 'example.jp', waiting)).toEqual({ state: 'review' });
		expect(liveOf(done, 9, undefined, waiting)).toEqual({ state: 'review' });
		expect(liveOf(done, 7, 'example.jp', waiting)).toMatchObject({ state: 'live' });
		expect(liveOf(done, 9, 'example.com', waiting)).toMatchObject({ state: 'live' });
		expect(liveOf(done, 9, null, waiting)).toMatchObject({ state: 'live' });
	});

	it('stays behind a hold, with the serial that is live', () => {
		const back = p(node({ serial: 12, hold_serial: 5, hold_by: 'target' }));
		const waiting = [wait('hold', 'example.jp', 6, 12)];
		expect(liveOf(back, 9, 'example.jp', waiting)).toEqual({ state: 'behind', serial: 5 });
		expect(liveOf(back, 5, 'example.jp', waiting)).toMatchObject({ state: 'live' });
		expect(holdOf(back)?.hold_serial).toBe(5);
	});

	it('is on its way while a node still has lines of what was published', () => {
		const after = p(node({ serial: 12, pending: 3 }));
		expect(liveOf(after, 12)).toMatchObject({ state: 'going' });
	});

	it('a hold that somebody wanted is no fault', () => {
		expect(isBad(node({ state: 'held', hold_serial: 5 }))).toBe(false);
		expect(isBad(node({ state: 'held' }))).toBe(true);
		expect(isBad(node({ state: 'behind' }))).toBe(false);
	});

	it('without a node says so', () => {
		expect(liveOf(p(), 1)).toEqual({ state: 'none' });
	});
});
