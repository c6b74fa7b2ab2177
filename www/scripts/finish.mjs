// After the build: compressed copies beside each file, and the size budgets.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const LOGIN_KB = 105;
const ROUTE_KB = 40;
const dist = fileURLToPath(new URL('../dist', import.meta.url));

async function* files(dir) {
	for (const e of await readdir(dir, { withFileTypes: true })) {
		const path = join(dir, e.name);
		if (e.isDirectory()) yield* files(path);
		else yield path;
	}
}

const size = new Map();
for await (const path of files(dist)) {
	if (!/\.(js|css|html|svg|json)$/.test(path) || path.includes('.vite')) continue;
	const data = await readFile(path);
	const gz = gzipSync(data, { level: 9 });
	size.set(path.slice(dist.length + 1), gz.length);
	if (data.length < 512) continue;
	await writeFile(`${path}.gz`, gz);
	const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
	await writeFile(`${path}.br`, brotliCompressSync(data, { params: quality }));
}

const manifest = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8'));
await rm(join(dist, '.vite'), { recursive: true });

// Every file that a chunk needs at once, with the files of its imports.
function closure(key, into = new Set()) {
	const c = manifest[key];
	if (into.has(c.file)) return into;
	into.add(c.file);
	for (const css of c.css ?? []) into.add(css);
	for (const i of c.imports ?? []) closure(i, into);
	return into;
}
const kb = (set) => [...set].reduce((n, f) => n + (size.get(f) ?? 0), 0) / 1024;
const minus = (a, b) => new Set([...a].filter((f) => !b.has(f)));

// A chunk that others share too is listed under its name, not its source.
function entry(name) {
	const is = (k) =>
		k.endsWith(`/${name}.tsx`) || k.endsWith(`/${name}.ts`) || k.startsWith(`_${name}-`);
	return Object.keys(manifest).find((k) => is(k) && manifest[k].isDynamicEntry);
}

const login = closure('index.html');
for (const k of ['SignIn', 'ja']) closure(entry(k), login);
login.add('theme.js');
const shell = closure(entry('Shell'));
const base = new Set([...login, ...shell]);
let ok = true;
function line(name, value, limit) {
	const over = value > limit;
	ok &&= !over;
	const mark = over ? 'OVER' : 'ok';
	console.log(`${name.padEnd(28)} ${value.toFixed(1).padStart(6)} KB gz of ${limit}  ${mark}`);
}
line('sign-in, JS and CSS', kb(login), LOGIN_KB);
console.log(
	`${'after it, the shell'.padEnd(28)} ${kb(minus(shell, login)).toFixed(1).padStart(6)} KB gz`,
);
for (const [key, c] of Object.entries(manifest)) {
	if (!c.isDynamicEntry || key.includes('i18n') || key === entry('Shell')) continue;
	line(
		key.replace(/^src\/\w+\/|^_|-[\w-]{8}\.js$|\.tsx$/g, ''),
		kb(minus(closure(key), base)),
		ROUTE_KB,
	);
}
if (!ok) process.exit(1);
