import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type Locator, type Page, chromium, expect, test as base } from '@playwright/test';

const env = process.env;
export const url = env.POSTROOM_TEST_URL ?? env.POSTROOM_URL ?? 'http://localhost:8080';
export const link = env.POSTROOM_TEST_LINK;
export const login = env.POSTROOM_ADMIN ?? 'admin';
export const password = env.POSTROOM_PASSWORD ?? 'correct horse battery';
export const ports: Record<string, number> = JSON.parse(env.POSTROOM_TEST_PORTS ?? '{}');

/** A name that no other run used. */
const at = Date.now();
export const run = at.toString(36);

/** A network of this run's own, up to its last number. */
export const net = `10.${(at >> 8) & 255}.${at & 255}`;

export type Look = { lang: 'en' | 'ja'; theme: 'light' | 'dark' };

declare global {
	interface Window {
		clicks: number;
		/** Requests of the page that are on their way. */
		flying: number;
		look?: Look;
		violated(what: string): void;
	}
}

type Faults = {
	/** Statuses that this test provokes; any other failed request is a fault. */
	expect(...statuses: number[]): void;
};

type Fixtures = { page: Page; faults: Faults; look: Look };
type Shared = { signedIn: BrowserContext };

// The link works once, and each failure starts a new worker.
const entered = join(env.POSTROOM_TEST_STATE ?? tmpdir(), 'panel-entered');

/** Sets the first password by the link, or signs in. */
export async function enter(page: Page): Promise<void> {
	if (link && !existsSync(entered)) {
		await page.goto(link);
		const field = page.locator('input[name=password]');
		await field.fill('short');
		await page.getByRole('button', { name: /Set the password/ }).click();
		await expect(field).toHaveAttribute('aria-invalid', 'true');
		await field.fill(password);
		const used = page.waitForResponse((r) => r.request().method() === 'POST' && r.ok());
		await page.getByRole('button', { name: /Set the password/ }).click();
		await used;
		writeFileSync(entered, '');
	} else {
		await page.goto(`${url}/`);
		await page.locator('input[name=login]').fill(login);
		await page.locator('input[name=password]').fill(password);
		await page.keyboard.press('Enter');
	}
	await expect(page.getByRole('navigation', { name: /Main menu|メインメニュー/ })).toBeVisible();
}

/** Faults of a page: policy violations, console errors, thrown errors. */
export async function watch(page: Page, faults: string[], allowed: Set<number>): Promise<void> {
	await page.exposeFunction('violated', (what: string) => faults.push(`policy: ${what}`));
	page.on('pageerror', (e) => faults.push(`thrown: ${e.message}`));
	page.on('console', (m) => {
		if (m.type() !== 'error') return;
		const status = Number(/status of (\d+)/.exec(m.text())?.[1] ?? 0);
		const where = m.location().url;
		if (status === 401 && where.endsWith('/api/v1/session')) return;
		if (status && allowed.has(status)) return;
		if (/ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(m.text()) && allowed.has(0)) return;
		faults.push(`console: ${m.text()} ${where}`);
	});
	await page.addInitScript(() => {
		window.clicks = 0;
		window.flying = 0;
		const send = window.fetch;
		window.fetch = async (...request) => {
			window.flying += 1;
			try {
				const reply = await send(...request);
				await reply.clone().arrayBuffer();
				return reply;
			} finally {
				// What it brought is on the page a moment later.
				setTimeout(() => {
					window.flying -= 1;
				});
			}
		};
		// A message goes after six seconds of its own, however slow this
		// machine is; here it waits until it was read.
		const later = window.setTimeout;
		window.setTimeout = ((run: TimerHandler, ms?: number, ...rest: unknown[]) =>
			later(run, ms === 6000 ? 90_000 : ms, ...rest)) as typeof window.setTimeout;
		addEventListener(
			'click',
			(e) => {
				// A press of Enter or Space clicks too, without a pointer.
				if (e.isTrusted && e.detail > 0) window.clicks += 1;
			},
			true,
		);
		addEventListener('securitypolicyviolation', (e) => {
			window.violated(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`);
		});
	});
}

export const test = base.extend<Fixtures, Shared>({
	signedIn: [
		// biome-ignore lint/correctness/noEmptyPattern: the runner asks for a pattern
		async ({}, use) => {
			const browser = await chromium.launch({
				executablePath: env.CHROMIUM ?? '/usr/bin/chromium',
				args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
			});
			const context = await browser.newContext({
				locale: 'en-GB',
				timezoneId: 'Asia/Tokyo',
				viewport: { width: 1280, height: 800 },
			});
			const faults: string[] = [];
			const page = await context.newPage();
			await watch(page, faults, new Set([401, 422]));
			await enter(page);
			expect(faults).toEqual([]);
			await page.close();
			await use(context);
			await browser.close();
		},
		{ scope: 'worker' },
	],
	look: [{ lang: 'en', theme: 'light' }, { option: true }],
	faults: async ({ signedIn: _ }, use) => {
		const allowed = new Set<number>();
		const seen: string[] = [];
		const handle = { expect: (...s: number[]) => s.forEach((x) => allowed.add(x)), allowed, seen };
		await use(handle);
		expect(seen, 'faults of the page').toEqual([]);
	},
	page: async ({ signedIn, faults, look }, use, info) => {
		const page = await signedIn.newPage();
		const f = faults as Faults & { allowed: Set<number>; seen: string[] };
		await watch(page, f.seen, f.allowed);
		await page.addInitScript((l) => {
			localStorage.setItem('postroom.lang', l.lang);
			localStorage.setItem('postroom.theme', l.theme);
		}, look);
		await page.goto(`${url}/`);
		await settled(page);
		await use(page);
		if (info.status !== info.expectedStatus)
			await page.screenshot({ path: info.outputPath('failed.png') }).catch(() => undefined);
		await page.close();
	},
});

export { expect };

/** Go to a page of the panel as a link inside of it does. */
export async function go(page: Page, path: string): Promise<void> {
	await page.evaluate(async (p) => {
		if (location.hash === `#${p}`) return;
		const gone = new Promise((done) => addEventListener('hashchange', done, { once: true }));
		location.hash = `#${p}`;
		await gone;
	}, path);
	await settled(page);
}

/** Nothing of the page is on its way any more: no part of it, no request. */
export async function settled(page: Page): Promise<void> {
	await expect(page.locator('h1')).toBeVisible();
	await page.waitForFunction(
		() =>
			new Promise<boolean>((answer) => {
				const still = () =>
					window.flying === 0 &&
					document.querySelector('h1') !== null &&
					document.querySelector('[aria-busy="true"]') === null;
				// What came last is painted, and asked for nothing more.
				const look = () => answer(still());
				if (still()) requestAnimationFrame(() => setTimeout(look));
				else answer(false);
			}),
	);
}

/** How many presses of the mouse the work takes. */
export async function clicks(page: Page, work: () => Promise<void>): Promise<number> {
	await page.evaluate(() => {
		window.clicks = 0;
	});
	await work();
	return page.evaluate(() => window.clicks);
}

/** The API, as the page itself calls it. */
export async function api<R = { id: number; version: number; changed_serial: number }>(
	page: Page,
	method: string,
	path: string,
	body?: unknown,
	version?: number,
): Promise<R> {
	const reply = await page.evaluate(
		async ([m, p, b, v]) => {
			const res = await fetch(`/api/v1${p}`, {
				method: m as string,
				headers: {
					'X-Postroom': '1',
					...(b ? { 'Content-Type': 'application/json' } : {}),
					...(v ? { 'If-Match': `"${v}"` } : {}),
				},
				...(b ? { body: JSON.stringify(b) } : {}),
			});
			return { ok: res.ok, status: res.status, body: await res.text() };
		},
		[method, path, body ?? null, version ?? null],
	);
	if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${reply.body}`);
	return (reply.body ? JSON.parse(reply.body) : null) as R;
}

/** A domain of this test's own, with mailboxes. */
export async function seed(page: Page, name: string, boxes: string[] = []): Promise<number> {
	const d = await api(page, 'POST', '/domains', { name });
	for (const local of boxes) await api(page, 'POST', '/mailboxes', { address: `${local}@${name}` });
	return d.id;
}

/** The domain and its mailboxes; what is there already stays as it is. */
export async function ensure(page: Page, name: string, boxes: string[] = []): Promise<number> {
	type Items<T> = { items: T[] };
	const domains = await api<Items<{ id: number; name: string }>>(page, 'GET', `/domains?q=${name}`);
	const id =
		domains.items.find((d) => d.name === name)?.id ??
		(await api(page, 'POST', '/domains', { name })).id;
	const there = await api<Items<{ address: string }>>(page, 'GET', `/mailboxes?domain_id=${id}`);
	for (const local of boxes) {
		const address = `${local}@${name}`;
		if (!there.items.some((m) => m.address === address))
			await api(page, 'POST', '/mailboxes', { address });
	}
	return id;
}

export const toast = (page: Page, text: string | RegExp): Locator =>
	page.getByRole('alertdialog').filter({ hasText: text });

/** Types into the field that a form put the focus on. */
export async function type(page: Page, text: string): Promise<void> {
	await expect(page.getByRole('dialog').locator('input:focus')).toHaveCount(1);
	await page.keyboard.type(text);
}
