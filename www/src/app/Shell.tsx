import { QueryClientProvider } from '@tanstack/react-query';
import { CircleUserRound, Menu as MenuIcon, Plus, Search, X } from 'lucide-react';
import { Fragment, lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Route, Router, Switch } from 'wouter';
import { useProofWanted } from '../api/proof';
import { queryClient } from '../api/queries';
import { useSessionLost } from '../api/session';
import { useLang, useT } from '../i18n';
import { useHotkey } from '../lib/hotkeys';
import { navigate, usePath, useSearch } from '../lib/location';
import { Button, buttonClass } from '../ui/Button';
import { Loading } from '../ui/Marks';
import overlay from '../ui/Overlay.module.css';
import { Toasts } from '../ui/Toast';
import { Kbd } from '../ui/Toolbar';
import { ConnectionBar } from './ConnectionBar';
import { JobsTray } from './JobsTray';
import { LiveButton } from './LiveButton';
import { NodeBar } from './NodeBar';
import { type Crumb, CrumbContext } from './Page';
import { PendingBar } from './PendingBar';
import { placesFor } from './places';
import { ReLogin } from './ReLogin';
import css from './Shell.module.css';
import { Shortcuts } from './Shortcuts';
import { UserMenu } from './UserMenu';
import type { AdminSession } from './useSession';
import { SessionContext, useSession } from './useSession';

const load = {
	home: () => import('../pages/Home'),
	domains: () => import('../pages/Domains'),
	domainPage: () => import('../pages/DomainPage'),
	mailboxes: () => import('../pages/Mailboxes'),
	aliases: () => import('../pages/Aliases'),
	whitelist: () => import('../pages/Whitelist'),
	changes: () => import('../pages/Changes'),
	importing: () => import('../pages/Import'),
	publish: () => import('../pages/Publish'),
	security: () => import('../pages/Security'),
	explain: () => import('../pages/Explain'),
	system: () => import('../pages/System'),
	admins: () => import('../pages/Admins'),
	tokens: () => import('../pages/Tokens'),
	requests: () => import('../pages/RelayRequests'),
	jobs: () => import('../pages/Jobs'),
	notFound: () => import('../pages/NotFound'),
	palette: () => import('./Palette'),
};
const Home = lazy(load.home);
const Domains = lazy(load.domains);
const DomainPage = lazy(load.domainPage);
const Mailboxes = lazy(load.mailboxes);
const Aliases = lazy(load.aliases);
const Whitelist = lazy(load.whitelist);
const Changes = lazy(load.changes);
const Import = lazy(load.importing);
const Publish = lazy(load.publish);
const Security = lazy(load.security);
const Explain = lazy(load.explain);
const System = lazy(load.system);
const Admins = lazy(load.admins);
const Tokens = lazy(load.tokens);
const RelayRequests = lazy(load.requests);
const Jobs = lazy(load.jobs);
const NotFound = lazy(load.notFound);
const Palette = lazy(load.palette);
const Proof = lazy(async () => ({ default: (await import('./Proof')).Proof }));
const Notices = lazy(async () => {
	const { SignInNotices } = await import('../pages/OwnSessions');
	return { default: () => <SignInNotices passwordHref="#/security" /> };
});

/** All that needs a session: data, routes, React Aria's own words. */
export default function Shell({ session }: { session: AdminSession }) {
	const lang = useLang();
	return (
		<QueryClientProvider client={queryClient}>
			<I18nProvider locale={lang === 'ja' ? 'ja-JP' : 'en-US'}>
				<Router hook={usePath} searchHook={useSearch} hrefs={usePath.hrefs}>
					<SessionContext value={session}>
						<Frame session={session} />
					</SessionContext>
				</Router>
			</I18nProvider>
		</QueryClientProvider>
	);
}

function Frame({ session }: { session: AdminSession }) {
	const t = useT();
	const proof = useProofWanted();
	const [path] = usePath();
	const [crumbs, setCrumbs] = useState<Crumb[]>([]);
	const [palette, setPalette] = useState(false);
	const [sheet, setSheet] = useState(false);
	const [keys, setKeys] = useState(false);
	const lost = useSessionLost();

	useEffect(() => {
		const on = (e: KeyboardEvent) => {
			if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k' && !e.isComposing) {
				e.preventDefault();
				setPalette((open) => !open);
			}
		};
		addEventListener('keydown', on);
		return () => removeEventListener('keydown', on);
	}, []);
	// The other pages are fetched while nothing else is going on.
	useEffect(() => {
		const timer = setTimeout(() => Object.values(load).forEach((f) => void f()), 400);
		return () => clearTimeout(timer);
	}, []);
	useHotkey(
		'/',
		useCallback(() => {
			const box = document.querySelector<HTMLInputElement>('[data-hotkey="search"]');
			if (box) box.focus();
			else setPalette(true);
		}, []),
	);
	useHotkey(
		'n',
		useCallback(() => {
			const add = document.querySelector<HTMLElement>('[data-hotkey="new"]');
			if (add) add.click();
			// A diff on the page has the key for itself.
			else if (!document.querySelector('[data-hotkey="next"]')) navigate('/mailboxes/new');
		}, []),
	);
	useHotkey(
		'?',
		useCallback(() => setKeys(true), []),
	);
	// biome-ignore lint/correctness/useExhaustiveDependencies: both close on navigation
	useEffect(() => {
		setSheet(false);
		setPalette(false);
	}, [path]);

	const skip = () => {
		const main = document.getElementById('main');
		main?.focus();
		main?.scrollIntoView();
	};
	const ownAdd = /^\/(mailboxes|domains\/\d+\/mailboxes)/.test(path);
	return (
		<CrumbContext value={setCrumbs}>
			<button type="button" className={css.skip} onClick={skip}>
				{t('skip')}
			</button>
			<div className={css.shell}>
				<aside className={css.side}>
					<a href="#/" className={css.brand}>
						<img src="/favicon.svg" alt="" width="22" height="22" />
						Postroom
					</a>
					<Nav path={path} />
				</aside>
				<div className={css.main}>
					<header className={css.header}>
						<Button
							look="quiet"
							icon
							className={css.phoneOnly}
							aria-label={t('nav.open')}
							onPress={() => setSheet(true)}
						>
							<MenuIcon className="icon" aria-hidden="true" />
						</Button>
						<Crumbs crumbs={crumbs} />
						{!ownAdd && (
							<a href="#/mailboxes/new" className={`${buttonClass()} ${css.newMailbox}`}>
								<Plus className="icon" aria-hidden="true" />
								<span>{t('mailbox.add')}</span>
							</a>
						)}
						<button
							type="button"
							className={css.find}
							aria-label={t('palette.open')}
							aria-keyshortcuts="Control+K"
							onClick={() => setPalette(true)}
						>
							<Search className="icon" aria-hidden="true" />
							<span>{t('palette.open')}</span>
							<Kbd>Ctrl K</Kbd>
						</button>
						<LiveButton />
						<JobsTray />
						<UserMenu admin={session.admin} onKeys={() => setKeys(true)}>
							<CircleUserRound className="icon" aria-hidden="true" />
						</UserMenu>
					</header>
					<ConnectionBar />
					<NodeBar />
					<PendingBar />
					<main id="main" tabIndex={-1} className={css.content}>
						<Suspense fallback={null}>
							<Notices />
						</Suspense>
						<Suspense fallback={<Loading />}>
							<Switch>
								<Route path="/" component={Home} />
								<Route path="/domains/new" component={Domains} />
								<Route path="/domains" component={Domains} />
								<Route path="/domains/:id/:tab?/:item?" component={DomainPage} />
								<Route path="/mailboxes/:item?" component={Mailboxes} />
								<Route path="/aliases/:item?" component={Aliases} />
								<Route path="/whitelist/:item?" component={Whitelist} />
								<Route path="/changes/:item?" component={Changes} />
								<Route path="/import/:item?" component={Import} />
								<Route path="/publish/:tab?/:item?" component={Publish} />
								<Route path="/explain/:tab?" component={Explain} />
								<Route path="/system/:item?/:tab?" component={System} />
								<Route path="/admins/:item?" component={Admins} />
								<Route path="/tokens/:item?" component={Tokens} />
								<Route path="/relay-requests/:item?" component={RelayRequests} />
								<Route path="/security" component={Security} />
								<Route path="/jobs/:item?" component={Jobs} />
								<Route component={NotFound} />
							</Switch>
						</Suspense>
					</main>
				</div>
			</div>
			{sheet && (
				<ModalOverlay isOpen isDismissable onOpenChange={setSheet} className={overlay.scrim}>
					<Modal className={css.sheet}>
						<AriaDialog aria-label={t('nav.label')} className={overlay.body}>
							<div className={css.sheetHead}>
								<span className={css.brand}>Postroom</span>
								<Button look="quiet" icon aria-label={t('close')} onPress={() => setSheet(false)}>
									<X className="icon" aria-hidden="true" />
								</Button>
							</div>
							<Nav path={path} />
						</AriaDialog>
					</Modal>
				</ModalOverlay>
			)}
			{palette && (
				<Suspense fallback={null}>
					<Palette onClose={() => setPalette(false)} />
				</Suspense>
			)}
			{keys && <Shortcuts onClose={() => setKeys(false)} />}
			{proof && (
				<Suspense fallback={null}>
					<Proof />
				</Suspense>
			)}
			{lost && <ReLogin login={session.admin.login} />}
			<Toasts />
		</CrumbContext>
	);
}

function Nav({ path }: { path: string }) {
	const t = useT();
	const { admin } = useSession();
	return (
		<nav className={css.nav} aria-label={t('nav.label')}>
			{placesFor(admin.role).map((group) => (
				<ul key={group[0]?.href}>
					{group.map(({ href, key, icon: Icon }) => {
						const here = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
						return (
							<li key={href}>
								<a href={`#${href}`} aria-current={here ? 'page' : undefined}>
									<Icon className="icon" aria-hidden="true" />
									<span>{t(key)}</span>
								</a>
							</li>
						);
					})}
				</ul>
			))}
		</nav>
	);
}

function Crumbs({ crumbs }: { crumbs: Crumb[] }) {
	const t = useT();
	return (
		<nav className={css.crumbs} aria-label={t('crumbs')}>
			<ol>
				{crumbs.map((c, i) => (
					<li key={c.text} aria-current={i === crumbs.length - 1 ? 'page' : undefined}>
						{c.href ? (
							<Fragment>
								<a href={`#${c.href}`}>{c.text}</a>
								<span aria-hidden="true">/</span>
							</Fragment>
						) : (
							c.text
						)}
					</li>
				))}
			</ol>
		</nav>
	);
}
