import { useEffect } from 'react';

// Single keys can be turned off, for people who speak to their computer.

const OFF = 'postroom.keys';

export function singleKeysOn(): boolean {
	try {
		return localStorage.getItem(OFF) !== 'off';
	} catch {
		return true;
	}
}

export function setSingleKeys(on: boolean): void {
	try {
		if (on) localStorage.removeItem(OFF);
		else localStorage.setItem(OFF, 'off');
	} catch {
		// Without storage the keys stay on.
	}
}

function isTyping(e: KeyboardEvent): boolean {
	const el = e.target instanceof Element ? e.target : null;
	return !!el?.closest(
		'input, textarea, select, [contenteditable], [role="menu"], [role="listbox"]',
	);
}

// A message in the corner is an alertdialog too, but stands in nobody's way.
const inOverlay = () =>
	document.querySelector('[role="dialog"], [role="alertdialog"]:not([role="region"] *)') !== null;

/** A key on the page, not while somebody types or a dialog is open. */
export function useHotkey(key: string, run: () => void): void {
	useEffect(() => {
		const on = (e: KeyboardEvent) => {
			if (e.key !== key || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
			if (isTyping(e) || inOverlay() || !singleKeysOn()) return;
			e.preventDefault();
			run();
		};
		addEventListener('keydown', on);
		return () => removeEventListener('keydown', on);
	}, [key, run]);
}
