import type { BrowserContext, Page } from '@playwright/test';
import { api, expect, url } from './panel';

// What the tests of publishing share. They change how the whole instance
// publishes, so each file puts that back when it ends.

type Publishing = {
	head_serial: number;
	live_serial: number;
	mode: 'automatic' | 'reviewed';
	pending: { revisions: number };
	nodes: { id: number; name: string; hold_serial: number | null; pending: number }[];
};

type Waiting = { domain: string; kind: string; last_serial: number };

export const publishing = (page: Page) => api<Publishing>(page, 'GET', '/publishing');

export const setMode = (page: Page, mode: Publishing['mode']) =>
	api(page, 'PUT', '/publishing/mode', { mode, note: '' });

/** Everything that is saved is live, and nothing holds. */
export async function allLive(page: Page): Promise<void> {
	await expect
		.poll(async () => {
			const p = await publishing(page);
			return (
				p.live_serial >= p.head_serial &&
				p.pending.revisions === 0 &&
				p.nodes.every((n) => n.hold_serial === null && n.pending === 0)
			);
		})
		.toBe(true);
}

/** As a fresh instance publishes: by itself, from what is saved. */
export async function restore(context: BrowserContext): Promise<void> {
	const page = await context.newPage();
	await page.goto(`${url}/`);
	const p = await publishing(page);
	if (p.nodes.some((n) => n.hold_serial !== null)) await api(page, 'POST', '/publishing/resume', {});
	if (p.mode === 'reviewed') await setMode(page, 'automatic');
	const { items } = await api<{ items: Waiting[] }>(page, 'GET', '/publishing/pending');
	for (const w of items.filter((x) => x.kind === 'guard')) {
		const { domain, last_serial: serial } = w;
		await api(page, 'POST', '/publishing/confirm', { domain, serial, note: 'end of the tests' });
	}
	await allLive(page);
	await page.close();
}

/** Many requests, a few at a time. */
export async function each<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
	const rest = [...items];
	const worker = async () => {
		for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
	};
	await Promise.all(Array.from({ length: 4 }, worker));
}

