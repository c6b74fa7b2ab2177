import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { ownMailboxQuery } from '../api/me';
import { useProofWanted } from '../api/proof';
import { queryClient } from '../api/queries';
import { useSessionLost } from '../api/session';
import { ConnectionBar } from '../app/ConnectionBar';
import { Card } from '../app/Page';
import { Proof } from '../app/Proof';
import { ReLogin } from '../app/ReLogin';
import { signOut } from '../app/signOut';
import type { OwnerSession } from '../app/useSession';
import { setLang, useLang, useT } from '../i18n';
import { formatBytes } from '../lib/format';
import { printPart } from '../lib/print';
import { setTheme, type Theme, useTheme } from '../lib/theme';
import { Button } from '../ui/Button';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { SelectField } from '../ui/Field';
import { Loading } from '../ui/Marks';
import { Toasts } from '../ui/Toast';
import { Factors } from './Factors';
import css from './Owner.module.css';
import { OwnPassword, OwnSessions, SignInNotices, SignIns } from './OwnSessions';
import table from './Security.module.css';

/** What the owner of a mailbox sees: one column of cards. */
export default function Owner({ session }: { session: OwnerSession }) {
	const lang = useLang();
	return (
		<QueryClientProvider client={queryClient}>
			<I18nProvider locale={lang === 'ja' ? 'ja-JP' : 'en-US'}>
				<Cards owner={session.mailbox} />
			</I18nProvider>
		</QueryClientProvider>
	);
}

function Cards({ owner }: { owner: Schemas['Owner'] }) {
	const t = useT();
	const lost = useSessionLost();
	const wanted = useProofWanted();
	useEffect(() => {
		document.title = `${owner.address} - Postroom`;
		if (owner.language === 'en' || owner.language === 'ja') void setLang(owner.language);
	}, [owner]);
	return (
		<>
			<header className={css.header}>
				<span className={css.brand}>
					<img src="/favicon.svg" alt="" width="22" height="22" />
					Postroom
				</span>
				<Button onPress={() => void signOut()}>{t('signout')}</Button>
			</header>
			<ConnectionBar />
			<main className={css.main}>
				<h1>{owner.address}</h1>
				<SignInNotices passwordHref="#/" />
				<MailboxCards />
				<OwnPassword isMail />
				<Factors handle={`mailbox/${owner.id}`} login={owner.address} />
				<OwnSessions />
				<SignIns isMail />
				<Look />
			</main>
			{wanted && <Proof />}
			{lost && <ReLogin login={owner.address} />}
			<Toasts />
		</>
	);
}

function MailboxCards() {
	const t = useT();
	const lang = useLang();
	const q = useQuery(ownMailboxQuery);
	if (q.error instanceof ApiError)
		return <ErrorBox error={q.error} onRetry={() => void q.refetch()} />;
	if (!q.data) return <Loading />;
	const m = q.data;
	return (
		<>
			<Card title={t('owner.quota')}>
				<p>
					{m.quota_bytes > 0
						? t('owner.quotaOf', formatBytes(m.quota_bytes, lang))
						: t('owner.quotaNone')}
				</p>
				<p className={table.small}>{t('owner.usage')}</p>
			</Card>
			<Setup mailbox={m} />
		</>
	);
}

const SECURITY = { tls: 'SSL/TLS', starttls: 'STARTTLS' } as const;

/** Server names, ports and user name, as mail programs ask for them. */
function Setup({ mailbox: m }: { mailbox: Schemas['OwnMailbox'] }) {
	const t = useT();
	const part = useRef<HTMLDivElement>(null);
	return (
		<div ref={part}>
			<Card
				title={t('owner.setup')}
				aside={
					<Button small onPress={() => printPart(part.current)}>
						{t('owner.print')}
					</Button>
				}
			>
				<div className={table.key}>
					<span className={table.small}>{t('owner.user')}</span>
					<code>{m.address}</code>
					<Copy text={m.address} label={t('owner.copy', t('owner.user'))} quiet />
				</div>
				<p className={table.small}>{t('owner.userHelp')}</p>
				<table className={table.table}>
					<thead>
						<tr>
							<th />
							<th>{t('owner.server')}</th>
							<th>{t('owner.port')}</th>
							<th>{t('owner.security')}</th>
						</tr>
					</thead>
					<tbody>
						{m.servers.map((s) => (
							<tr key={`${s.protocol}${s.port}`}>
								<th scope="row">
									{s.protocol === 'smtp'
										? t('owner.send')
										: t('owner.receive', s.protocol.toUpperCase())}
								</th>
								<td className="mono">{s.host}</td>
								<td className="mono">{s.port}</td>
								<td>{SECURITY[s.security]}</td>
							</tr>
						))}
					</tbody>
				</table>
			</Card>
		</div>
	);
}

const THEMES: Theme[] = ['system', 'light', 'dark'];

function Look() {
	const t = useT();
	const lang = useLang();
	const theme = useTheme();
	const speak = (language: 'en' | 'ja') => {
		void setLang(language);
		void ok(client.PUT('/api/v1/me/language', { body: { language } })).catch(() => undefined);
	};
	return (
		<Card title={t('owner.look')}>
			<div className={css.look}>
				<SelectField
					label={t('language')}
					name="language"
					value={lang}
					onChange={speak}
					options={[
						{ value: 'en', text: 'English' },
						{ value: 'ja', text: '日本語' },
					]}
				/>
				<SelectField
					label={t('theme')}
					name="theme"
					value={theme}
					onChange={setTheme}
					options={THEMES.map((v) => ({ value: v, text: t(`theme.${v}`) }))}
				/>
			</div>
		</Card>
	);
}
