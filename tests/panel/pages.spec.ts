import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from '@playwright/test';
import { api, expect, go, type Look, net, run, seed, settled, test, url } from './panel';
import { allLive, publishing, restore, setMode } from './publishing';

// Every page in both languages, both themes and two widths: axe finds
// nothing. Each page is gone to as a link inside the panel goes there, once a
// language; width and theme change on the spot. Pictures are kept where they
// are asked for:
//   POSTROOM_PICTURES=1 scripts/lib/panel-tests pages

const pictures = !!process.env.POSTROOM_PICTURES;
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const domain = `pages-${run}.example`;
const out = 'output';
const WIDTHS = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const pickFirst = async (p: Page) => {
	await p.locator('tbody input[type=checkbox]').first().check();
};
const bulk = async (p: Page, act: RegExp) => {
	await pickFirst(p);
	await p.getByRole('button', { name: act }).first().click();
};

type Stop = { name: string; path: string; act?: (page: Page) => Promise<void> };
const stops: Stop[] = [];

/** An import of mailboxes that was checked: its id. */
async function imported(page: Page, csv: string): Promise<number> {
	const made = await api<{ id: number }>(page, 'POST', '/imports', { noun: 'mailbox', file_name: 'users.csv' });
	await page.evaluate(
		([id, text]) =>
			fetch(`/api/v1/imports/${id}/pieces/1`, {
				method: 'PUT',
				headers: { 'X-Postroom': '1', 'Content-Type': 'application/octet-stream' },
				body: text as string,
			}),
		[made.id, csv] as const,
	);
	await api(page, 'POST', `/imports/${made.id}/check`, { mode: 'add_or_update' });
	await expect
		.poll(async () => (await api<{ state: string }>(page, 'GET', `/imports/${made.id}`)).state)
		.toBe('ready');
	return made.id;
}

test.beforeAll(async ({ signedIn }) => {
	const page = await signedIn.newPage();
	await page.goto(`${url}/`);
	await settled(page);
	const id = await seed(page, domain, ['taro', 'hanako', 'jiro', 'yuki', 'kenji', 'sakura', 'postmaster']);
	await api(page, 'PATCH', `/domains/${id}`, { description: '本社 / Head office', max_mailboxes: 50 }, (await api(page, 'GET', `/domains/${id}`)).version);
	await api(page, 'POST', '/domains', { name: `日本語${run}.jp` }).catch(() => null);
	const list = await api<{ items: { id: number; address: string; version: number }[] }>(page, 'GET', `/mailboxes?domain_id=${id}`);
	const box = (local: string) => list.items.find((m) => m.address.startsWith(`${local}@`)) as { id: number; version: number };
	const taro = box('taro');
	await api(page, 'PATCH', `/mailboxes/${taro.id}`, { name: '山田 太郎', quota_bytes: 5 * 1024 ** 3 }, taro.version);
	await api(page, 'PATCH', `/mailboxes/${box('yuki').id}`, { state: 'closed', name: '高橋 由紀' }, box('yuki').version);
	await api(page, 'PATCH', `/mailboxes/${box('kenji').id}`, { state: 'nologin' }, box('kenji').version);
	const sales = await api(page, 'POST', '/aliases', {
		address: `sales@${domain}`,
		targets: [`taro@${domain}`, `hanako@${domain}`, 'partner@elsewhere.example'],
		description: '営業チーム',
	});
	await api(page, 'POST', '/aliases', { address: `@${domain}`, targets: [`taro@${domain}`] });
	const soon = new Date(Date.now() + 3 * 86_400_000).toISOString();
	await api(page, 'POST', '/whitelist', { network: `${net}.192/26`, note: 'Printers / 複合機', owner: 'IT' });
	const w = await api(page, 'POST', '/whitelist', { network: `${net}.193`, note: 'Monitoring', expires_at: soon });
	const jobs = await api<{ items: { id: number }[] }>(page, 'GET', '/jobs');
	const changes = await api<{ items: { serial: number }[] }>(page, 'GET', `/revisions?noun=mailbox&noun_id=${taro.id}`);
	const file = await imported(page, `address,name\ntaro@${domain},山田太郎\nnew@${domain},New\ntwo@at@${domain},\n`);
	await allLive(page);
	const now = await publishing(page);
	const node = now.nodes[0]?.id;
	const before = now.head_serial - 3;
	const aide = (
		await api<{ admin: { id: number } }>(page, 'POST', '/admins', {
			login: `pages-${run}`,
			name: '佐藤 花子',
			domain_ids: [id],
			rights: ['mailboxes', 'passwords'],
		})
	).admin.id;
	await api(page, 'POST', '/tokens', { name: 'backup', scopes: ['mailbox.read'] });
	const asked = (
		await api(page, 'POST', '/relay-requests', {
			network: `${net}.77`,
			reason: 'our scanner sends by itself',
			domain_ids: [id],
		})
	).id;

	stops.push(
		{ name: 'home', path: '/' },
		{ name: 'domains', path: '/domains' },
		{ name: 'domain-add', path: '/domains/new' },
		{ name: 'domain', path: `/domains/${id}` },
		{ name: 'domain-mailboxes', path: `/domains/${id}/mailboxes` },
		{ name: 'domain-settings', path: `/domains/${id}/settings` },
		{
			name: 'domain-history',
			path: `/domains/${id}/history`,
			act: (p) => p.locator('summary').first().click(),
		},
		{ name: 'mailboxes', path: `/mailboxes?q=${domain}` },
		{ name: 'mailbox-add', path: '/mailboxes/new' },
		{ name: 'mailbox', path: `/mailboxes/${taro.id}` },
		{ name: 'mailbox-aliases', path: `/mailboxes/${taro.id}?view=aliases` },
		{ name: 'mailbox-password', path: `/mailboxes/${taro.id}?do=password` },
		{ name: 'mailboxes-none', path: '/mailboxes?q=nobody-at-all' },
		{ name: 'aliases', path: `/aliases?q=${domain}` },
		{ name: 'alias', path: `/aliases/${sales.id}` },
		{ name: 'alias-add', path: '/aliases/new' },
		{ name: 'whitelist', path: '/whitelist' },
		{ name: 'whitelist-entry', path: `/whitelist/${w.id}` },
		// A dialog goes with its page: no two of one list stand side by side.
		{ name: 'mailboxes-picked', path: `/mailboxes?q=${domain}&limit=100`, act: pickFirst },
		{ name: 'domains-limits', path: '/domains?limit=100', act: (p) => bulk(p, /^(Limits|上限)$/) },
		{ name: 'aliases-picked', path: `/aliases?q=${domain}&limit=100`, act: pickFirst },
		{ name: 'domains-delete', path: '/domains?limit=200', act: (p) => bulk(p, /^(Delete|削除)$/) },
		{ name: 'mailboxes-to-alias', path: `/mailboxes?q=${domain}&limit=200`, act: (p) => bulk(p, /^(Add to alias|エイリアスに追加)$/) },
		{ name: 'whitelist-export', path: '/whitelist?limit=200', act: (p) => p.getByRole('button', { name: /^(Export|エクスポート)$/ }).click() },
		{ name: 'mailbox-lock', path: `/mailboxes/${taro.id}?do=lock` },
		{ name: 'audit', path: `/changes?q=taro&action=mailbox.update` },
		{ name: 'changes', path: '/changes' },
		{ name: 'change', path: `/changes/${changes.items[0]?.serial ?? 1}` },
		{ name: 'jobs', path: '/jobs' },
		...(jobs.items[0] ? [{ name: 'job', path: `/jobs/${jobs.items[0].id}` }] : []),
		{ name: 'import', path: '/import' },
		{
			name: 'import-checked',
			path: `/import/${file}`,
			act: (p) => expect(p.locator('[data-summary]')).toBeVisible(),
		},
		{
			name: 'import-read',
			path: `/import/${file}`,
			act: (p) => p.getByRole('main').getByRole('button', { name: /Change how|読み方/ }).click(),
		},
		{ name: 'publish', path: '/publish' },
		{
			name: 'publish-mode',
			path: '/publish?map=aliases',
			act: (p) => p.locator('[data-mode] button').click(),
		},
		{ name: 'versions', path: '/publish/versions' },
		{ name: 'roll-back', path: `/publish/versions/${before}` },
		{
			name: 'explain',
			path: `/explain?recipient=sales@${domain}`,
			act: (p) => expect(p.locator('[data-side=live] [data-outcome]')).toBeVisible(),
		},
		{
			name: 'settings',
			path: '/explain/settings',
			act: (p) => expect(p.getByRole('table').first()).toBeVisible(),
		},
		{ name: 'admins', path: '/admins' },
		{ name: 'admin-add', path: '/admins/new' },
		{ name: 'domain-admins', path: `/domains/${id}/admins` },
		{ name: 'admin', path: `/admins/${aide}` },
		{ name: 'tokens', path: '/tokens' },
		{ name: 'token-add', path: '/tokens/new' },
		{ name: 'relay-requests', path: '/relay-requests' },
		{ name: 'relay-request', path: `/relay-requests/${asked}` },
		{ name: 'system', path: '/system' },
		{ name: 'node-add', path: '/system/new' },
		{ name: 'node', path: `/system/${node}` },
		{
			name: 'node-queue',
			path: `/system/${node}/queue`,
			act: (p) => expect(p.locator('[data-outage]')).toBeVisible(),
		},
		{
			name: 'node-drift',
			path: `/system/${node}/drift`,
			act: (p) => p.getByRole('main').getByRole('button').last().click(),
		},
		{ name: 'not-found', path: '/nowhere' },
		{
			name: 'palette',
			path: '/',
			act: async (p: Page) => {
				await p.keyboard.press('Control+k');
				await p.getByRole('combobox').fill('taro');
				await expect(p.getByRole('option').first()).toContainText('taro');
			},
		},
	);
	// Something waits for its review while all pages are looked at.
	await setMode(page, 'reviewed');
	await api(page, 'PATCH', `/aliases/${sales.id}`, { targets: [`hanako@${domain}`] }, sales.version);
	await page.close();
});

test.afterAll(async ({ signedIn }) => restore(signedIn));

/** Axe on what is on the screen now, in both widths and both themes. */
async function look(page: Page, name: string): Promise<string[]> {
	const found: string[] = [];
	for (const [size, viewport] of Object.entries(WIDTHS)) {
		await page.setViewportSize(viewport);
		// What a bar that stays in view lies over is not judged by it.
		await page.evaluate(() => scrollTo(0, 0));
		for (const theme of ['light', 'dark'] as const) {
			await page.evaluate((t) => {
				document.documentElement.dataset.theme = t;
				// Colours on their way are not what is looked at.
				for (const a of document.getAnimations()) if (a instanceof CSSTransition) a.finish();
				return new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
			}, theme);
			const here = `${name}-${size}-${theme}`;
			if (pictures) await page.screenshot({ path: `${out}/${here}.png`, animations: 'disabled' });
			// The other theme changes colours and nothing else.
			const rules = theme === 'light' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] };
			const { violations } = await page.evaluate(
				(o) => (window as unknown as { axe: { run(o: object): Promise<AxeResults> } }).axe.run(o),
				{ resultTypes: ['violations'], ...rules },
			);
			for (const v of violations)
				found.push(`${here}: ${v.id} ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
		}
	}
	return found;
}

for (const lang of ['en', 'ja'] as const) {
	test.describe(lang, () => {
		const wanted: Look = { lang, theme: 'light' };
		test.use({ look: wanted });
		test(`every page in ${lang} is without a finding`, async ({ page, faults }) => {
			test.setTimeout(600_000);
			faults.expect(404);
			if (pictures) mkdirSync(out, { recursive: true });
			await page.emulateMedia({ reducedMotion: 'reduce' });
			await page.addInitScript({ path: axe });
			await page.reload();
			await settled(page);
			const found: string[] = [];
			for (const stop of stops) {
				await page.setViewportSize(WIDTHS.wide);
				await go(page, stop.path);
				await stop.act?.(page);
				await settled(page);
				found.push(...(await look(page, `${stop.name}-${lang}`)));
			}
			expect(found).toEqual([]);
		});
	});
}

test('the pages before the sign-in are without a finding', async ({ signedIn }) => {
	const context = await signedIn.browser()?.newContext({ locale: 'en-GB' });
	if (!context) throw new Error('no browser');
	const page = await context.newPage();
	await page.addInitScript({ path: axe });
	const found: string[] = [];
	for (const lang of ['en', 'ja'] as const) {
		for (const [name, path] of [['sign-in', '/'], ['first-use', '/#/first-use?token=none']] as const) {
			await page.goto(`${url}${path}`);
			await page.evaluate((l) => localStorage.setItem('postroom.lang', l), lang);
			await page.reload();
			await expect(page.locator('h1')).toBeVisible();
			found.push(...(await look(page, `${name}-${lang}`)));
		}
	}
	expect(found).toEqual([]);
	await page.evaluate(() => localStorage.setItem('postroom.lang', 'en'));
	await page.goto(`${url}/`);
	await page.reload();
	await page.locator('input[name=login]').fill('nobody');
	await page.locator('input[name=password]').fill('not the password');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('alert')).toContainText('The name or the password is wrong.');
	await context.close();
});

test('the picture of the README', async ({ page }) => {
	await page.setViewportSize({ width: 1280, height: 760 });
	const list = await api<{ items: { id: number }[] }>(page, 'GET', `/domains?q=${domain}`);
	await go(page, `/domains/${list.items[0]?.id}/mailboxes`);
	await expect(page.getByRole('row', { name: `taro@${domain}` })).toContainText('山田 太郎');
	const path = pictures ? '../../docs/screenshots/mailboxes.png' : `${out}/mailboxes.png`;
	await page.screenshot({ path });
});
