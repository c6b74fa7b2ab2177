import type { Lang } from '../i18n';

export const MB = 1024 ** 2;
export const GB = 1024 ** 3;
const locale = (lang: Lang) => (lang === 'ja' ? 'ja-JP' : 'en-GB');

export function formatNumber(n: number, lang: Lang): string {
	return new Intl.NumberFormat(locale(lang)).format(n);
}

/** 1.5 GB; at most one decimal, in the unit that reads best. */
export function formatBytes(n: number, lang: Lang): string {
	const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
	let i = 0;
	let v = n;
	while (v >= 1024 && i < units.length - 1) {
		v /= 1024;
		i++;
	}
	const f = new Intl.NumberFormat(locale(lang), { maximumFractionDigits: v < 100 ? 1 : 0 });
	return `${f.format(v)} ${units[i]}`;
}

/** 2026/11/21 20:05 JST in Japanese, 21 Nov 2026, 20:05 GMT in English. */
export function formatTime(iso: string, lang: Lang, seconds = false): string {
	const f = new Intl.DateTimeFormat(locale(lang), {
		year: 'numeric',
		month: lang === 'ja' ? '2-digit' : 'short',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
		...(seconds ? { second: '2-digit' } : {}),
		timeZoneName: 'short',
	});
	return f.format(new Date(iso));
}

export function formatClock(iso: string, lang: Lang): string {
	return new Intl.DateTimeFormat(locale(lang), {
		hour: '2-digit',
		minute: '2-digit',
		second: '2-digit',
	}).format(new Date(iso));
}

/** The clock alone for something of today. */
export function formatMoment(iso: string, lang: Lang, now = new Date()): string {
	const d = new Date(iso);
	return d.toDateString() === now.toDateString()
		? formatClock(iso, lang)
		: formatTime(iso, lang, true);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
	['year', 31_536_000],
	['month', 2_592_000],
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
];

export function formatRelative(iso: string, lang: Lang, now = Date.now()): string {
	const s = Math.round((Date.parse(iso) - now) / 1000);
	const f = new Intl.RelativeTimeFormat(locale(lang), { numeric: 'auto' });
	for (const [unit, size] of STEPS) {
		if (Math.abs(s) >= size) return f.format(Math.trunc(s / size), unit);
	}
	return f.format(0, 'second');
}

/** Totals above what was counted read as 10,000+. */
export function formatTotal(t: { value: number; exact: boolean }, lang: Lang): string {
	return formatNumber(t.value, lang) + (t.exact ? '' : '+');
}

export type Unit = 'MB' | 'GB';

export function splitBytes(n: number): { value: string; unit: Unit } {
	if (n > 0 && n % GB !== 0 && n < 10 * GB) return { value: trim(n / MB), unit: 'MB' };
	return { value: trim(n / GB), unit: 'GB' };
}

function trim(n: number): string {
	return String(Math.round(n * 1000) / 1000);
}

/** Bytes of a typed number, or null where it is none. */
export function joinBytes(value: string, unit: Unit): number | null {
	if (!/^\d+(\.\d+)?$/.test(value)) return null;
	const n = Math.round(Number(value) * (unit === 'GB' ? GB : MB));
	return Number.isSafeInteger(n) ? n : null;
}
