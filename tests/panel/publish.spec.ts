import { api, clicks, ensure, expect, go, run, settled, test, toast } from './panel';
import { recipientCode } from './mail';
import { allLive, each, publishing, restore, setMode } from './publishing';

// Reviewed mode from end to end, with the presses of the mouse counted: what
// is saved waits, is looked at, goes live; and the way back.

const domain = `publish-${run}.example`;
const other = `other-${run}.example`;
const bar = '[data-pending=review]';

const code = (local: string) => recipientCode(`${local}@${domain}`);

test.describe.configure({ mode: 'serial' });

test.afterAll(async ({ signedIn }) => restore(signedIn));

test('the mode is changed on the page, with what it means beside it', async ({ page }) => {
	await ensure(page, domain, ['taro']);
	await ensure(page, other);
	await allLive(page);
	await go(page, '/publish');
	await expect(page.getByRole('heading', { name: 'Nothing waits' })).toBeVisible();
	await page.locator('[data-mode=automatic]').getByRole('button', { name: 'Change' }).click();
	await page.getByRole('radio', { name: /Reviewed/ }).check();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await expect(page.locator('[data-mode=reviewed]')).toBeVisible();
	await expect(toast(page, 'Changes wait for a review from now on')).toBeVisible();
});

test('a saved change waits, and every page says so', async ({ page }) => {
	await go(page, '/mailboxes/new');
	await page.getByRole('combobox', { name: 'Address' }).fill(`yuki@${domain}`);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: `yuki@${domain} is ready` })).toBeVisible();
	await expect(page.getByRole('dialog').locator('[data-live=review]')).toContainText('waits for review');
	await page.keyboard.press('Escape');
	for (const path of ['/', '/domains', '/whitelist', '/jobs']) {
		await go(page, path);
		await expect(page.locator(bar)).toContainText('1 change not published.');
	}
	expect(await code('yuki')).toBe(550);
});

test('it is read and published in two presses', async ({ page }) => {
	await go(page, '/aliases');
	const n = await clicks(page, async () => {
		await page.locator(bar).getByRole('link', { name: 'Review' }).click();
		const entry = page.locator(`[data-entry="yuki@${domain}"]`).first();
		await expect(entry).toContainText('+');
		await expect(entry.getByRole('link', { name: /Change/ })).toBeVisible();
		await page.getByRole('button', { name: 'Publish 1 change' }).click();
		await expect(toast(page, '1 change published')).toBeVisible();
	});
	expect(n).toBeLessThanOrEqual(2);
	await expect(page.getByRole('heading', { name: 'Nothing waits' })).toBeVisible();
	await expect(page.locator(bar)).toHaveCount(0);
	await expect(toast(page, 'published').locator('[data-live=live]')).toBeVisible();
	await expect.poll(() => code('yuki')).toBe(250);
});

test('chosen domains go, the others wait', async ({ page }) => {
	await api(page, 'POST', '/mailboxes', { address: `jiro@${domain}` });
	await api(page, 'POST', '/mailboxes', { address: `jiro@${other}` });
	await go(page, '/publish');
	await page.getByRole('checkbox', { name: other }).uncheck();
	await expect(page.locator(`[data-entry="jiro@${other}"]`)).toHaveCount(0);
	await page.getByRole('button', { name: 'Publish 1 change' }).click();
	await expect(page.locator(`[data-domain="${domain}"]`)).toHaveCount(0);
	await expect(page.locator(`[data-entry="jiro@${other}"]`).first()).toBeVisible();
	await expect.poll(() => code('jiro')).toBe(250);
	expect(await recipientCode(`jiro@${other}`)).toBe(550);
	await page.getByRole('button', { name: 'Publish 1 change' }).click();
	await expect(page.getByRole('heading', { name: 'Nothing waits' })).toBeVisible();
});

test('keys go from line to line', async ({ page }) => {
	for (const local of ['ana', 'ben']) await api(page, 'POST', '/mailboxes', { address: `${local}@${domain}` });
	await go(page, '/publish');
	const at = (n: number) => page.locator('[data-entry]').nth(n);
	await expect(at(1)).toBeVisible();
	await page.keyboard.press('n');
	await expect(at(0)).toBeFocused();
	await page.keyboard.press('n');
	await expect(at(1)).toBeFocused();
	await page.keyboard.press('p');
	await expect(at(0)).toBeFocused();
});

test('what was saved after the look is shown before it goes live', async ({ page, faults }) => {
	faults.expect(409);
	await go(page, '/publish');
	await expect(page.locator(`[data-entry="ana@${domain}"]`).first()).toBeVisible();
	await api(page, 'POST', '/mailboxes', { address: `late@${domain}` });
	await page.getByRole('button', { name: /^Publish \d/ }).click();
	const dialog = page.getByRole('alertdialog', { name: 'Somebody saved more in the meantime' });
	await expect(dialog).toContainText(domain);
	await expect(dialog.locator(`[data-entry="late@${domain}"]`).first()).toBeVisible();
	await dialog.getByRole('button', { name: 'Look again' }).click();
	await expect(page.locator(`main [data-entry="late@${domain}"]`).first()).toBeVisible();
	await page.getByRole('button', { name: /^Publish \d/ }).click();
	await expect(page.getByRole('heading', { name: 'Nothing waits' })).toBeVisible();
	await expect.poll(() => code('late')).toBe(250);
});

test('an earlier version in three presses, and on again', async ({ page }) => {
	await allLive(page);
	const before = (await publishing(page)).head_serial;
	await api(page, 'POST', '/mailboxes', { address: `gone@${domain}` });
	await setMode(page, 'automatic');
	await allLive(page);
	expect(await code('gone')).toBe(250);
	await go(page, '/publish');
	const n = await clicks(page, async () => {
		await page.getByRole('link', { name: 'Versions' }).first().click();
		await page.getByRole('link', { name: `Roll back to change ${before}`, exact: true }).first().click();
		await expect(page.locator(`[data-entry="gone@${domain}"]`).first()).toContainText('−');
		await page.getByRole('button', { name: 'Roll back', exact: true }).click();
		await expect(page.locator('[data-pending=hold]')).toContainText('on purpose');
	});
	expect(n).toBeLessThanOrEqual(3);
	await expect.poll(() => code('gone')).toBe(550);
	await expect(page.locator('[data-pending=hold]')).toContainText('by admin');
	await page.locator('[data-pending=hold]').getByRole('button', { name: 'Resume' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
	await expect(page.locator('[data-pending=hold]')).toHaveCount(0);
	await expect.poll(() => code('gone')).toBe(250);
});

test('many lines that vanish need a note, and wait for a confirmation', async ({ page }) => {
	test.setTimeout(180_000);
	const names = Array.from({ length: 104 }, (_, i) => `list${i}@${domain}`);
	const made: { id: number; version: number }[] = [];
	await each(names, async (address) => {
		made.push(await api(page, 'POST', '/aliases', { address, targets: [`taro@${domain}`] }));
	});
	await allLive(page);
	await setMode(page, 'reviewed');
	await each(made, (a) => api(page, 'DELETE', `/aliases/${a.id}`, undefined, a.version));
	await go(page, '/publish');
	await page.getByRole('button', { name: /^Publish \d/ }).click();
	await expect(page.getByLabel('Note')).toHaveAttribute('aria-invalid', 'true');
	await page.getByLabel('Note').fill('The lists moved elsewhere');
	await page.getByRole('button', { name: /^Publish \d/ }).click();
	const held = page.locator('[data-held=guard]');
	await expect(held).toContainText(domain);
	expect(await recipientCode(names[7] as string)).toBe(250);
	await held.getByRole('button', { name: 'Confirm…' }).click();
	const dialog = page.getByRole('alertdialog', { name: `Let ${domain} go live?` });
	await dialog.getByRole('button', { name: 'Confirm' }).click();
	await expect(dialog.getByText('Please fill this in.')).toBeVisible();
	await dialog.getByLabel('Note').fill('They are no longer used');
	await dialog.getByRole('button', { name: 'Confirm' }).click();
	await expect(held).toHaveCount(0);
	await expect.poll(() => recipientCode(names[7] as string)).toBe(550);
	await go(page, '/publish/versions');
	await expect(page.getByRole('row').filter({ hasText: 'They are no longer used' })).toContainText(
		`Confirmed ${domain}`,
	);
	await settled(page);
});
