import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import css from './Page.module.css';

export type Crumb = { text: string; href?: string };
export const CrumbContext = createContext<(c: Crumb[]) => void>(() => {});

let first = true;

type Props = {
	title: string;
	/** What stands before it; the title itself comes last. */
	crumbs?: Crumb[];
	heading?: ReactNode;
	aside?: ReactNode;
	children: ReactNode;
};

/** One h1, which has the focus after each change of the page. */
export function Page({ title, crumbs, heading, aside, children }: Props) {
	const set = useContext(CrumbContext);
	const h1 = useRef<HTMLHeadingElement>(null);
	const path = JSON.stringify([...(crumbs ?? []), { text: title }]);
	useEffect(() => {
		document.title = `${title} - Postroom`;
		set(JSON.parse(path) as Crumb[]);
	}, [title, path, set]);
	useEffect(() => {
		if (first) {
			first = false;
			return;
		}
		scrollTo(0, 0);
		if (!document.querySelector('[role="dialog"]')) h1.current?.focus({ preventScroll: true });
	}, []);
	return (
		<>
			<div className={css.top}>
				<h1 ref={h1} tabIndex={-1}>
					{heading ?? title}
				</h1>
				{aside}
			</div>
			{children}
		</>
	);
}

/** Facts about one object: name and value. */
export function Facts({ children }: { children: ReactNode }) {
	return <dl className={css.facts}>{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}

export function Card({
	title,
	aside,
	children,
}: {
	title?: string;
	aside?: ReactNode;
	children: ReactNode;
}) {
	return (
		<section className={css.card}>
			{title && (
				<div className={css.cardHead}>
					<h2>{title}</h2>
					{aside}
				</div>
			)}
			{children}
		</section>
	);
}

export function Stack({ children, narrow }: { children: ReactNode; narrow?: boolean }) {
	return <div className={narrow ? `${css.stack} ${css.narrow}` : css.stack}>{children}</div>;
}

export function Columns({ children }: { children: ReactNode }) {
	return <div className={css.columns}>{children}</div>;
}

export function TabLinks({
	label,
	tabs,
}: {
	label: string;
	tabs: { text: string; href: string; current: boolean }[];
}) {
	return (
		<nav className={css.tabs} aria-label={label}>
			{tabs.map((tab) => (
				<a key={tab.href} href={tab.href} aria-current={tab.current ? 'page' : undefined}>
					{tab.text}
				</a>
			))}
		</nav>
	);
}
