import { api, expect, go, net, run, seed, settled, test, toast, type } from './panel';

const domain = `refuse-${run}.example`;

test.describe.configure({ mode: 'serial' });

test('what is taken is told at its field, and the typed text stays', async ({ page, faults }) => {
	faults.expect(409, 422);
	await seed(page, domain, ['taro']);
	await go(page, '/mailboxes/new');
	await type(page, `taro@${domain}`);
	await page.getByLabel('Display name').fill('Taro Yamada');
	await page.keyboard.press('Enter');
	const address = page.getByRole('combobox', { name: 'Address' });
	await expect(page.getByText(`taro@${domain} is taken already.`)).toBeVisible();
	await expect(address).toBeFocused();
	await expect(address).toHaveAttribute('aria-invalid', 'true');
	await expect(page.getByLabel('Display name')).toHaveValue('Taro Yamada');
});

test('full-width text is folded, and that is said', async ({ page }) => {
	await go(page, '/mailboxes/new');
	await type(page, '');
	await page.keyboard.insertText(`Ｙｕｋｉ＠${domain}`);
	await expect(page.getByRole('combobox', { name: 'Address' })).toHaveValue(`yuki@${domain}`);
	await expect(page.getByText('Full-width characters were changed')).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: `yuki@${domain} is ready` })).toBeVisible();
});

for (const [typed, words] of [
	['10.0.0.1/8', /is a host inside of a network.*10\.0\.0\.0\/8/],
	['0.0.0.0/0', /too wide/],
	['::/0', /too wide/],
	['printer', /no address and no network/],
] as const) {
	test(`the network ${typed} is refused with the reason`, async ({ page, faults }) => {
		faults.expect(422);
		await go(page, '/whitelist/new');
		await type(page, typed);
		await page.keyboard.press('Enter');
		await expect(page.getByText(words)).toBeVisible();
	});
}

test('an alias to nowhere and to itself name the target', async ({ page, faults }) => {
	faults.expect(422);
	await go(page, '/aliases/new');
	await type(page, `info@${domain}`);
	const targets = page.getByLabel('Delivers to');
	await targets.fill(`nobody@${domain}`);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText(`There is no mailbox and no alias nobody@${domain}.`)).toBeVisible();
	await page.getByRole('button', { name: `Remove nobody@${domain}` }).click();
	await targets.fill(`info@${domain}`);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.getByText('An alias cannot point to itself.')).toBeVisible();
});

test('a reply in Japanese has the same reason', async ({ page, faults }) => {
	faults.expect(422);
	await page.getByRole('button', { name: /Account of/ }).click();
	await page.getByRole('menuitemradio', { name: '日本語' }).click();
	await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
	await go(page, '/whitelist/new');
	await page.getByRole('dialog').locator('input').first().fill('１０．０．０．１／８');
	await page.getByRole('button', { name: '保存', exact: true }).click();
	await expect(page.getByText('ネットワークは 10.0.0.0/8 です。')).toBeVisible();
	await expect(page.getByText('全角文字を半角に変換しました。')).toBeVisible();
	await page.getByRole('button', { name: 'キャンセル' }).click();
	await page.getByRole('button', { name: /のアカウント/ }).click();
	await page.getByRole('menuitemradio', { name: 'English' }).click();
	await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('a change by somebody else is shown before one is saved over it', async ({ page, faults }) => {
	faults.expect(412);
	const w = await api(page, 'POST', '/whitelist', { network: `${net}.64/28`, note: 'first' });
	await go(page, `/whitelist/${w.id}`);
	await page.getByLabel('Note').fill('mine');
	await api(page, 'PATCH', `/whitelist/${w.id}`, { note: 'theirs' }, w.version);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const dialog = page.getByRole('alertdialog', { name: /Somebody else changed/ });
	await expect(dialog.getByRole('row', { name: 'Note' })).toContainText('theirs');
	await expect(dialog.getByRole('row', { name: 'Note' })).toContainText('mine');
	await dialog.getByRole('button', { name: 'Save mine over it' }).click();
	await expect(toast(page, `${net}.64/28 saved`)).toBeVisible();
	expect(await api(page, 'GET', `/whitelist/${w.id}`)).toMatchObject({ note: 'mine' });
});

test('a lost session asks over the page and then goes on', async ({ page, faults }) => {
	faults.expect(401);
	await go(page, '/mailboxes/new');
	await type(page, `late@${domain}`);
	await api(page, 'DELETE', '/session');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	const again = page.getByRole('alertdialog', { name: 'Please sign in again' });
	await expect(again).toBeVisible();
	await expect(again.getByLabel('Name')).toBeDisabled();
	await again.getByLabel('Password').fill(process.env.POSTROOM_PASSWORD ?? 'correct horse battery');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: `late@${domain} is ready` })).toBeVisible();
});

test('a database that is away is said, and the page comes back by itself', async ({ page, faults }) => {
	faults.expect(503);
	await go(page, '/whitelist/new');
	await type(page, `${net}.128/28`);
	const away = {
		type: 'about:blank',
		title: 'Service Unavailable',
		status: 503,
		code: 'unavailable',
		detail: 'the database does not answer',
		request_id: '1tJ0yqv6RVfZrhpNAM2cdw',
		errors: [{ field: '', reason: 'database_away', subject: '', text: '' }],
	};
	await page.route('**/api/**', (r) =>
		r.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(away) }),
	);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(page.locator('[data-down=database]')).toContainText('The database is away');
	await expect(page.getByRole('alert')).toContainText('The database does not answer.');
	await page.unroute('**/api/**');
	await expect(page.locator('[data-down]')).toHaveCount(0);
	await expect(page.getByRole('textbox', { name: 'Network' })).toHaveValue(`${net}.128/28`);
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await expect(toast(page, `${net}.128/28`)).toBeVisible();
});

test('an offline browser is told, and goes on when it is online', async ({ page, faults, signedIn }) => {
	faults.expect(0);
	await go(page, '/domains');
	await signedIn.setOffline(true);
	await expect(page.locator('[data-down=offline]')).toContainText('You are offline');
	await signedIn.setOffline(false);
	await expect(page.locator('[data-down]')).toHaveCount(0);
});

test('a node that cannot be reached is named on every page', async ({ page }) => {
	await page.route('**/api/v1/publishing', async (r) => {
		const reply = await r.fetch();
		const body = await reply.json();
		body.nodes[0].state = 'unreachable';
		body.nodes[0].serial = 0;
		await r.fulfill({ response: reply, json: body });
	});
	await go(page, '/aliases');
	await expect(page.locator('[data-node=unreachable]')).toContainText('cannot be reached');
	await page.unroute('**/api/v1/publishing');
	await expect(page.locator('[data-node]')).toHaveCount(0);
	await settled(page);
});
