import { describe, expect, it } from 'vitest';
import type { DiffLine } from '../api/publishing';
import { byFile, countOf, pieces } from './diff';

const line = (l: Partial<DiffLine>): DiffLine => ({
	map: 'aliases',
	key: 'sales@example.jp',
	domain: 'example.jp',
	before: null,
	after: null,
	serial: 7,
	actor_name: 'admin',
	action: 'alias.update',
	at: '2026-11-22T08:00:00Z',
	...l,
});

const people = (n: number) => Array.from({ length: n }, (_, i) => `p${i}@example.jp`);

describe('a value beside the other one', () => {
	it('is one piece where there is no other', () => {
		expect(pieces('a, b', null, 'new')).toEqual([{ is: 'whole', text: 'a, b' }]);
	});

	it('is one piece where nothing is the same', () => {
		expect(pieces('smtp:[a]:25', 'smtp:[b]:25', 'gone')).toEqual([
			{ is: 'whole', text: 'smtp:[a]:25' },
		]);
	});

	it('shows the item that came among those that stay', () => {
		expect(pieces('a, b, c', 'a, c', 'new')).toEqual([
			{ is: 'same', text: 'a' },
			{ is: 'new', text: 'b' },
			{ is: 'same', text: 'c' },
		]);
	});

	it('folds long runs that stay, and keeps two beside each change', () => {
		const before = people(100);
		const after = [...before.slice(0, 50), 'new@example.jp', ...before.slice(50)];
		const all = pieces(after.join(', '), before.join(', '), 'new');
		expect(all).toEqual([
			{ is: 'fold', texts: before.slice(0, 48) },
			{ is: 'same', text: 'p48@example.jp' },
			{ is: 'same', text: 'p49@example.jp' },
			{ is: 'new', text: 'new@example.jp' },
			{ is: 'same', text: 'p50@example.jp' },
			{ is: 'same', text: 'p51@example.jp' },
			{ is: 'fold', texts: before.slice(52) },
		]);
	});

	it('folds a side of which nothing goes down to its beginning', () => {
		const before = people(10);
		const all = pieces(before.join(', '), [...before, 'x@example.jp'].join(', '), 'gone');
		expect(all).toEqual([
			{ is: 'same', text: 'p0@example.jp' },
			{ is: 'same', text: 'p1@example.jp' },
			{ is: 'fold', texts: before.slice(2) },
		]);
	});

	it('does not fold one alone, which saves nothing', () => {
		const all = pieces('n, a, b, c', 'a, b, c', 'new');
		expect(all.map((p) => p.is)).toEqual(['new', 'same', 'same', 'same']);
	});

	it('loses no item, whatever is folded', () => {
		const before = people(40);
		const after = before.filter((_, i) => i % 9 !== 4);
		const all = pieces(before.join(', '), after.join(', '), 'gone');
		expect(all.flatMap((p) => (p.is === 'fold' ? p.texts : [p.text]))).toEqual(before);
		expect(all.filter((p) => p.is === 'gone')).toHaveLength(4);
	});
});

describe('lines by file', () => {
	it('come in the order that people think of them, numbered from one in each', () => {
		const files = byFile([
			line({ map: 'aliases', key: 'a@x', before: 'b', after: 'c' }),
			line({ map: 'domains', key: 'x', after: 'x' }),
			line({ map: 'aliases', key: 'd@x', before: 'e' }),
			line({ map: 'mailboxes', key: 'f@x', after: 'f' }),
			line({ map: 'unheard_of' as DiffLine['map'], key: 'g', after: 'g' }),
		]);
		expect(files.map((f) => f.map)).toEqual(['domains', 'mailboxes', 'aliases', 'unheard_of']);
		expect(files[2]?.rows.map((r) => [r.goneNo, r.comeNo])).toEqual([
			[1, 2],
			[3, 0],
		]);
	});
});

describe('counts', () => {
	const all = [
		{ domain: 'a.jp', added: 1, changed: 2, removed: 300 },
		{ domain: 'b.jp', added: 10, changed: 0, removed: 1 },
	];

	it('are of everything, or of what is chosen', () => {
		expect(countOf(all, null)).toEqual({ added: 11, changed: 2, removed: 301 });
		expect(countOf(all, new Set(['b.jp']))).toEqual({ added: 10, changed: 0, removed: 1 });
		expect(countOf(all, new Set())).toEqual({ added: 0, changed: 0, removed: 0 });
	});
});
