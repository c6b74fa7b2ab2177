import { api, ensure, expect, go, net, run, settled, test, toast, type, url } from './panel';
import { isOurs, without } from './outage';

// What the panel says while something behind it is away, and that it goes on
// by itself when it is back. MariaDB and the publisher are really away.

test.describe.configure({ timeout: 120_000 });

test('with the database away the page says so, keeps what was typed and comes back by itself', async ({
	page,
	faults,
}) => {
	test.skip(!isOurs, 'the instance is not of this run');
	faults.expect(503);
	const network = page.getByRole('textbox', { name: 'Network' });
	const bar = page.locator('[data-down=database]');
	await go(page, '/whitelist/new');
	await type(page, `${net}.128/28`);
	const other = await page.context().newPage();
	await without('database', async () => {
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(bar).toContainText('The database is away');
		await expect(page.getByRole('alert')).toContainText('The database does not answer.');
		// A panel that is opened meanwhile says it as well.
		await other.goto(`${url}/#/whitelist`);
		await expect(other.locator('[data-down=database]')).toContainText('The database is away');
		await expect(network).toHaveValue(`${net}.128/28`);
	});
	await expect(page.locator('[data-down]')).toHaveCount(0, { timeout: 30_000 });
	await expect(network).toHaveValue(`${net}.128/28`);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(toast(page, `${net}.128/28`)).toBeVisible();
	await expect(other.locator('h1')).toHaveText('Whitelist', { timeout: 30_000 });
	await expect(other.locator('[data-down]')).toHaveCount(0);
	await other.close();
});

test('a publisher that stands still is named on every page, until it goes on', async ({ page }) => {
	test.skip(!isOurs, 'the instance is not of this run');
	const domain = `still-${run}.example`;
	await ensure(page, domain);
	await go(page, `/domains?q=${domain}`);
	await without('publisher', async () => {
		await ensure(page, domain, ['taro']);
		// It is called away when it was not heard of for fifteen seconds.
		await expect(page.locator('[data-node=unreachable]')).toContainText('cannot be reached', {
			timeout: 45_000,
		});
		await go(page, `/mailboxes?q=${domain}`);
		await expect(page.locator('[data-node=unreachable]')).toBeVisible();
		await expect(page.getByRole('row', { name: `taro@${domain}` }).locator('[data-live]')).toHaveAttribute(
			'data-live',
			'unreachable',
		);
	});
	await expect(page.locator('[data-node]')).toHaveCount(0, { timeout: 30_000 });
	await expect(page.getByRole('row', { name: `taro@${domain}` }).locator('[data-live]')).toHaveCount(0);
});

test('an offline browser is told, and goes on when it is online', async ({ page, faults, signedIn }) => {
	faults.expect(0);
	await go(page, '/domains');
	await signedIn.setOffline(true);
	try {
		await expect(page.locator('[data-down=offline]')).toContainText('You are offline');
	} finally {
		await signedIn.setOffline(false);
	}
	await expect(page.locator('[data-down]')).toHaveCount(0);
	await settled(page);
	await api(page, 'GET', '/session');
});
