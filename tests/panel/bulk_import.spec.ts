import { mkdirSync, readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { recipientCode } from './mail';
import { api, expect, go, run, seed, settled, test } from './panel';

// A file goes the whole way in the browser: dropped, read, checked, imported,
// reported, and taken back with one act.

const soak = !!process.env.POSTROOM_SOAK;
const ROWS = soak ? 10_000 : 1_200;
const WRONG = 17;
const HASH = '{SHA512-CRYPT}$6$postroom$'.concat('a'.repeat(86));
const domain = `bulk-${run}.example`;
const pictures = !!process.env.POSTROOM_PICTURES;

async function picture(page: Page, name: string) {
	if (!pictures) return;
	mkdirSync('output', { recursive: true });
	await settled(page);
	await page.screenshot({ path: `output/import-${name}.png`, fullPage: true });
}

/** What a person drags from a folder. */
async function drop(page: Page, name: string, bytes: Buffer) {
	const data = await page.evaluateHandle(
		({ base64, name }) => {
			const text = atob(base64);
			const file = new File([Uint8Array.from(text, (c) => c.charCodeAt(0))], name);
			const t = new DataTransfer();
			t.items.add(file);
			return t;
		},
		{ base64: bytes.toString('base64'), name },
	);
	await page.locator('[data-drop]').dispatchEvent('drop', { dataTransfer: data });
}

test('ten thousand rows, seventeen of them wrong, and back again', async ({ page }) => {
	test.setTimeout(soak ? 600_000 : 120_000);
	await go(page, '/');
	await seed(page, domain, []);
	// As Excel in Japan writes it: the encoding has no letters of others.
	const lines = [''];
	const wrong: number[] = [];
	for (let n = 0; n < ROWS; n++) {
		if (n % Math.floor(ROWS / WRONG) === 5 && wrong.length < WRONG) {
			wrong.push(n + 2);
			lines.push(`u${n}@${domain},Name ${n},${HASH},${n % 2 ? 'big' : '500'}`);
		} else lines.push(`u${n}@${domain},Name ${n},${HASH},1G`);
	}
	// The headings in Shift_JIS; nothing else of it is more than ASCII.
	const headings = '8381815b838b83418368838c83582c8e8196bc2c83708358838f815b83682c976597ca';
	const sjis = Buffer.concat([
		Buffer.from(headings, 'hex'),
		Buffer.from(`\r\n${lines.slice(1).join('\r\n')}\r\n`),
	]);
	await go(page, '/import');
	await picture(page, 'start');
	await drop(page, 'users.csv', sjis);
	await expect(page.getByRole('combobox', { name: 'Encoding' })).toHaveValue('shift_jis');
	await expect(page.locator('select[name=column0]')).toHaveValue('address');
	await expect(page.locator('select[name=column3]')).toHaveValue('quota');
	await expect(page.getByRole('cell', { name: `u0@${domain}` })).toBeVisible();
	await picture(page, 'read');
	await page.getByRole('button', { name: 'Check the file' }).click();
	const fresh = ROWS - WRONG;
	await expect(page.locator('[data-summary]')).toContainText(
		`${fresh.toLocaleString('en-GB')} new, 0 changed, 17 errors`,
		{ timeout: 60_000 },
	);
	// Each by line and column.
	const table = page.getByRole('table', { name: 'What is wrong' });
	await expect(table.getByRole('row')).toHaveCount(WRONG + 1);
	for (const line of wrong) {
		await expect(
			table.getByRole('row', { name: new RegExp(`^${line.toLocaleString('en-GB')} 4 Quota `) }),
		).toHaveCount(1);
	}
	const waiting = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Download the wrong rows' }).click();
	const failed = readFileSync(await (await waiting).path(), 'utf8');
	expect(failed.trim().split('\r\n')).toHaveLength(WRONG + 1);
	await picture(page, 'checked');
	await page
		.getByRole('button', { name: `Import ${fresh.toLocaleString('en-GB')} rows` })
		.click();
	await expect(page.locator('[data-report=done]')).toContainText(
		`${fresh.toLocaleString('en-GB')} rows were imported`,
		{ timeout: 120_000 },
	);
	await picture(page, 'report');
	await expect
		.poll(() => recipientCode(`u1@${domain}`), { timeout: 30_000 })
		.toBe(250);
	await page.getByRole('button', { name: 'Take the whole import back' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Undo', exact: true }).click();
	await expect
		.poll(
			async () =>
				(
					await api<{ total: { value: number } }>(
						page,
						'GET',
						`/mailboxes?q=${domain}&count=exact&limit=1`,
					)
				).total.value,
			{ timeout: 120_000 },
		)
		.toBe(0);
});

test('passwords that were made are fetched once', async ({ page }) => {
	const own = `sheets-${run}.example`;
	await go(page, '/');
	await seed(page, own, []);
	await go(page, '/import');
	await drop(page, 'new.csv', Buffer.from(`address,name\nana@${own},Ana\nben@${own},Ben\n`));
	await page.getByRole('button', { name: 'Check the file' }).click();
	await page.getByRole('button', { name: 'Import 2 rows' }).click();
	await page.getByRole('button', { name: 'Fetch as sheets to print' }).click();
	const sheets = page.getByRole('dialog', { name: 'Passwords to hand out' });
	await expect(sheets).toContainText(`ana@${own}`);
	await picture(page, 'sheets');
	await sheets.getByRole('button', { name: 'Close' }).first().click();
	await expect(page.getByText('fetched already')).toBeVisible();
});

test('what is no CSV says what it is', async ({ page, faults }) => {
	faults.expect(422);
	await go(page, '/import');
	await drop(page, 'users.xlsx', Buffer.from([0x50, 0x4b, 3, 4, 20, 0]));
	await expect(page.getByRole('alert')).toContainText('workbook');
});
