import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useParams } from 'wouter';
import { ApiError } from '../api/client';
import { domainQuery } from '../api/queries';
import { Page, TabLinks } from '../app/Page';
import { useT } from '../i18n';
import { DomainName } from '../ui/DomainName';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { History } from '../ui/History';
import { LiveMark } from '../ui/Live';
import { Loading, StateMark } from '../ui/Marks';
import { DomainOverview } from './DomainOverview';
import { DomainSettings } from './DomainSettings';
import css from './Form.module.css';
import NotFound from './NotFound';

const MailboxList = lazy(async () => ({ default: (await import('./MailboxList')).MailboxList }));
const AliasList = lazy(async () => ({ default: (await import('./AliasList')).AliasList }));
const AdminList = lazy(async () => ({ default: (await import('./Admins')).AdminList }));

const TABS = ['overview', 'mailboxes', 'aliases', 'admins', 'settings', 'history'] as const;

export default function DomainPage() {
	const t = useT();
	const params = useParams<{ id: string; tab?: string; item?: string }>();
	const id = Number(params.id);
	const q = useQuery({ ...domainQuery(id), enabled: Number.isSafeInteger(id) });
	const tab = TABS.find((x) => x === (params.tab ?? 'overview'));
	if (!tab || !Number.isSafeInteger(id)) return <NotFound />;
	const crumbs = [{ text: t('nav.domains'), href: '/domains' }];
	if (q.error instanceof ApiError && !q.data) {
		return (
			<Page title={t('domain')} crumbs={crumbs}>
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			</Page>
		);
	}
	if (!q.data) return <Loading lines={6} />;
	const d = q.data;
	const base = `/domains/${id}`;
	return (
		<Page
			key={id}
			title={d.name_unicode}
			crumbs={crumbs}
			heading={<DomainName d={d} />}
			aside={
				<div className={css.line}>
					<StateMark state={d.state} />
					<LiveMark serial={d.changed_serial} domain={d.name} />
					<Copy text={d.name} label={t('copyName', d.name)} quiet />
				</div>
			}
		>
			<TabLinks
				label={d.name_unicode}
				tabs={TABS.map((x) => ({
					text: t(`tab.${x}`),
					href: `#${base}${x === 'overview' ? '' : `/${x}`}`,
					current: x === tab,
				}))}
			/>
			{tab === 'overview' && <DomainOverview domain={d} />}
			<Suspense fallback={<Loading lines={4} />}>
				{tab === 'mailboxes' && (
					<MailboxList base={`${base}/mailboxes`} domain={d} item={params.item} />
				)}
				{tab === 'aliases' && <AliasList base={`${base}/aliases`} domain={d} item={params.item} />}
				{tab === 'admins' && (
					<AdminList
						base={`${base}/admins`}
						item={params.item}
						domain={{ id: d.id, name: d.name_unicode }}
					/>
				)}
			</Suspense>
			{tab === 'settings' && <DomainSettings domain={d} />}
			{tab === 'history' && <History query={{ domain_id: id, limit: 50 }} />}
		</Page>
	);
}
