import { useSyncExternalStore } from 'react';

// Pages live behind the `#`, so that the panel is plain files to any web
// server and the token of a first-use link never reaches a log.

function split(): [string, string] {
	const hash = location.hash.replace(/^#/, '') || '/';
	const at = hash.indexOf('?');
	return at < 0 ? [hash, ''] : [hash.slice(0, at), hash.slice(at + 1)];
}

const subscribe = (f: () => void) => {
	addEventListener('hashchange', f);
	addEventListener('postroom:navigate', f);
	return () => {
		removeEventListener('hashchange', f);
		removeEventListener('postroom:navigate', f);
	};
};

export function navigate(to: string, opts: { replace?: boolean } = {}): void {
	const url = `#${to.replace(/^#/, '')}`;
	if (opts.replace) history.replaceState(null, '', url);
	else history.pushState(null, '', url);
	dispatchEvent(new Event('postroom:navigate'));
}

export function usePath(): [string, typeof navigate] {
	return [useSyncExternalStore(subscribe, () => split()[0]), navigate];
}
usePath.hrefs = (href: string) => `#${href}`;

export function useSearch(): string {
	return useSyncExternalStore(subscribe, () => split()[1]);
}
