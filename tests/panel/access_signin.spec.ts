import { createHmac } from 'node:crypto';
import type { Browser, Page } from '@playwright/test';
import { api, ensure, expect, go, run, test, toast, url, watch } from './panel';

// Signing in with a code and with a passkey, as the owner of a mailbox, in a
// browser of his own. The authenticator is Chromium's virtual one.

const domain = `signin-${run}.example`;
const secret = 'a quiet river 7';

const bytesOf = (base32: string) => {
	const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...base32].map((c) => letters.indexOf(c).toString(2).padStart(5, '0')).join('');
	return Buffer.from(bits.match(/.{8}/g)?.map((b) => Number.parseInt(b, 2)) ?? []);
};
const codeOf = (base32: string, shift = 0) => {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + shift));
	const mac = createHmac('sha1', bytesOf(base32)).update(counter).digest();
	const at = (mac[19] ?? 0) & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
};

async function visitor(browser: Browser | null, faults: string[]): Promise<Page> {
	if (!browser) throw new Error('no browser');
	const context = await browser.newContext({ locale: 'en-GB' });
	const page = await context.newPage();
	await watch(page, faults, new Set([401, 403, 422]));
	const cdp = await context.newCDPSession(page);
	await cdp.send('WebAuthn.enable');
	await cdp.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true,
		},
	});
	return page;
}

async function passwordStep(page: Page, address: string): Promise<void> {
	await page.goto(`${url}/`);
	await page.locator('input[name=login]').fill(address);
	await page.locator('input[name=password]').fill(secret);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The page loads itself anew when the session is over. */
async function signOut(page: Page): Promise<void> {
	const anew = page.waitForEvent('load');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await anew;
}

test('an owner sets up an app and signs in with its code', async ({ page, signedIn }) => {
	const address = `taro@${domain}`;
	await ensure(page, domain, []);
	await api(page, 'POST', '/mailboxes', { address, password: secret });
	const faults: string[] = [];
	const own = await visitor(signedIn.browser(), faults);
	await passwordStep(own, address);
	await expect(own.getByRole('heading', { name: address })).toBeVisible();
	await own.getByRole('button', { name: 'Set up an app' }).click();
	const key = (await own.locator('[data-secret]').textContent()) ?? '';
	await expect(own.getByRole('img', { name: 'QR code of the key' })).toBeVisible();
	await own.locator('input[name=code]').fill(codeOf(key, -1));
	await expect(own.locator('[data-codes] li')).toHaveCount(10);
	await own.getByRole('button', { name: 'Done' }).click();
	await expect(own.getByText('On. Signing in takes a code.')).toBeVisible();
	await signOut(own);
	await passwordStep(own, address);
	// Six digits send themselves.
	await own.locator('input[name=code]').fill(codeOf(key));
	await expect(own.getByRole('heading', { name: address })).toBeVisible();
	expect(faults).toEqual([]);
	await own.context().close();
});

test('a passkey is added, signs in alone, and is removed', async ({ page, signedIn }) => {
	const address = `hanako@${domain}`;
	await ensure(page, domain, []);
	await api(page, 'POST', '/mailboxes', { address, password: secret });
	const faults: string[] = [];
	const own = await visitor(signedIn.browser(), faults);
	await passwordStep(own, address);
	await own.getByRole('button', { name: 'Add a passkey' }).click();
	await own.locator('input[name=name]').fill('Laptop');
	await own.getByRole('dialog').getByRole('button', { name: 'Add a passkey' }).click();
	await expect(own.locator('[data-codes] li')).toHaveCount(10);
	await own.getByRole('button', { name: 'Done' }).click();
	await expect(own.getByText('Laptop')).toBeVisible();
	await signOut(own);
	await own.goto(`${url}/`);
	const heading = own.getByRole('heading', { name: address });
	// The browser may offer it in the field at once; else it is one press.
	await expect(async () => {
		if (await heading.isVisible()) return;
		await own.getByRole('button', { name: 'Sign in with a passkey' }).click({ timeout: 1000 });
		await expect(heading).toBeVisible({ timeout: 3000 });
	}).toPass();
	await own.getByRole('button', { name: 'Remove Laptop' }).click();
	await expect(toast(own, 'Passkey removed')).toBeVisible();
	expect(faults).toEqual([]);
	await own.context().close();
});

test('an owner sets the password by a link', async ({ page, signedIn }) => {
	const address = `jiro@${domain}`;
	await ensure(page, domain, []);
	await api(page, 'POST', '/mailboxes', { address });
	await go(page, `/mailboxes?q=${address}`);
	await page.getByRole('button', { name: `Actions for ${address}` }).click();
	await page.getByRole('menuitem', { name: 'Link to set a password' }).click();
	const link = (await page.locator('[data-link]').textContent()) ?? '';
	expect(link).toMatch(/first-use\?token=[A-Za-z0-9]{43}$/);
	await page.getByRole('button', { name: 'Done' }).click();
	const faults: string[] = [];
	const own = await visitor(signedIn.browser(), faults);
	await own.goto(link);
	await own.locator('input[name=password]').fill('another quiet river');
	await own.getByRole('button', { name: /Set the password/ }).click();
	await expect(own.getByRole('heading', { name: address })).toBeVisible();
	await own.screenshot({ path: '/tmp/signin-owner.png', fullPage: true });
	expect(faults).toEqual([]);
	await own.context().close();
});
