import { without } from './outage';
import { api, clicks, ensure, expect, go, run, settled, test, toast } from './panel';

const domain = `boxes-${run}.example`;
const people = ['akiko', 'daisuke', 'emi', 'fumiko', 'goro', 'hiroshi'];

test.beforeEach(async ({ page }) => {
	await ensure(page, domain, people);
});

test('a mailbox is found with no press of the mouse', async ({ page }) => {
	const n = await clicks(page, async () => {
		await page.keyboard.press('Control+k');
		await expect(page.getByRole('combobox', { name: 'Search' })).toBeFocused();
		await page.keyboard.type(`emi@${domain}`);
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: `emi@${domain}` })).toBeVisible();
	});
	expect(n).toBe(0);
	expect(page.url()).toMatch(/#\/mailboxes\/\d+$/);
	await page.goBack();
	await expect(page.getByRole('heading', { name: `emi@${domain}` })).toHaveCount(0);
});

for (const [noun, path] of [
	['alias', 'aliases'],
	['domain', 'domains'],
] as const) {
	test(`${noun === 'alias' ? 'an' : 'a'} ${noun} is found with no press of the mouse`, async ({ page }) => {
		const name = noun === 'alias' ? `found@${domain}` : domain;
		if (noun === 'alias')
			await api(page, 'POST', '/aliases', { address: name, targets: [`emi@${domain}`] });
		const n = await clicks(page, async () => {
			await page.keyboard.press('Control+k');
			await expect(page.getByRole('combobox', { name: 'Search' })).toBeFocused();
			await page.keyboard.type(name);
			await expect(page.getByRole('option', { name }).first()).toBeVisible();
			await page.keyboard.press('Enter');
			await expect(page.getByRole('heading', { name }).first()).toBeVisible();
		});
		expect(n).toBe(0);
		expect(page.url()).toMatch(new RegExp(`#/${path}/\\d+`));
	});
}

test('a password is reset in three presses', async ({ page }) => {
	await go(page, `/mailboxes?q=akiko@${domain}`);
	const n = await clicks(page, async () => {
		await page.getByRole('button', { name: `Actions for akiko@${domain}` }).click();
		await page.getByRole('menuitem', { name: 'Reset password' }).click();
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(toast(page, `New password set for akiko@${domain}`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(3);
});

test('a mailbox is disabled, and that is undone', async ({ page }) => {
	await go(page, `/mailboxes?q=akiko@${domain}`);
	const row = page.getByRole('row', { name: `akiko@${domain}` });
	const n = await clicks(page, async () => {
		await page.getByRole('button', { name: `Actions for akiko@${domain}` }).click();
		await page.getByRole('menuitem', { name: 'Disable (close)' }).click();
		await expect(row).toContainText('Closed');
	});
	expect(n).toBeLessThanOrEqual(3);
	await toast(page, 'is closed').getByRole('button', { name: 'Undo' }).click();
	await expect(row).toContainText('Active');
});

test('who changed it is two presses away', async ({ page }) => {
	const address = `daisuke@${domain}`;
	const list = await api<{ items: { id: number; version: number }[] }>(page, 'GET', `/mailboxes?q=${address}`);
	const { id, version } = list.items[0] as { id: number; version: number };
	const closed = await api(page, 'PATCH', `/mailboxes/${id}`, { state: 'closed' }, version);
	await api(page, 'PATCH', `/mailboxes/${id}`, { state: 'active' }, closed.version);
	await api(page, 'POST', `/mailboxes/${id}/password`, { password: 'a password of ten' });
	await go(page, `/mailboxes?q=${address}`);
	const n = await clicks(page, async () => {
		await page.getByRole('link', { name: address }).click();
		await page.getByRole('dialog').getByRole('link', { name: 'History' }).click();
		await expect(page.getByRole('dialog').getByText(`New password for ${address}`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(2);
	await page.getByText(`Mailbox ${address} changed`).last().click();
	await expect(page.getByRole('cell', { name: '+ Closed' })).toBeVisible();
});

test('the quota of all that match in four presses, by a job', async ({ page }) => {
	await go(page, `/domains`);
	await page.getByRole('link', { name: domain }).click();
	await page.getByRole('link', { name: 'Mailboxes' }).nth(1).click();
	await settled(page);
	const n = await clicks(page, async () => {
		await page.getByRole('button', { name: 'Active' }).click();
		await page.getByRole('button', { name: `Select all ${people.length} matching` }).click();
		// The table's header has a button of the same name.
		await expect(page.getByText(`${people.length} selected`)).toBeVisible();
		await page.getByRole('button', { name: 'Quota', exact: true }).first().click();
		await page.getByLabel('Quota', { exact: true }).fill('３');
		await page.getByRole('button', { name: 'Apply' }).click();
		await expect(toast(page, `Working on ${people.length} mailboxes`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(4);
	await expect(toast(page, 'Done: Change mailboxes')).toBeVisible({ timeout: 30_000 });
	await expect(page.getByRole('cell', { name: '3 GB' })).toHaveCount(people.length);
});

test('the jobs at work are seen on every page, and how they end', async ({ page }) => {
	const title = 'Change mailboxes';
	const tray = page.getByRole('dialog', { name: 'Jobs' });
	const first = tray.getByRole('listitem').first();
	await go(page, `/mailboxes?q=${domain}`);
	await without('jobs', async () => {
		await page.getByRole('button', { name: 'Active' }).click();
		await page.getByRole('button', { name: `Select all ${people.length} matching` }).click();
		await expect(page.getByText(`${people.length} selected`)).toBeVisible();
		await page.getByRole('button', { name: 'Quota', exact: true }).first().click();
		await page.getByLabel('Quota', { exact: true }).fill('4');
		await page.getByRole('button', { name: 'Apply' }).click();
		await expect(toast(page, `Working on ${people.length} mailboxes`)).toBeVisible();
		await go(page, '/whitelist');
		await page.getByRole('button', { name: 'Jobs, 1 running' }).click();
		await expect(first).toContainText(title);
		await expect(first.getByRole('meter', { name: title })).toBeVisible();
		await expect(first).not.toContainText('Done');
	});
	await expect(first).toContainText('Done', { timeout: 30_000 });
	await expect(first.getByRole('meter')).toHaveCount(0);
	await expect(toast(page, `Done: ${title}`)).toBeVisible();
	await first.getByRole('link', { name: title }).click();
	await expect(page).toHaveURL(/#\/jobs\/\d+$/);
	await expect(tray).toHaveCount(0);
});

test('deleting asks about the aliases, and restoring brings it back', async ({ page }) => {
	await api(page, 'POST', '/aliases', { address: `team@${domain}`, targets: [`goro@${domain}`] });
	await go(page, `/mailboxes?q=goro@${domain}`);
	await page.getByRole('button', { name: `Actions for goro@${domain}` }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	const dialog = page.getByRole('alertdialog', { name: `Delete goro@${domain}?` });
	await expect(dialog).toContainText(`team@${domain}`);
	await dialog.getByLabel('Deliver to another address').check();
	await dialog.getByRole('textbox', { name: 'Other address' }).fill(`emi@${domain}`);
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await expect(toast(page, `goro@${domain} deleted`)).toBeVisible();
	await go(page, `/aliases?q=team@${domain}`);
	await expect(page.getByRole('row', { name: `team@${domain}` })).toContainText(`emi@${domain}`);
	await go(page, `/mailboxes?state=deleted&q=goro@${domain}`);
	await page.getByRole('button', { name: `Restore goro@${domain}` }).click();
	await expect(toast(page, 'restored with its mail')).toBeVisible();
	await go(page, `/mailboxes?q=goro@${domain}`);
	await expect(page.getByRole('row', { name: `goro@${domain}` })).toContainText('Active');
});

test('everything of a list stands in its address', async ({ page }) => {
	await go(page, `/mailboxes?q=${domain}`);
	await page.getByRole('button', { name: 'Display name' }).click();
	await page.getByRole('button', { name: 'Active' }).click();
	await expect(page).toHaveURL(/state=active/);
	await expect(page).toHaveURL(/sort=name/);
	await expect(page.getByRole('columnheader', { name: 'Display name' })).toHaveAttribute('aria-sort', 'ascending');
	await page.reload();
	await settled(page);
	await expect(page.getByRole('button', { name: 'Active' })).toHaveAttribute('aria-pressed', 'true');
	await expect(page.getByRole('searchbox', { name: 'Search mailboxes' })).toHaveValue(domain);
	await page.goBack();
	await expect(page).not.toHaveURL(/state=active/);
});

test('a search that finds nothing says so and offers a way back', async ({ page }) => {
	await go(page, '/mailboxes');
	await page.keyboard.press('/');
	await page.keyboard.type('nobody-of-that-name');
	await expect(page.getByRole('heading', { name: 'No match' })).toBeVisible();
	await page.getByRole('button', { name: 'Clear filters' }).click();
	await expect(page.getByRole('table')).toBeVisible();
});

test('a domain is deleted by its name, as a job, and restored', async ({ page, faults }) => {
	faults.expect(404);
	await go(page, `/domains?q=${domain}`);
	await page.getByRole('link', { name: domain }).click();
	await page.getByRole('link', { name: 'Settings' }).click();
	await page.getByRole('button', { name: 'Delete domain' }).click();
	const dialog = page.getByRole('alertdialog', { name: `Delete ${domain}?` });
	await expect(dialog).toContainText(`${people.length} mailboxes`);
	await dialog.locator('input').fill('wrong.example');
	await dialog.getByRole('button', { name: 'Delete domain' }).click();
	await expect(dialog).toContainText(`Type the name exactly: ${domain}`);
	await dialog.locator('input').fill(domain);
	await dialog.getByRole('button', { name: 'Delete domain' }).click();
	await expect(page).toHaveURL(/#\/jobs\/\d+/);
	await expect(page.getByRole('dialog')).toContainText('Done', { timeout: 30_000 });
	await go(page, `/domains?state=deleted&q=${domain}`);
	await page.getByRole('button', { name: `Restore ${domain}` }).click();
	await expect(toast(page, /restored|Restoring/)).toBeVisible();
	await go(page, `/domains?q=${domain}`);
	await expect(page.getByRole('row', { name: domain })).toContainText('Active', { timeout: 30_000 });
});

test('each choice of a filter tells how many it has', async ({ page }) => {
	const name = `counts-${run}.example`;
	const id = await ensure(page, name, ['one', 'two', 'three']);
	const list = await api<{ items: { id: number; version: number }[] }>(page, 'GET', `/mailboxes?domain_id=${id}`);
	const first = list.items[0] as { id: number; version: number };
	await api(page, 'PATCH', `/mailboxes/${first.id}`, { state: 'closed' }, first.version);
	await go(page, `/domains/${id}/mailboxes`);
	await expect(page.getByRole('button', { name: 'Active 2', exact: true })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Deleted 0', exact: true })).toBeVisible();
	await page.getByRole('button', { name: 'Closed 1', exact: true }).click();
	await expect(page.getByRole('row')).toHaveCount(2);
});
