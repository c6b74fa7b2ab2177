import { useCallback, useEffect, useState } from 'react';

type Versioned = { version: number };

/**
 * What is typed over a row. A newer row replaces the draft only while
 * nothing was typed; else the save finds out (412) and asks.
 */
export function useDraft<R extends Versioned, D extends object>(row: R, toDraft: (row: R) => D) {
	const [base, setBase] = useState(row);
	const [draft, setDraft] = useState(() => toDraft(row));
	const dirty = JSON.stringify(draft) !== JSON.stringify(toDraft(base));
	const reset = useCallback(
		(to: R) => {
			setBase(to);
			setDraft(toDraft(to));
		},
		[toDraft],
	);
	useEffect(() => {
		if (row.version > base.version && !dirty) reset(row);
	}, [row, base.version, dirty, reset]);
	const set = useCallback((patch: Partial<D>) => setDraft((d) => ({ ...d, ...patch })), []);
	return { base, draft, dirty, set, reset };
}
