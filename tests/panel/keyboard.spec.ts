import { api, ensure, expect, go, run, settled, test, toast, type } from './panel';

const domain = `keys-${run}.example`;

test('a mailbox is added, opened, changed and closed by keys alone', async ({ page }) => {
	await ensure(page, domain);
	await go(page, '/mailboxes');
	await page.keyboard.press('n');
	await type(page, `taro@${domain}`);
	await page.keyboard.press('Tab');
	await page.keyboard.type('Taro Yamada');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: `taro@${domain} is ready` })).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await page.keyboard.press('/');
	await page.keyboard.type(`taro@${domain}`);
	await expect(page.getByRole('row')).toHaveCount(2);
	await expect(page).toHaveURL(/q=/);
	await settled(page);
	const open = page.getByRole('link', { name: `taro@${domain}` });
	for (let i = 0; i < 30 && !(await open.evaluate((e) => e === document.activeElement)); i++)
		await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('dialog')).toBeVisible();
	await expect(page.getByLabel('Display name')).toHaveValue('Taro Yamada');
	await expect(page.locator('[role=dialog]:focus-within')).toHaveCount(1);
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect(open).toBeFocused();
	const menu = page.getByRole('button', { name: `Actions for taro@${domain}` });
	for (let i = 0; i < 30 && !(await menu.evaluate((e) => e === document.activeElement)); i++)
		await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await expect(page.locator('[role=menu]:focus-within')).toHaveCount(1);
	await page.keyboard.type('Dis');
	await expect(page.getByRole('menuitem', { name: /^Disable/ })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(toast(page, `taro@${domain} is closed`)).toBeVisible();
});

test('the focus goes to the heading, and past the menu by the skip link', async ({ page }) => {
	await page.getByRole('link', { name: 'Aliases', exact: true }).first().focus();
	await page.keyboard.press('Enter');
	await expect(page.locator('h1')).toHaveText('Aliases');
	await expect(page.locator('h1')).toBeFocused();
	await expect(page).toHaveTitle('Aliases - Postroom');
	await page.reload();
	await settled(page);
	await page.keyboard.press('Tab');
	const skip = page.getByRole('button', { name: 'Skip to the content' });
	await expect(skip).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.locator('main')).toBeFocused();
});

test('single keys can be switched off', async ({ page }) => {
	await page.keyboard.press('?');
	const box = page.getByLabel(/Single keys/);
	await box.uncheck();
	await page.keyboard.press('Escape');
	await go(page, '/domains');
	await page.keyboard.press('n');
	await page.keyboard.press('Control+k');
	await expect(page.getByRole('combobox', { name: 'Search' })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page).toHaveURL(/#\/domains$/);
	await page.getByRole('button', { name: /Account of/ }).click();
	await page.getByRole('menuitem', { name: 'Keyboard shortcuts' }).click();
	await box.check();
});

test('a narrow window has the menu in a sheet that closes on the way', async ({ page }) => {
	await page.setViewportSize({ width: 390, height: 844 });
	await page.getByRole('button', { name: 'Open the menu' }).click();
	await page.getByRole('dialog').getByRole('link', { name: 'Whitelist', exact: true }).click();
	await expect(page.locator('h1')).toHaveText('Whitelist');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	for (const width of [390, 320]) {
		await page.setViewportSize({ width, height: 844 });
		for (const path of ['/', '/domains', '/mailboxes', '/aliases', '/whitelist', '/changes', '/jobs']) {
			await go(page, path);
			const over = await page.evaluate(
				() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
			);
			expect(over, `${path} at ${width}`).toBeLessThanOrEqual(0);
		}
	}
});

test('Escape asks before it drops what was typed, and only then', async ({ page }) => {
	await go(page, '/whitelist/new');
	await expect(page.getByRole('textbox', { name: 'Network' })).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await go(page, '/whitelist/new');
	await type(page, '10.1.2.3');
	await page.keyboard.press('Escape');
	const asks = page.getByRole('alertdialog', { name: 'Discard what you typed?' });
	await asks.getByRole('button', { name: 'Keep editing' }).click();
	await expect(asks).toHaveCount(0);
	await expect(page.getByRole('textbox', { name: 'Network' })).toHaveValue('10.1.2.3');
	await page.keyboard.press('Escape');
	await asks.getByRole('button', { name: 'Discard' }).click();
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect(page).toHaveURL(/#\/whitelist$/);
});

test('what was saved is not asked about', async ({ page }) => {
	const id = await ensure(page, domain, ['saved']);
	const list = await api<{ items: { id: number }[] }>(page, 'GET', `/mailboxes?domain_id=${id}&q=saved@${domain}`);
	await go(page, `/mailboxes/${list.items[0]?.id}`);
	await page.getByLabel('Display name').fill('Sato');
	await page.keyboard.press('Enter');
	await expect(toast(page, `saved@${domain}`)).toBeVisible();
	await settled(page);
	if ((await page.getByRole('dialog').count()) > 0) await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await expect(page.getByRole('alertdialog', { name: 'Discard what you typed?' })).toHaveCount(0);
});

test('the exact time comes with the focus too', async ({ page }) => {
	await ensure(page, domain);
	await go(page, `/domains?q=${domain}`);
	const row = page.getByRole('row', { name: domain });
	const exact = row.locator('time span');
	await expect(exact).toBeHidden();
	await page.getByRole('searchbox').focus();
	for (let i = 0; i < 30 && !(await row.evaluate((e) => e.contains(document.activeElement))); i++)
		await page.keyboard.press('Tab');
	await expect(exact).toBeVisible();
	await expect(exact).toContainText(/\d\d:\d\d:\d\d/);
});
