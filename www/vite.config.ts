import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The policy of the panel allows no inline script, no inline style element
// and no data: address, so nothing is inlined and no polyfill is injected.
export default defineConfig({
	plugins: [react(), { ...optimizeLocales.vite({ locales: ['en-US', 'ja-JP'] }), enforce: 'pre' }],
	build: {
		target: 'es2022',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		manifest: true,
		cssCodeSplit: true,
		reportCompressedSize: false,
	},
	server: { proxy: { '/api': process.env.POSTROOM_URL ?? 'http://localhost:8080' } },
	test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
