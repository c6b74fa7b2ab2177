import type { DiffLine } from '../api/publishing';
import { MAPS } from './words';

// Pure: the lines of a diff as rows to show.

/** A piece of one value, or all of it; `fold` stands for unchanged pieces. */
export type Piece =
	| { is: 'same' | 'gone' | 'new' | 'whole'; text: string }
	| { is: 'fold'; texts: string[] };

/** One changed key: what goes and what comes, each with its number. */
export type Row = {
	line: DiffLine;
	gone: Piece[] | null;
	come: Piece[] | null;
	goneNo: number;
	comeNo: number;
};

export type FileDiff = { map: string; rows: Row[] };

/** Unchanged pieces that stay to see on each side of a changed one. */
const AROUND = 2;

const cut = (value: string): string[] => value.split(/,\s*/);

/**
 * A value as pieces, compared with the other one: a list of addresses item
 * by item, anything else as a whole. Long unchanged runs fold.
 */
export function pieces(value: string, other: string | null, is: 'gone' | 'new'): Piece[] {
	if (other === null) return [{ is: 'whole', text: value }];
	const theirs = new Set(cut(other));
	const marked = cut(value).map((text) => ({
		is: theirs.has(text) ? ('same' as const) : is,
		text,
	}));
	if (marked.every((p) => p.is === is)) return [{ is: 'whole', text: value }];
	return fold(marked);
}

function fold(all: Exclude<Piece, { is: 'fold' }>[]): Piece[] {
	const near = all.map((_, i) =>
		all.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((p) => p.is !== 'same'),
	);
	// Where nothing of this side changed, its beginning tells enough.
	if (!near.includes(true)) near.fill(true, 0, AROUND);
	const out: Piece[] = [];
	for (let i = 0; i < all.length; ) {
		const end = near.indexOf(true, i);
		const run = all.slice(i, end < 0 ? all.length : end);
		// One that is hidden alone saves nothing.
		if (!near[i] && run.length > 1) {
			out.push({ is: 'fold', texts: run.map((p) => p.text) });
			i += run.length;
		} else {
			const one = all[i];
			if (one) out.push(one);
			i++;
		}
	}
	return out;
}

const ORDER: readonly string[] = MAPS;

const place = (map: string) => (ORDER.includes(map) ? ORDER.indexOf(map) : ORDER.length);

/** The lines by file, in the order that people think of them, numbered. */
export function byFile(lines: readonly DiffLine[]): FileDiff[] {
	const files = new Map<string, DiffLine[]>();
	for (const l of lines) {
		const of = files.get(l.map);
		if (of) of.push(l);
		else files.set(l.map, [l]);
	}
	return [...files]
		.sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
		.map(([map, all]) => ({ map, rows: numbered(all) }));
}

function numbered(lines: DiffLine[]): Row[] {
	let no = 0;
	return lines.map((line) => ({
		line,
		gone: line.before === null ? null : pieces(line.before, line.after, 'gone'),
		come: line.after === null ? null : pieces(line.after, line.before, 'new'),
		goneNo: line.before === null ? 0 : ++no,
		comeNo: line.after === null ? 0 : ++no,
	}));
}

type Counts = { added: number; changed: number; removed: number };

/** The sum over what is chosen; null chooses all. */
export function countOf(
	all: readonly (Counts & { domain: string })[],
	chosen: ReadonlySet<string> | null,
): Counts {
	const sum = { added: 0, changed: 0, removed: 0 };
	for (const d of all) {
		if (chosen && !chosen.has(d.domain)) continue;
		sum.added += d.added;
		sum.changed += d.changed;
		sum.removed += d.removed;
	}
	return sum;
}

/** More lines than this vanish only with a note. */
export const NOTE_ABOVE = 100;
