import type { Page } from '@playwright/test';
import { api, ensure, expect, go, run, settled, test } from './panel';
import { allLive } from './publishing';

const domain = `audit-${run}.example`;
const people = ['mika', 'nao', 'osamu', 'rin'];

type Box = { id: number; address: string; version: number; quota_bytes: number; state: string };
type Job = { id: number; state: string };

async function boxes(page: Page): Promise<{ id: number; items: Box[] }> {
	const id = await ensure(page, domain, people);
	const d = await api<{ items: { id: number }[] }>(page, 'GET', `/domains?q=${domain}`);
	const domainId = typeof id === 'number' ? id : (d.items[0]?.id as number);
	const list = await api<{ items: Box[] }>(page, 'GET', `/mailboxes?domain_id=${domainId}`);
	return { id: domainId, items: list.items };
}

async function ended(page: Page, id: number): Promise<Job> {
	let job = await api<Job>(page, 'GET', `/jobs/${id}`);
	await expect(async () => {
		job = await api<Job>(page, 'GET', `/jobs/${id}`);
		expect(['done', 'failed', 'cancelled']).toContain(job.state);
	}).toPass({ timeout: 30_000 });
	return job;
}

test('a job is taken back after a look at what stands in the way', async ({ page }) => {
	const { id, items } = await boxes(page);
	const { job } = await api<{ job: Job }>(page, 'POST', '/mailboxes/bulk', {
		filter: { domain_id: id },
		expected_count: items.length,
		action: { quota_bytes: 7 * 1024 ** 2 },
	});
	await ended(page, job.id);
	const box = (await boxes(page)).items.find((m) => m.address === `nao@${domain}`) as Box;
	await api(page, 'PATCH', `/mailboxes/${box.id}`, { quota_bytes: 9 * 1024 ** 2 }, box.version);
	await go(page, `/jobs/${job.id}`);
	await page.getByRole('button', { name: 'Undo this job…' }).click();
	const dialog = page.getByRole('dialog', { name: /^Undo: / });
	await expect(dialog).toContainText(`${items.length} changes in`);
	await expect(dialog.getByRole('link', { name: /changed again by change/ })).toBeVisible();
	const undo = dialog.getByRole('button', { name: 'Undo', exact: true });
	await expect(undo).toBeDisabled();
	await dialog.getByText('Leave these as they are and undo the rest').click();
	await undo.click();
	await expect(page.getByRole('heading', { name: /^Undo/ })).toBeVisible();
	await expect(page.getByText('1 failed')).toBeVisible();
	await expect(page.getByRole('link', { name: `Takes back job ${job.id}` })).toBeVisible();
	const after = new Map((await boxes(page)).items.map((m) => [m.address, m.quota_bytes]));
	expect(after.get(`nao@${domain}`)).toBe(9 * 1024 ** 2);
	expect(after.get(`rin@${domain}`)).not.toBe(7 * 1024 ** 2);
});

test('the audit log filters in the URL and goes out as a file', async ({ page }) => {
	await boxes(page);
	await go(page, '/changes');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Audit log');
	await page.getByRole('searchbox', { name: 'Name begins with' }).fill(`mika@${domain}`);
	await expect(page).toHaveURL(/q=mika/);
	await page.getByRole('combobox', { name: 'What was done' }).selectOption('mailbox.create');
	await expect(page).toHaveURL(/action=mailbox\.create/);
	await settled(page);
	await expect(page.getByRole('row')).toHaveCount(2);
	await page.getByRole('link', { name: new RegExp(`mika@${domain}`) }).click();
	await expect(page.getByRole('dialog').getByText('After')).toBeVisible();
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: 'Export' }).click();
	const file = page.waitForEvent('download');
	await page.getByRole('menuitem', { name: /JSON lines/ }).click();
	expect((await file).suggestedFilename()).toMatch(/^audit-\d{4}-\d\d-\d\d\.jsonl$/);
});

test('a hacked mailbox is locked, and each step is shown and taken back', async ({ page }) => {
	const { items } = await boxes(page);
	const box = items.find((m) => m.address === `osamu@${domain}`) as Box;
	await api(page, 'POST', '/aliases', {
		address: `osamu2@${domain}`,
		targets: [`osamu@${domain}`, 'thief@outside.example'],
	});
	await allLive(page);
	await go(page, `/mailboxes/${box.id}`);
	await page.getByRole('button', { name: 'Lock now…' }).click();
	const dialog = page.getByRole('dialog', { name: `Lock osamu@${domain}` });
	await expect(dialog).toContainText('takes this mailbox’s mail');
	await dialog.getByRole('button', { name: 'Lock now' }).click();
	await expect(dialog.getByText('Nobody can sign in')).toBeVisible({ timeout: 20_000 });
	await expect(dialog.getByText(/: 0 held/)).toBeVisible({ timeout: 30_000 });
	await dialog.getByRole('button', { name: 'Remove thief@outside.example' }).click();
	await expect(dialog.getByText('thief@outside.example')).toHaveCount(0);
	await dialog.getByRole('button', { name: 'Let the owner sign in' }).click();
	await expect(dialog.getByText('The owner can sign in again')).toBeVisible();
});
