// Full-width letters, digits and signs become half-width ones in addresses,
// domains and numbers. Japanese input methods also leave their own forms of
// the full stop and of the long dash.

const STOPS = /[。｡．]/g;
const DASHES = /[‐‑‒–—―−ー－ｰ]/g;

export function fold(s: string): string {
	return s.replace(STOPS, '.').replace(DASHES, '-').normalize('NFKC');
}

/** A domain name: it may itself be Japanese, so a long vowel stays one. */
export function foldDomain(s: string): string {
	return s
		.replace(STOPS, '.')
		.normalize('NFKC')
		.replace(/\s+/g, '')
		.replace(/^@/, '')
		.toLowerCase();
}

/** An address as typed or pasted; `@domain` stays a catch-all. */
export function foldAddress(s: string): string {
	const clean = s
		.replace(/＠/g, '@')
		.trim()
		.replace(/^mailto:/i, '');
	const at = clean.lastIndexOf('@');
	if (at < 0) return foldLocal(clean);
	return `${foldLocal(clean.slice(0, at))}@${foldDomain(clean.slice(at + 1))}`;
}

function foldLocal(s: string): string {
	return fold(s).replace(/\s+/g, '').toLowerCase();
}

export function foldNetwork(s: string): string {
	return fold(s).replace(/\s+/g, '').toLowerCase();
}

export function foldNumber(s: string): string {
	return fold(s).replace(/[\s,、，]/g, '');
}
