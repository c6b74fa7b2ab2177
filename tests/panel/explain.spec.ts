import { api, ensure, expect, go, net, run, test } from './panel';
import { allLive, restore, setMode } from './publishing';

// What will happen to a message: live by the node itself, and as it is saved.

const domain = `explain-${run}.example`;
let alias: { id: number; version: number };

const live = '[data-side=live]';
const saved = '[data-side=saved]';

test.describe.configure({ mode: 'serial' });

test.afterAll(async ({ signedIn }) => restore(signedIn));

test('a known recipient is taken, and live and saved agree', async ({ page }) => {
	await ensure(page, domain, ['taro', 'hanako']);
	alias = await api(page, 'POST', '/aliases', {
		address: `sales@${domain}`,
		targets: [`taro@${domain}`],
	});
	await allLive(page);
	await go(page, '/explain');
	await page.getByLabel('Recipient').fill(`ｓａｌｅｓ＠${domain}`);
	await page.getByLabel('Client address').fill(`${net}.9`);
	await page.getByRole('button', { name: 'Explain' }).click();
	await expect(page.locator(`${live} [data-outcome]`)).toHaveAttribute('data-outcome', 'accept');
	await expect(page.locator(`${saved} [data-outcome]`)).toHaveAttribute('data-outcome', 'accept');
	await expect(page.getByText('Live and saved agree.')).toBeVisible();
	const step = page.locator(`${live} [data-step=recipient_alias]`);
	await expect(step).toContainText(`sales@${domain} taro@${domain}`);
	await expect(step.getByRole('link')).toBeVisible();
	await expect(page).toHaveURL(new RegExp(`recipient=sales`));
});

test('the mail server itself says the same', async ({ page }) => {
	await go(page, `/explain?recipient=sales@${domain}`);
	await page.getByRole('button', { name: 'Ask the mail server itself' }).click();
	await expect(page.getByText('The mail server says the same')).toBeVisible();
});

test('an unknown recipient is refused, with the reply that is sent', async ({ page }) => {
	await go(page, `/explain?recipient=nobody@${domain}`);
	await expect(page.getByLabel('Recipient')).toHaveValue(`nobody@${domain}`);
	const outcome = page.locator(`${live} [data-outcome]`);
	await expect(outcome).toHaveAttribute('data-outcome', 'refuse');
	await expect(outcome).toContainText('550');
	await expect(page.locator(`${live} [data-step=recipient_unknown]`)).toBeVisible();
});

test('what waits for a review shows on one side only', async ({ page }) => {
	await setMode(page, 'reviewed');
	await api(page, 'PATCH', `/aliases/${alias.id}`, { targets: [`hanako@${domain}`] }, alias.version);
	await go(page, `/explain?recipient=sales@${domain}`);
	await expect(page.getByText('Live and saved differ')).toBeVisible();
	await expect(page.locator(`${live} [data-outcome]`)).toContainText(`taro@${domain}`);
	await expect(page.locator(`${saved} [data-outcome]`)).toContainText(`hanako@${domain}`);
	await expect(page.locator(`${saved} [data-step=recipient_alias]`)).toContainText('only here');
});

test('an address that is none is refused at its field', async ({ page, faults }) => {
	faults.expect(422);
	await go(page, '/explain');
	await page.getByRole('button', { name: 'Explain' }).click();
	await expect(page.getByText('Please fill this in.')).toBeVisible();
	await page.getByLabel('Recipient').fill(`taro@${domain}`);
	await page.getByLabel('Client address').fill('printer');
	await page.getByRole('button', { name: 'Explain' }).click();
	await expect(page.getByLabel('Client address')).toHaveAttribute('aria-invalid', 'true');
});

test('the settings in effect name their files', async ({ page }) => {
	await go(page, '/explain/settings');
	const row = page.getByRole('row').filter({ hasText: 'virtual_mailbox_maps' });
	await expect(row).toContainText('main.cf');
});
