import optimizeLocales from '@react-aria/optimize-locales-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The policy of the panel allows no inline script, no inline style element
// and no data: address, so nothing is inlined and no polyfill is injected.
// Style files are loaded by chunk, in any order: each names the layers.
const layers = {
	name: 'layers',
	enforce: 'pre' as const,
	transform: (code: string, id: string) =>
		id.endsWith('.css') ? `@layer reset, tokens, base, ui, page;\n${code}` : undefined,
};

export default defineConfig({
	plugins: [
		layers,
		react(),
		{ ...optimizeLocales.vite({ locales: ['en-US', 'ja-JP'] }), enforce: 'pre' },
	],
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
