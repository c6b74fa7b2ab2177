import { useCallback, useMemo } from 'react';
import { navigate, usePath, useSearch } from './location';

export type Patch = Record<string, string | number | null | undefined>;

/** The query string after a patch: null, undefined and '' take a key away. */
export function patched(search: string, patch: Patch): string {
	const p = new URLSearchParams(search);
	for (const [k, v] of Object.entries(patch)) {
		if (v === null || v === undefined || v === '') p.delete(k);
		else p.set(k, String(v));
	}
	const s = p.toString();
	return s ? `?${s}` : '';
}

/** Any filter starts the list anew, so a patch drops the cursors. */
export const NO_CURSOR: Patch = { after: null, before: null };

export function useUrl() {
	const search = useSearch();
	const [path] = usePath();
	const params = useMemo(() => new URLSearchParams(search), [search]);
	const set = useCallback(
		(patch: Patch, opts?: { replace?: boolean }) => navigate(path + patched(search, patch), opts),
		[path, search],
	);
	return { path, search, params, set, to: (p: string) => p + (search ? `?${search}` : '') };
}

export function idIn(params: URLSearchParams, key: string): number | undefined {
	const v = params.get(key);
	return v && /^[1-9]\d{0,15}$/.test(v) ? Number(v) : undefined;
}

export function oneOf<A extends string>(v: string | null, all: readonly A[]): A | undefined {
	return all.find((a) => a === v);
}
