import { ensure, expect, go, run, test } from './panel';

// Other systems: the command to run; and how passwords are stored.

test('the import page gives the command for another system', async ({ page }) => {
	await go(page, '/import');
	await page.getByLabel('System', { exact: true }).selectOption('iredmail');
	await expect(page.getByText('postroom import iredmail --options')).toBeVisible();
	await page.getByLabel('System', { exact: true }).selectOption('files');
	await expect(page.getByText('--passwd /etc/dovecot/users')).toBeVisible();
	if (process.env.POSTROOM_SHOTS)
		await page.screenshot({ path: `${process.env.POSTROOM_SHOTS}/import.png`, fullPage: true });
});

test('the system page counts the schemes of passwords', async ({ page }) => {
	await ensure(page, `census-${run}.example`, ['taro']);
	await go(page, '/system');
	const table = page.getByRole('table', { name: 'Stored passwords' });
	await expect(table.getByRole('row').nth(1)).toContainText(/CRYPT|No password/);
	if (process.env.POSTROOM_SHOTS)
		await page.screenshot({ path: `${process.env.POSTROOM_SHOTS}/system.png`, fullPage: true });
});
