// No sign that is taken for another one (0 O, 1 l I) and none that a mail
// program or a shell needs quoted.
const SIGNS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const GROUP = 5;
const GROUPS = 4;

/** 20 signs of 56 in groups of five: 116 bits. */
export function makePassword(random: (n: number) => Uint8Array = randomBytes): string {
	const out: string[] = [];
	const top = 256 - (256 % SIGNS.length);
	while (out.length < GROUP * GROUPS) {
		for (const b of random(32)) {
			if (b < top && out.length < GROUP * GROUPS) out.push(SIGNS.charAt(b % SIGNS.length));
		}
	}
	return out.join('').replace(/(.{5})(?=.)/g, '$1-');
}

function randomBytes(n: number): Uint8Array {
	return crypto.getRandomValues(new Uint8Array(n));
}
