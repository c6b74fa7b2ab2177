import { useSyncExternalStore } from 'react';
import type { ApiError, Schemas } from './client';

// Who is signed in. A request that meets 401 waits here until somebody
// signed in again.

export type SessionState =
	| { is: 'loading' }
	| { is: 'out' }
	| { is: 'in'; session: Schemas['Session'] }
	| { is: 'unknown'; error: ApiError };

let state: SessionState = { is: 'loading' };
let waiting: { promise: Promise<void>; resolve: () => void } | null = null;
const listeners = new Set<() => void>();

const tell = () => {
	for (const f of listeners) f();
};

export function setSession(next: SessionState): void {
	state = next;
	tell();
}

export function relogin(): Promise<void> {
	if (!waiting) {
		let resolve = () => {};
		const promise = new Promise<void>((r) => {
			resolve = r;
		});
		waiting = { promise, resolve };
		tell();
	}
	return waiting.promise;
}

/** After a sign-in, the first one or one over the page. */
export function signedIn(session: Schemas['Session']): void {
	state = { is: 'in', session };
	waiting?.resolve();
	waiting = null;
	tell();
}

const subscribe = (f: () => void) => {
	listeners.add(f);
	return () => listeners.delete(f);
};

export function useSessionState(): SessionState {
	return useSyncExternalStore(subscribe, () => state);
}

export function useSessionLost(): boolean {
	return useSyncExternalStore(subscribe, () => waiting !== null);
}
