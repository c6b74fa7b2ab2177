import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'postroom.theme';
const media = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function read(): Theme {
	try {
		const v = localStorage.getItem(KEY);
		return v === 'light' || v === 'dark' ? v : 'system';
	} catch {
		return 'system';
	}
}
let theme = read();

function apply(): void {
	const dark = theme === 'dark' || (theme === 'system' && media.matches);
	document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}
media.addEventListener('change', apply);

export function setTheme(next: Theme): void {
	theme = next;
	try {
		localStorage.setItem(KEY, next);
	} catch {
		// The choice then lasts for this page.
	}
	apply();
	for (const f of listeners) f();
}

const subscribe = (f: () => void) => {
	listeners.add(f);
	return () => listeners.delete(f);
};

export function useTheme(): Theme {
	return useSyncExternalStore(subscribe, () => theme);
}
