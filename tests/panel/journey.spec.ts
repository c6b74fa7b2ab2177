import { api, clicks, ensure, expect, go, link, net, ports, run, settled, test, toast, type } from './panel';
import { recipientCode } from './smtp';

// From an empty server to live mail, with the presses of the mouse counted.
// Each step stands on its own too: what an earlier one should have made is
// made where it is missing.

const domain = `journey-${run}.example`;

test('a domain in at most four presses', async ({ page }) => {
	await go(page, '/');
	const n = await clicks(page, async () => {
		await page.getByRole('navigation', { name: 'Main menu' }).getByText('Domains').click();
		await page.getByRole('link', { name: 'Add domain' }).first().click();
		await type(page, domain);
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(page.locator('h1')).toHaveText(domain);
	});
	expect(n).toBeLessThanOrEqual(4);
	await expect(toast(page, `Domain ${domain} added`)).toBeVisible();
	await expect(page.locator('[data-live=live]').first()).toContainText('Live on 1 of 1 node');
});

for (const local of ['taro', 'hanako', 'jiro']) {
	test(`the mailbox ${local} in two presses, live when the panel says so`, async ({ page }) => {
		await ensure(page, domain);
		await go(page, '/');
		const n = await clicks(page, async () => {
			await page.getByRole('link', { name: 'Add mailbox' }).first().click();
			await type(page, `${local}@${domain}`);
			await page.getByRole('button', { name: 'Save', exact: true }).click();
			await expect(page.getByRole('heading', { name: `${local}@${domain} is ready` })).toBeVisible();
		});
		expect(n).toBeLessThanOrEqual(2);
		const made = page.locator('[data-password]');
		await expect(made).toHaveText(/^\w{5}(-\w{5}){3}$/);
		await expect(page.getByRole('dialog').locator('[data-live=live]')).toContainText(
			'Live on 1 of 1 node',
		);
		if (ports.smtp) expect(await recipientCode(`${local}@${domain}`)).toBe(250);
	});
}

test('an unknown recipient is refused for good', async ({ page: _ }) => {
	test.skip(!ports.smtp, 'no port of the mail server is known');
	expect(await recipientCode(`nobody@${domain}`)).toBe(550);
});

test('an alias to two mailboxes and one address outside', async ({ page }) => {
	await ensure(page, domain, ['taro', 'hanako']);
	await go(page, '/aliases');
	const n = await clicks(page, async () => {
		await page.getByRole('link', { name: 'Add alias' }).first().click();
		await type(page, `sales@${domain}`);
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await page.keyboard.type(`taro@${domain} hanako@${domain},partner@elsewhere.example`);
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(toast(page, `Alias sales@${domain} added`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(2);
	await expect(toast(page, 'sales').locator('[data-live=live]')).toBeVisible();
	if (ports.smtp) expect(await recipientCode(`sales@${domain}`)).toBe(250);
});

test('postmaster and abuse are offered in one step', async ({ page }) => {
	await ensure(page, domain, ['taro']);
	await go(page, '/domains');
	await page.getByRole('link', { name: domain }).click();
	await page.getByLabel('Deliver to').fill(`taro@${domain}`);
	await page.getByRole('button', { name: 'Add both aliases' }).click();
	await expect(page.getByText('Nobody reads')).toHaveCount(0);
	await expect(toast(page, `abuse@${domain}`).locator('[data-live=live]')).toBeVisible();
	if (ports.smtp) expect(await recipientCode(`abuse@${domain}`)).toBe(250);
});

test('a network in the whitelist, and another that overlaps it', async ({ page }) => {
	await go(page, '/whitelist');
	const n = await clicks(page, async () => {
		await page.getByRole('link', { name: 'Add network' }).first().click();
		await type(page, `${net}.0/24`);
		await page.keyboard.press('Tab');
		await page.keyboard.type('Printers');
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(toast(page, `${net}.0/24`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(2);
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await page.keyboard.press('n');
	await type(page, `${net}.7`);
	await page.getByLabel('Expires').selectOption('day');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(toast(page, `It overlaps ${net}.0/24`)).toBeVisible();
	await settled(page);
	const entry = page
		.getByRole('row')
		.filter({ has: page.getByRole('link', { name: `${net}.7`, exact: true }) })
		.last();
	await expect(entry).toContainText(`${net}.0/24`);
	await expect(page.locator('[data-live=going]')).toHaveCount(0);
});

test('the change is found, undone and told', async ({ page }) => {
	const network = `${net}.9`;
	await api(page, 'POST', '/whitelist', { network });
	await go(page, '/whitelist');
	await page.getByRole('button', { name: `Actions for ${network}`, exact: true }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await expect(page.getByRole('link', { name: network, exact: true })).toHaveCount(0);
	await toast(page, `${network} taken out`).getByRole('button', { name: 'Undo' }).click();
	await expect(toast(page, 'Change undone')).toBeVisible();
	await expect(page.getByRole('link', { name: network, exact: true }).last()).toBeVisible();
	await go(page, '/changes');
	await expect(page.getByRole('row').nth(1)).toContainText(network);
	await expect(page.getByRole('row').nth(2)).toContainText('Undone by change');
});

test('the first-use link works once', async ({ page, faults }) => {
	test.skip(!link, 'no link is known');
	faults.expect(401, 403, 404, 422);
	await page.goto(link as string);
	await page.locator('input[name=password]').fill('another long password');
	await page.getByRole('button', { name: /Set the password/ }).click();
	await expect(page.getByRole('alert')).toContainText('used already');
});
