import { idIn, NO_CURSOR, type Patch, useUrl } from './url';

const SIZES = [50, 100, 200];

/** What a list shows stands in the URL: search, filters, sort, cursor, size. */
export function useList() {
	const url = useUrl();
	const p = url.params;
	const limit = SIZES.find((n) => n === idIn(p, 'limit')) ?? 50;
	return {
		...url,
		q: p.get('q') ?? '',
		sort: p.get('sort') ?? undefined,
		limit,
		cursor: {
			...(p.get('after') ? { after: p.get('after') ?? '' } : {}),
			...(p.get('before') ? { before: p.get('before') ?? '' } : {}),
		},
		/** Filters and sort; starts at the first page again. */
		filter: (patch: Patch, opts?: { replace?: boolean }) =>
			url.set({ ...NO_CURSOR, ...patch }, opts),
		go: (patch: Patch) => url.set(patch),
		setLimit: (n: number) => url.set({ ...NO_CURSOR, limit: n === 50 ? null : n }),
	};
}

export type List = ReturnType<typeof useList>;
