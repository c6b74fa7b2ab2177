import { api, ensure, expect, go, net, run, test, toast, type } from './panel';

const domain = `refuse-${run}.example`;

test('what is taken is told at its field, and the typed text stays', async ({ page, faults }) => {
	faults.expect(409, 422);
	await ensure(page, domain, ['taro']);
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
	await ensure(page, domain);
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
	await ensure(page, domain);
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
	await ensure(page, domain);
	await go(page, '/mailboxes/new');
	await type(page, `late@${domain}`);
	// Saved in the very moment: else the page's own polling may meet it first.
	await page.evaluate(async () => {
		await fetch('/api/v1/session', { method: 'DELETE', headers: { 'X-Postroom': '1' } });
		document.querySelector<HTMLFormElement>('[role=dialog] form')?.requestSubmit();
	});
	const again = page.getByRole('alertdialog', { name: 'Please sign in again' });
	await expect(again).toBeVisible();
	await expect(again.getByLabel('Name')).toBeDisabled();
	await again.getByLabel('Password').fill(process.env.POSTROOM_PASSWORD ?? 'correct horse battery');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: `late@${domain} is ready` })).toBeVisible();
});
