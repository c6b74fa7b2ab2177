import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { api, clicks, ensure, expect, go, net, run, settled, test, toast } from './panel';

const domain = `many-${run}.example`;
const people = ['aoi', 'ren', 'mei', 'sora'];

test.beforeEach(async ({ page }) => {
	await ensure(page, domain, people);
});

const pick = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}` }).check();
const done = (page: Page, kind: string) =>
	expect(toast(page, `Done: ${kind}`).first()).toBeVisible({ timeout: 30_000 });

test('four presses change the quota of all that match', async ({ page }) => {
	await go(page, `/mailboxes?q=${domain}`);
	const n = await clicks(page, async () => {
		await page.getByRole('button', { name: `Select all ${people.length} matching` }).click();
		// The table's header has a button of the same name.
		await expect(page.getByText(`${people.length} selected`)).toBeVisible();
		await page.getByRole('button', { name: 'Quota', exact: true }).first().click();
		await expect(page.getByRole('heading', { name: `Quota of ${people.length} mailboxes` })).toBeVisible();
		await page.getByLabel('Quota', { exact: true }).fill('4');
		await page.getByRole('button', { name: 'Apply' }).click();
		await expect(toast(page, `Working on ${people.length} mailboxes`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(3);
	await done(page, 'Change mailboxes');
	await expect(page.getByRole('cell', { name: '4 GB' })).toHaveCount(people.length);
});

test('some are deleted, out of their aliases too, and brought back', async ({ page }) => {
	await api(page, 'POST', '/aliases', {
		address: `team@${domain}`,
		targets: [`aoi@${domain}`, `ren@${domain}`, 'x@elsewhere.example'],
	});
	await go(page, `/mailboxes?q=${domain}`);
	await pick(page, `aoi@${domain}`);
	await pick(page, `ren@${domain}`);
	await page.getByRole('button', { name: 'Delete' }).first().click();
	const dialog = page.getByRole('alertdialog', { name: 'Delete 2 mailboxes?' });
	await dialog.getByRole('checkbox', { name: /Take them out of the aliases/ }).check();
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await done(page, 'Change mailboxes');
	await go(page, `/aliases?q=team@${domain}`);
	await expect(page.getByRole('row', { name: `team@${domain}` })).not.toContainText(`aoi@${domain}`);
	await go(page, `/mailboxes?q=${domain}&state=deleted`);
	await page.getByRole('button', { name: 'Select all 2 matching' }).click();
	await page.getByRole('button', { name: 'Restore', exact: true }).first().click();
	await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
	await done(page, 'Change mailboxes');
	await go(page, `/mailboxes?q=aoi@${domain}`);
	await expect(page.getByRole('row', { name: `aoi@${domain}` })).toContainText('Active');
});

test('mailboxes become targets of an alias', async ({ page }) => {
	await api(page, 'POST', '/aliases', { address: `all@${domain}`, targets: ['x@elsewhere.example'] });
	await go(page, `/mailboxes?q=${domain}`);
	await pick(page, `mei@${domain}`);
	await pick(page, `sora@${domain}`);
	await page.getByRole('button', { name: 'Add to alias' }).click();
	const dialog = page.getByRole('dialog', { name: 'Add 2 mailboxes to an alias' });
	await dialog.getByRole('button', { name: 'Apply' }).click();
	await expect(dialog.getByText('Please fill this in.')).toBeVisible();
	await dialog.getByLabel('Alias').fill(`all@${domain}`);
	await dialog.getByRole('button', { name: 'Apply' }).click();
	await done(page, 'Change mailboxes');
	await go(page, `/aliases?q=all@${domain}`);
	await expect(page.getByRole('row', { name: `all@${domain}` })).toContainText(`mei@${domain}`);
});

test('limits of domains, and their end when the number is typed', async ({ page }) => {
	for (const n of [1, 2]) await api(page, 'POST', '/domains', { name: `end${n}-${run}.example` });
	await go(page, `/domains?q=-${run}.example`);
	await pick(page, `end1-${run}.example`);
	await pick(page, `end2-${run}.example`);
	await page.getByRole('button', { name: 'Limits' }).click();
	await page.getByRole('dialog').getByLabel(/mailboxes/i).first().fill('77');
	await page.getByRole('button', { name: 'Apply' }).click();
	await done(page, 'Change domains');
	await expect(page.getByRole('row', { name: `end1-${run}.example` })).toContainText('/ 77');
	await pick(page, `end1-${run}.example`);
	await pick(page, `end2-${run}.example`);
	await page.getByRole('button', { name: 'Delete' }).click();
	const dialog = page.getByRole('alertdialog', { name: 'Delete 2 domains?' });
	await dialog.getByRole('textbox').fill('3');
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await expect(dialog.getByText(/This is not the number/)).toBeVisible();
	await dialog.getByRole('textbox').fill('２');
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByRole('row', { name: `end1-${run}.example` })).toHaveCount(0, { timeout: 30_000 });
});

test('networks get an expiry and are closed together', async ({ page }) => {
	for (const n of [5, 6])
		await api(page, 'POST', '/whitelist', { network: `${net}.${n}`, owner: `Many ${run}` });
	await go(page, `/whitelist?q=Many ${run}`);
	await page.getByRole('button', { name: 'Select all 2 matching' }).click();
	await expect(page.getByText('2 selected')).toBeVisible();
	await page.getByRole('button', { name: 'Expires' }).first().click();
	await page.getByLabel('In a week').check();
	await page.getByRole('button', { name: 'Apply' }).click();
	await done(page, 'Change the whitelist');
	await expect(page.getByRole('cell', { name: 'Never' })).toHaveCount(0);
	await page.getByRole('button', { name: 'Select all 2 matching' }).click();
	await expect(page.getByText('2 selected')).toBeVisible();
	await page.getByRole('button', { name: 'State' }).first().click();
	await page.getByRole('button', { name: 'Apply' }).click();
	await expect(page.getByRole('row', { name: `${net}.5` })).toContainText('Disabled', { timeout: 30_000 });
});

test('the count that moved is refused, and nothing happens', async ({ page, faults }) => {
	faults.expect(409);
	await go(page, `/mailboxes?q=${domain}`);
	await page.getByRole('button', { name: `Select all ${people.length} matching` }).click();
	await expect(page.getByText(`${people.length} selected`)).toBeVisible();
	await api(page, 'POST', '/mailboxes', { address: `late@${domain}` });
	await page.getByRole('button', { name: 'State' }).first().click();
	await page.getByRole('button', { name: 'Apply' }).click();
	await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
	const late = await api<{ items: { id: number; version: number; state: string }[] }>(page, 'GET', `/mailboxes?q=late@${domain}`);
	expect(late.items[0]?.state).toBe('active');
	await api(page, 'DELETE', `/mailboxes/${late.items[0]?.id}`, undefined, late.items[0]?.version);
});

test('a list is a file with its filter, in each encoding', async ({ page, faults }) => {
	faults.expect(422);
	await go(page, `/mailboxes?q=${domain}&sort=-address`);
	const take = async (item: string) => {
		const file = page.waitForEvent('download');
		await page.getByRole('button', { name: 'Export' }).click();
		await page.getByRole('menuitem', { name: item, exact: true }).click();
		const got = await file;
		expect(got.suggestedFilename()).toMatch(/^mailboxes-\d{4}-\d\d-\d\d\.csv$/);
		return readFileSync(await got.path());
	};
	const plain = (await take('CSV')).toString();
	expect(plain.split('\r\n')[0]).toBe('address,name,quota,active');
	expect(plain.split('\r\n')[1]).toContain(`sora@${domain}`);
	expect(plain.trim().split('\r\n')).toHaveLength(people.length + 1);
	expect([...(await take('CSV for Excel')).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
	await page.getByRole('button', { name: 'Export' }).click();
	await page.getByRole('menuitem', { name: 'CSV with password hashes' }).click();
	const hashed = page.waitForEvent('download');
	await page.getByRole('alertdialog').getByRole('button', { name: 'Export' }).click();
	expect(readFileSync(await (await hashed).path()).toString()).toContain('active,password');
	const odd = await api<{ items: { id: number; version: number }[] }>(page, 'GET', `/mailboxes?q=mei@${domain}`);
	await api(page, 'PATCH', `/mailboxes/${odd.items[0]?.id}`, { name: 'Mei 🎉' }, odd.items[0]?.version);
	await page.getByRole('button', { name: 'Export' }).click();
	await page.getByRole('menuitem', { name: 'CSV in Shift_JIS' }).click();
	await expect(page.getByRole('dialog', { name: 'The list was not exported' })).toContainText('Mei');
	await page.keyboard.press('Escape');
	await settled(page);
});

test('the system is a page of its own, with the settings as they are', async ({ page }) => {
	await go(page, '/system');
	const file = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Document' }).click();
	await page.getByRole('menuitem', { name: 'In Japanese' }).click();
	const got = await file;
	expect(got.suggestedFilename()).toMatch(/^mail-system-\d{4}-\d\d-\d\d\.html$/);
	const text = readFileSync(await got.path()).toString();
	expect(text).toContain('<html lang="ja">');
	expect(text).toContain(domain);
	// The real Postfix of this host told them, with the file that sets it.
	expect(text).toMatch(/virtual_mailbox_domains<\/td><td>lmdb:[^<]*<\/td><td>[^<]*main\.cf:\d+/);
	const show = await page.context().newPage();
	await show.setContent(text);
	await expect(show.getByRole('heading', { name: 'メールサーバー' })).toBeVisible();
	if (process.env.POSTROOM_PICTURES) await show.screenshot({ path: 'output/document-ja.png' });
	await show.close();
});
