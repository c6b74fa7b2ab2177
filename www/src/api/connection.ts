import { useSyncExternalStore } from 'react';

// Whether the service answers. When it does not, one poll asks until it
// does, and everything that is on the screen is then read again.

export type Down = 'offline' | 'down' | 'database';

const POLL_MS = 2000;
let down: Down | null = null;
let timer: number | undefined;
const listeners = new Set<() => void>();
const back = new Set<() => void>();
const once = new Set<() => void>();

function set(next: Down | null): void {
	if (next === down) return;
	down = next;
	for (const f of listeners) f();
}

async function ask(): Promise<Down | null> {
	if (!navigator.onLine) return 'offline';
	try {
		const res = await fetch('/api/v1/health', { cache: 'no-store' });
		if (res.ok) return null;
		const body = (await res.json().catch(() => null)) as { request_id?: string } | null;
		return res.status === 503 && body?.request_id ? 'database' : 'down';
	} catch {
		return navigator.onLine ? 'down' : 'offline';
	}
}

async function poll(): Promise<void> {
	const now = await ask();
	if (now) {
		set(now);
		timer = window.setTimeout(poll, POLL_MS);
		return;
	}
	timer = undefined;
	set(null);
	for (const f of back) f();
	const waiters = [...once];
	once.clear();
	for (const f of waiters) f();
}

export function reportDown(why: Down): void {
	set(why);
	timer ??= window.setTimeout(poll, POLL_MS);
}

/** Called each time that the service is back. */
export function onBack(f: () => void): void {
	back.add(f);
}

/** Called when the service is back, then forgotten. */
export function onceBack(f: () => void): void {
	once.add(f);
}

export function watchConnection(): void {
	addEventListener('offline', () => reportDown('offline'));
	addEventListener('online', () => {
		window.clearTimeout(timer);
		void poll();
	});
}

const subscribe = (f: () => void) => {
	listeners.add(f);
	return () => listeners.delete(f);
};

export function useDown(): Down | null {
	return useSyncExternalStore(subscribe, () => down);
}
