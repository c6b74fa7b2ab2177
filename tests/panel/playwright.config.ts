import { defineConfig } from '@playwright/test';

// The panel in Debian's own Chromium against a running instance:
//   POSTROOM_TEST_URL and POSTROOM_TEST_LINK (tests/lib/with-instance), or
//   POSTROOM_URL, POSTROOM_ADMIN and POSTROOM_PASSWORD of one that is there.
export default defineConfig({
	testDir: '.',
	outputDir: 'output/results',
	fullyParallel: false,
	workers: 1,
	forbidOnly: true,
	retries: 0,
	// Deadlines, not expectations: a machine with other work is slow.
	timeout: 120_000,
	expect: { timeout: 20_000 },
	reporter: [['list']],
	use: {
		actionTimeout: 20_000,
		navigationTimeout: 30_000,
	},
});
