import { type ReactNode, useEffect } from 'react';
import { ConnectionBar } from '../app/ConnectionBar';
import { setLang, useLang, useT } from '../i18n';
import { Button } from '../ui/Button';
import css from './SignIn.module.css';

/** The frame of the pages before the sign-in. */
export function Front({ title, children }: { title: string; children: ReactNode }) {
	const t = useT();
	const lang = useLang();
	useEffect(() => {
		document.title = `${title} - Postroom`;
	}, [title]);
	return (
		<div className={css.page}>
			<div className={css.top}>
				<ConnectionBar />
			</div>
			<main className={css.card}>
				<p className={css.brand}>
					<img src="/favicon.svg" alt="" width="26" height="26" />
					Postroom
				</p>
				<h1>{title}</h1>
				{children}
			</main>
			<footer className={css.foot}>
				<Button
					look="link"
					onPress={() => void setLang(lang === 'ja' ? 'en' : 'ja')}
					aria-label={t('language.switch')}
				>
					<span lang={lang === 'ja' ? 'en' : 'ja'}>{lang === 'ja' ? 'English' : '日本語'}</span>
				</Button>
			</footer>
		</div>
	);
}
