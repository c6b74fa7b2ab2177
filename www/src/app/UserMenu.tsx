import { Check, Keyboard, KeyRound, LogOut, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { Header } from 'react-aria-components/Header';
import { Menu, MenuItem, MenuSection, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import type { Schemas } from '../api/client';
import { setLang, useLang, useT } from '../i18n';
import { setTheme, type Theme, useTheme } from '../lib/theme';
import overlay from '../ui/Overlay.module.css';
import { TriggerButton } from '../ui/TriggerButton';
import { signOut } from './signOut';

const THEMES: Theme[] = ['system', 'light', 'dark'];

export function UserMenu({
	admin,
	onKeys,
	children,
}: {
	admin: Schemas['Admin'];
	onKeys: () => void;
	children: ReactNode;
}) {
	const t = useT();
	const lang = useLang();
	const theme = useTheme();
	const choice = (id: string, text: string, on: boolean, run: () => void, itemLang?: string) => (
		<MenuItem id={id} key={id} textValue={text} className={overlay.item} onAction={run}>
			<Check className="icon" aria-hidden="true" style={{ opacity: on ? 1 : 0 }} />
			<span lang={itemLang}>{text}</span>
		</MenuItem>
	);
	return (
		<MenuTrigger>
			<TriggerButton look="quiet" icon aria-label={t('user.menu', admin.name || admin.login)}>
				{children}
			</TriggerButton>
			<Popover className={overlay.popover} placement="bottom end">
				<Menu className={overlay.menu} aria-label={t('user.menu', admin.name || admin.login)}>
					<MenuSection selectionMode="single" selectedKeys={[`lang-${lang}`]}>
						<Header className={overlay.groupHead}>{t('language')}</Header>
						{choice('lang-en', 'English', lang === 'en', () => void setLang('en'), 'en')}
						{choice('lang-ja', '日本語', lang === 'ja', () => void setLang('ja'), 'ja')}
					</MenuSection>
					<Separator className={overlay.rule} />
					<MenuSection selectionMode="single" selectedKeys={[theme]}>
						<Header className={overlay.groupHead}>{t('theme')}</Header>
						{THEMES.map((v) => choice(v, t(`theme.${v}`), theme === v, () => setTheme(v)))}
					</MenuSection>
					<Separator className={overlay.rule} />
					<MenuItem
						id="tokens"
						href="#/tokens"
						className={overlay.item}
						textValue={t('nav.tokens')}
					>
						<KeyRound className="icon" aria-hidden="true" />
						<span>{t('nav.tokens')}</span>
					</MenuItem>
					<MenuItem
						id="security"
						className={overlay.item}
						href="#/security"
						textValue={t('security')}
					>
						<ShieldCheck className="icon" aria-hidden="true" />
						<span>{t('security')}</span>
					</MenuItem>
					<MenuItem
						id="keys"
						className={overlay.item}
						onAction={onKeys}
						textValue={t('keys.title')}
					>
						<Keyboard className="icon" aria-hidden="true" />
						<span>{t('keys.title')}</span>
						<kbd>?</kbd>
					</MenuItem>
					<MenuItem
						id="out"
						className={overlay.item}
						onAction={() => void signOut()}
						textValue={t('signout')}
					>
						<LogOut className="icon" aria-hidden="true" />
						<span>{t('signout')}</span>
					</MenuItem>
				</Menu>
			</Popover>
		</MenuTrigger>
	);
}
