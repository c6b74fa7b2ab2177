import css from './Form.module.css';

type Tab = { text: string; href: string; current: boolean };

export function DrawerTabs({ label, tabs }: { label: string; tabs: Tab[] }) {
	return (
		<nav className={css.tabs} aria-label={label}>
			{tabs.map((tab) => (
				<a key={tab.text} href={tab.href} aria-current={tab.current ? 'page' : undefined}>
					{tab.text}
				</a>
			))}
		</nav>
	);
}
