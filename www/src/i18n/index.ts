import { useSyncExternalStore } from 'react';
import type { Dict as First, Words } from './en';
import type { en as access } from './en.access';
import type { en as audit } from './en.audit';
import type { en as bulk } from './en.bulk';
import type { en as imports } from './en.import';
import type { en as inner } from './en.publishing';
import type { en as security } from './en.security';

export type Lang = 'en' | 'ja';
export type Dict = First &
	Words<typeof inner> &
	Words<typeof audit> &
	Words<typeof access> &
	Words<typeof bulk> &
	Words<typeof imports> &
	Words<typeof security>;
export type Key = keyof Dict;
type Args<K extends Key> = Dict[K] extends (...a: infer A) => string ? A : [];
export type T = <K extends Key>(key: K, ...args: Args<K>) => string;

let lang: Lang = 'en';
let dict: Dict;
let translate: T;
const listeners = new Set<() => void>();

function makeT(d: Dict): T {
	return (key, ...args) => {
		const s = d[key] as string | ((...a: unknown[]) => string);
		return typeof s === 'string' ? s : s(...args);
	};
}

// Words of publishing and of signing in safely come with the first page behind the sign-in, which is
// the first that can ask for one of them.
let all = false;

async function fetchDict(l: Lang): Promise<Dict> {
	const first = l === 'ja' ? (await import('./ja')).ja : (await import('./en')).en;
	if (!all) return first as Dict;
	const more = await Promise.all(
		l === 'ja'
			? [
					import('./ja.publishing').then((m) => m.ja),
					import('./ja.audit').then((m) => m.ja),
					import('./ja.access').then((m) => m.ja),
					import('./ja.bulk').then((m) => m.ja),
					import('./ja.import').then((m) => m.ja),
					import('./ja.security').then((m) => m.ja),
				]
			: [
					import('./en.publishing').then((m) => m.en),
					import('./en.audit').then((m) => m.en),
					import('./en.access').then((m) => m.en),
					import('./en.bulk').then((m) => m.en),
					import('./en.import').then((m) => m.en),
					import('./en.security').then((m) => m.en),
				],
	);
	return Object.assign({}, first, ...more);
}

export async function loadAllWords(): Promise<void> {
	if (all) return;
	all = true;
	await setLang(lang);
}

/** Loads the words of a language, then shows them everywhere. */
export async function setLang(next: Lang): Promise<void> {
	dict = await fetchDict(next);
	translate = makeT(dict);
	lang = next;
	document.documentElement.lang = next;
	try {
		localStorage.setItem('postroom.lang', next);
	} catch {
		// Storage may be off; the choice then lasts for this page.
	}
	for (const f of listeners) f();
}

export function firstLang(): Lang {
	return document.documentElement.lang === 'ja' ? 'ja' : 'en';
}

export function getLang(): Lang {
	return lang;
}

/** The words outside of a component; a component uses useT. */
export function words(): T {
	return translate;
}

const subscribe = (f: () => void) => {
	listeners.add(f);
	return () => listeners.delete(f);
};

export function useT(): T {
	return useSyncExternalStore(subscribe, () => translate);
}

export function useLang(): Lang {
	return useSyncExternalStore(subscribe, () => lang);
}
