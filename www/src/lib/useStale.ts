import { useState } from 'react';
import { ApiError } from '../api/client';
import { useLang, useT } from '../i18n';
import type { StaleRow } from '../ui/Stale';
import { fieldName, fieldValue } from './words';

type Versioned = { version: number };

/**
 * A save that meets a newer version (412) stops and shows what differs.
 * `save` sends the patch against a version; `read` gets the newest one.
 */
export function useStale<R extends Versioned>(read: () => Promise<R>) {
	const t = useT();
	const lang = useLang();
	const [stale, setStale] = useState<{ fresh: R; rows: StaleRow[] } | null>(null);
	const guard = async (patch: Record<string, unknown>, save: () => Promise<void>) => {
		try {
			await save();
		} catch (e) {
			if (!(e instanceof ApiError) || e.code !== 'stale') throw e;
			const fresh = await read();
			const rows = Object.entries(patch)
				.filter(
					([k, v]) => JSON.stringify(v) !== JSON.stringify((fresh as Record<string, unknown>)[k]),
				)
				.map(([k, v]) => ({
					name: fieldName(t, k),
					mine: fieldValue(t, lang, k, v),
					theirs: fieldValue(t, lang, k, (fresh as Record<string, unknown>)[k]),
				}));
			setStale({ fresh, rows });
		}
	};
	return { stale, guard, close: () => setStale(null) };
}
