import { ensure, expect, go, run, test, toast } from './panel';
import { allLive, publishing, restore } from './publishing';

// The mail servers: what they say of themselves, and those that are added.

const name = `mx-${run}`;
const domain = `system-${run}.example`;

test.describe.configure({ mode: 'serial' });

test.afterAll(async ({ signedIn }) => restore(signedIn));

test('the node of this host tells what it has', async ({ page }) => {
	await allLive(page);
	const { head_serial, nodes } = await publishing(page);
	await go(page, '/system');
	const row = page.getByRole('row').filter({ hasText: nodes[0]?.name });
	await expect(row).toContainText('Up to date');
	await expect(row).toContainText(`Change ${head_serial.toLocaleString('en-GB')} of`);
	await row.getByRole('link').click();
	await expect(page.locator('h1')).toHaveText(nodes[0]?.name ?? '');
	await expect(page.getByText('Mailbox host')).toBeVisible();
});

test('files and database are compared when asked', async ({ page }) => {
	await ensure(page, domain, ['taro']);
	await allLive(page);
	await go(page, `/system/${(await publishing(page)).nodes[0]?.id}/drift`);
	await page.getByRole('button', { name: 'Compare now' }).click();
	await expect(page.locator('[data-drift=none]')).toContainText('as they ought to be');
});

test('a secondary is added; its token is shown once', async ({ page }) => {
	await go(page, '/system');
	await page.getByRole('link', { name: 'Add mail server' }).click();
	await page.getByLabel('Name').fill(name);
	await page.getByLabel('Its addresses').fill('192.0.2.7 2001:db8::7');
	await page.getByLabel('Delivers to').fill('smtp:[mail.example.jp]:25');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const drawer = page.getByRole('dialog', { name: `${name} is ready` });
	await expect(drawer.locator('[data-token]')).toHaveText(/^[A-Za-z0-9]{22,}$/);
	await expect(drawer.getByRole('button', { name: 'Copy the token' })).toBeVisible();
	await drawer.getByRole('button', { name: 'Done' }).click();
	await page.getByRole('link', { name, exact: true }).first().click();
	await expect(page.getByText('smtp:[mail.example.jp]:25')).toBeVisible();
	await expect(page.locator('[data-token]')).toHaveCount(0);
	await expect(page.getByText('Not used yet')).toBeVisible();
});

async function act(page: import('@playwright/test').Page, text: string): Promise<void> {
	await page.getByRole('button', { name: 'Actions' }).click();
	await page.getByRole('menuitem', { name: text }).click();
}

test('it is changed, gets a new token, loses it, and is removed by its name', async ({ page }) => {
	await go(page, '/system');
	await page.getByRole('link', { name, exact: true }).first().click();
	await act(page, 'Edit');
	await page.getByLabel('Note').fill('In Osaka');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText('In Osaka')).toBeVisible();
	await act(page, 'New token');
	await page.getByRole('dialog').getByRole('button', { name: 'New token' }).click();
	await expect(page.locator('[data-token]')).toHaveText(/^[A-Za-z0-9]{22,}$/);
	await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
	await act(page, 'Revoke the token');
	await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke the token' }).click();
	await expect(toast(page, `The token of ${name} is void`)).toBeVisible();
	await act(page, 'Revoke and remove');
	const dialog = page.getByRole('alertdialog', { name: `Remove ${name}?` });
	await dialog.getByRole('button', { name: 'Revoke and remove' }).click();
	await expect(dialog.getByText(`Type the name exactly: ${name}`)).toBeVisible();
	await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
	await dialog.getByRole('button', { name: 'Revoke and remove' }).click();
	await expect(toast(page, `${name} removed`)).toBeVisible();
	await expect(page.getByRole('link', { name, exact: true })).toHaveCount(0);
});
