import { useCallback, useSyncExternalStore } from 'react';

export function useMedia(query: string): boolean {
	const subscribe = useCallback(
		(f: () => void) => {
			const m = matchMedia(query);
			m.addEventListener('change', f);
			return () => m.removeEventListener('change', f);
		},
		[query],
	);
	return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
