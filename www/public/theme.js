// Runs before the first paint: theme and language without a flash.
(() => {
	const read = (key) => {
		try {
			return localStorage.getItem(key);
		} catch {
			return null;
		}
	};
	const root = document.documentElement;
	const theme = read('postroom.theme');
	const dark = matchMedia('(prefers-color-scheme: dark)').matches;
	root.dataset.theme = theme === 'dark' || (theme !== 'light' && dark) ? 'dark' : 'light';
	const lang = read('postroom.lang') || (navigator.language || 'en').slice(0, 2);
	root.lang = lang === 'ja' ? 'ja' : 'en';
})();
