import { api, ensure, expect, go, run, test, toast, url } from './panel';

// Admins and their rights, API tokens, whitelist requests: from the browser.

const domain = `access-${run}.example`;
const login = `aide-${run}`;
const password = 'a quiet river 7';

test.describe.configure({ mode: 'serial' });

test('an admin is added, and uses the link that is shown once', async ({ page }) => {
	await ensure(page, domain, ['taro']);
	await go(page, '/admins');
	await page.getByRole('link', { name: 'Add an admin' }).first().click();
	await page.getByLabel('Login').fill(login);
	await page.getByLabel('Find a domain').fill(domain);
	await page.getByRole('checkbox', { name: domain }).check();
	await page.getByRole('checkbox', { name: 'Aliases' }).uncheck();
	await page.getByRole('button', { name: 'Add an admin' }).click();
	const link = await page.locator('[data-token]').innerText();
	expect(link).toMatch(/#\/first-use\?token=[A-Za-z0-9]{22}$/);
	await page.getByRole('button', { name: 'Done' }).click();
	await expect(page.getByRole('row').filter({ hasText: login })).toContainText('Link not used yet');

	const other = await page.context().browser()?.newContext();
	if (!other) throw new Error('no browser');
	const theirs = await other.newPage();
	await theirs.goto(`${url}/${link.slice(link.indexOf('#'))}`);
	await theirs.locator('input[name=password]').fill(password);
	await theirs.locator('form button[type=submit]').click();
	await expect(theirs.getByRole('navigation').first()).toBeVisible();
	await expect(theirs.getByRole('link', { name: 'Whitelist requests' })).toBeVisible();
	await expect(theirs.getByRole('link', { name: 'Whitelist', exact: true })).toHaveCount(0);
	await expect(theirs.getByRole('link', { name: 'System' })).toHaveCount(0);

	// What the superadmin's page answers below.
	await theirs.goto(`${url}/#/relay-requests/new`);
	await theirs.getByLabel('Network').fill('192.0.2.77');
	await theirs.getByLabel('Reason').fill('our scanner');
	await theirs.getByRole('checkbox', { name: domain }).check();
	await theirs.getByRole('button', { name: 'Request an entry' }).click();
	await expect(toast(theirs, 'The request was sent')).toBeVisible();
	await other.close();
});

test('the request is approved by who knows that it is bound to nothing', async ({ page }) => {
	await go(page, '/');
	await go(page, '/relay-requests');
	await page.getByRole('link', { name: '192.0.2.77' }).first().click();
	await expect(page.getByText('The entry is not bound to these senders')).toBeVisible();
	const approve = page.getByRole('button', { name: 'Approve' });
	await expect(approve).toBeDisabled();
	await page.getByRole('checkbox', { name: 'I know that' }).check();
	await approve.click();
	await expect(toast(page, 'Approved: the entry is made')).toBeVisible();
	await expect(page.getByRole('link', { name: 'Show the entry' })).toBeVisible();
});

test('rights are changed, the admin switched off and deleted', async ({ page }) => {
	await go(page, '/admins');
	await page.getByRole('link', { name: login }).click();
	const drawer = page.getByRole('dialog');
	// It is ticked once it is saved.
	await drawer.getByRole('checkbox', { name: 'DNS' }).click();
	await expect(toast(page, `Rights in ${domain} saved`)).toBeVisible();
	await expect(drawer.getByRole('checkbox', { name: 'DNS' })).toBeChecked();
	await drawer.getByRole('button', { name: 'Switch off' }).click();
	await expect(drawer.getByText('Switched off').first()).toBeVisible();
	await drawer.getByRole('button', { name: 'Delete', exact: true }).click();
	await page
		.getByRole('alertdialog')
		.getByRole('button', { name: 'Delete', exact: true })
		.click();
	await expect(toast(page, `${login} was deleted`)).toBeVisible();
	await expect(page.getByRole('link', { name: login })).toHaveCount(0);
});

test('a token is made, shown once, works, and is ended', async ({ page, request }) => {
	await go(page, '/tokens');
	await page.getByRole('link', { name: 'Make a token' }).first().click();
	await page.getByLabel('Name').fill(`script ${run}`);
	await page.getByRole('button', { name: 'Make a token' }).click();
	const token = await page.locator('[data-token]').innerText();
	await page.getByRole('button', { name: 'Done' }).click();
	const ask = (path: string) =>
		request.get(`${url}/api/v1/${path}`, { headers: { Authorization: `Bearer ${token}` } });
	expect((await ask('mailboxes')).status()).toBe(200);
	expect((await ask('domains')).status()).toBe(403);
	const row = page.getByRole('row').filter({ hasText: `script ${run}` });
	await row.getByRole('button').click();
	await page.getByRole('alertdialog').getByRole('button', { name: 'End it' }).click();
	await expect(row).toHaveCount(0);
	expect((await ask('mailboxes')).status()).toBe(401);
	const left = await api<{ items: unknown[] }>(page, 'GET', '/tokens');
	expect(left.items).toHaveLength(0);
});
