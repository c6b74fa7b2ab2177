import { useSyncExternalStore } from 'react';

// Something dangerous needs a fresh proof: the request waits here while the
// dialog asks, then goes on, or fails when nobody proved anything.

let waiting: { promise: Promise<boolean>; resolve: (proved: boolean) => void } | null = null;
const listeners = new Set<() => void>();

const tell = () => {
	for (const f of listeners) f();
};

export function proveAgain(): Promise<boolean> {
	if (!waiting) {
		let resolve = (_: boolean) => {};
		const promise = new Promise<boolean>((r) => {
			resolve = r;
		});
		waiting = { promise, resolve };
		tell();
	}
	return waiting.promise;
}

export function proved(yes: boolean): void {
	waiting?.resolve(yes);
	waiting = null;
	tell();
}

export function useProofWanted(): boolean {
	return useSyncExternalStore(
		(f) => {
			listeners.add(f);
			return () => listeners.delete(f);
		},
		() => waiting !== null,
	);
}
