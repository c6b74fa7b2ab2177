import { send } from './mail';
import { expect, go, run, test, toast } from './panel';
import { publishing } from './publishing';

// What waits in the queue of the mail server: nobody takes mail for this domain
// outside, so it stays.

const domain = `queue-${run}.test`;
const address = `far@${domain}`;

test.describe.configure({ mode: 'serial' });

test('a message that waits is shown, held, released, and deleted', async ({ page }) => {
	await send(address, 'waits for somebody', '127.0.0.1');
	const id = (await publishing(page)).nodes[0]?.id;
	await go(page, `/system/${id}/queue`);
	const row = page.getByRole('row').filter({ hasText: address });
	await expect(async () => {
		await page.getByRole('button', { name: 'Look again' }).click();
		await expect(row).toContainText('Waits', { timeout: 2_000 });
	}).toPass({ timeout: 60_000 });
	await expect(row).toContainText('refused');
	const act = async (what: string) => {
		await row.getByRole('button', { name: /^Actions for/ }).click();
		await page.getByRole('menuitem', { name: what }).click();
	};
	await act('Headers');
	const headers = page.getByRole('dialog', { name: /^Headers of/ });
	await expect(headers).toContainText('Subject: waits for somebody');
	await page.keyboard.press('Escape');
	await expect(headers).toHaveCount(0);
	await act('Hold');
	await expect(row).toContainText('On hold');
	await act('Release');
	await expect(row).not.toContainText('On hold');
	// A domain outside, too, is tried again by itself.
	await page.getByRole('button', { name: `Try the mail to ${domain} now` }).click();
	await expect(toast(page, `The mail to ${domain} is tried now`)).toBeVisible();
	await act('Delete');
	const sure = page.getByRole('alertdialog', { name: 'Delete this message?' });
	await expect(sure).toContainText(address);
	await sure.getByRole('button', { name: 'Delete' }).click();
	await expect(row).toHaveCount(0);
});

test('outage mode keeps mail longer, and says when the first goes back', async ({ page }) => {
	await send(address, 'waits longer', '127.0.0.1');
	const id = (await publishing(page)).nodes[0]?.id;
	await go(page, `/system/${id}/queue`);
	await expect(page.locator('[data-outage=off]')).toContainText('5 days');
	await page.getByRole('button', { name: 'Switch on' }).click();
	await expect(page.locator('[data-outage=on]')).toContainText('30 days');
	await expect(page.getByRole('timer')).toContainText(/^(29|30) days/);
	await page.getByRole('button', { name: 'Switch off' }).click();
	await expect(page.locator('[data-outage=off]')).toContainText('5 days');
});
