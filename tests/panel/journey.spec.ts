import { hasMail, Outside, recipientCode, send, submit } from './mail';
import { api, clicks, expect, go, link, net, run, settled, test, toast, type } from './panel';

// From an empty server to live mail, with the presses of the mouse counted.
// All that the mail needs is made in the browser, and nobody but the browser
// knows the passwords. A step stands on those before it.

test.describe.configure({ mode: 'serial' });

const domain = `journey-${run}.example`;
const at = (local: string) => `${local}@${domain}`;

/** The passwords that the browser made and showed. */
const passwords: Record<string, string> = {};

/** A network to be trusted, one of its clients, and a client of another. */
const trusted = net.replace(/^10\.\d+/, '127.1');
const inside = `${trusted}.8`;
const stranger = inside.replace('127.1', '127.2');
const far = 'partner@elsewhere.example';

const outside = new Outside();
test.beforeAll(() => outside.open());
test.afterAll(() => outside.close());

const isRead = (local: string, subject: string) =>
	expect
		.poll(() => hasMail(at(local), passwords[local] as string, subject), `${subject} for ${local}`)
		.toBe(true);

const isOutside = (subject: string) =>
	expect.poll(() => outside.has(far, subject), `${subject} outside`).toBe(true);

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
	test(`the mailbox ${local} in two presses; mail is read when the panel says live`, async ({ page }) => {
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
		passwords[local] = (await made.textContent()) as string;
		await send(at(local), `to ${local}`);
		await isRead(local, `to ${local}`);
	});
}

test('an unknown recipient is refused for good', async ({ page: _ }) => {
	expect(await recipientCode(`nobody@${domain}`)).toBe(550);
});

test('an alias to two mailboxes and one address outside', async ({ page }) => {
	await go(page, '/aliases');
	const n = await clicks(page, async () => {
		await page.getByRole('link', { name: 'Add alias' }).first().click();
		await type(page, `sales@${domain}`);
		await page.keyboard.press('Tab');
		await page.keyboard.press('Tab');
		await page.keyboard.type(`taro@${domain} hanako@${domain},${far}`);
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(toast(page, `Alias sales@${domain} added`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(2);
	await expect(toast(page, 'sales').locator('[data-live=live]')).toBeVisible();
	await send(at('sales'), 'to sales');
	await isRead('taro', 'to sales');
	await isRead('hanako', 'to sales');
	await isOutside('to sales');
	expect(await hasMail(at('jiro'), passwords.jiro as string, 'to sales')).toBe(false);
});

test('postmaster and abuse are offered in one step', async ({ page }) => {
	await go(page, '/domains');
	await page.getByRole('link', { name: domain }).click();
	await page.getByLabel('Deliver to').fill(`taro@${domain}`);
	await page.getByRole('button', { name: 'Add both aliases' }).click();
	await expect(page.getByText('Nobody reads')).toHaveCount(0);
	await expect(toast(page, `abuse@${domain}`).locator('[data-live=live]')).toBeVisible();
	expect(await recipientCode(`abuse@${domain}`)).toBe(250);
});

test('a network in the whitelist, and another that overlaps it', async ({ page }) => {
	await go(page, '/whitelist');
	const n = await clicks(page, async () => {
		await page.getByRole('link', { name: 'Add network' }).first().click();
		await type(page, `${trusted}.0/24`);
		await page.keyboard.press('Tab');
		await page.keyboard.type('Printers');
		await page.getByRole('button', { name: 'Save', exact: true }).click();
		await expect(toast(page, `${trusted}.0/24`)).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(2);
	await expect(toast(page, `${trusted}.0/24`).locator('[data-live=live]')).toBeVisible();
	await send(far, 'relayed', inside);
	await isOutside('relayed');
	await expect(page.getByRole('dialog')).toHaveCount(0);
	await page.keyboard.press('n');
	await type(page, `${trusted}.7`);
	await page.getByLabel('Expires').selectOption('day');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(toast(page, `It overlaps ${trusted}.0/24`)).toBeVisible();
	await settled(page);
	const entry = page
		.getByRole('row')
		.filter({ has: page.getByRole('link', { name: `${trusted}.7`, exact: true }) })
		.last();
	await expect(entry).toContainText(`${trusted}.0/24`);
	await expect(page.locator('[data-live=going]')).toHaveCount(0);
});

test('a client outside of it is refused, and served with its password', async ({ page: _ }) => {
	expect(await recipientCode(far, stranger)).toBe(554);
	await submit(at('taro'), passwords.taro as string, far, 'submitted', stranger);
	await isOutside('submitted');
	await expect(submit(at('taro'), passwords.jiro as string, far, 'guessed', stranger)).rejects.toThrow('535');
});

test('an entry that is deleted closes the relay within two seconds', async ({ page }) => {
	await go(page, '/whitelist');
	expect(await recipientCode(far, inside)).toBe(250);
	await page.getByRole('button', { name: `Actions for ${trusted}.0/24`, exact: true }).click();
	const removal = page.getByRole('menuitem', { name: 'Delete' });
	await expect(removal).toBeVisible();
	const start = Date.now();
	await removal.click();
	while ((await recipientCode(far, inside)) === 250)
		expect(Date.now() - start, 'open for too long').toBeLessThan(2000);
	expect(await recipientCode(far, inside)).toBe(554);
	await expect(toast(page, `${trusted}.0/24 taken out`)).toBeVisible();
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
	expect(link, 'the link of the first sign-in').toBeDefined();
	faults.expect(401, 403, 404, 422);
	await page.goto(link as string);
	await page.locator('input[name=password]').fill('another long password');
	await page.getByRole('button', { name: /Set the password/ }).click();
	await expect(page.getByRole('alert')).toContainText('used already');
});
