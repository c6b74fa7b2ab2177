import { useQuery } from '@tanstack/react-query';
import { CheckCircle2, CircleAlert, TriangleAlert } from 'lucide-react';
import { ApiError, type Schemas } from '../api/client';
import { homeQuery, publishingQuery } from '../api/queries';
import { Nodes } from '../app/Nodes';
import { Card, Columns, Page, Stack } from '../app/Page';
import { useSession } from '../app/useSession';
import { useLang, useT } from '../i18n';
import { formatBytes, formatNumber, formatTime } from '../lib/format';
import { actionText, limitText } from '../lib/words';
import { buttonClass } from '../ui/Button';
import { DomainName } from '../ui/DomainName';
import { ErrorBox } from '../ui/ErrorBox';
import { actorName } from '../ui/History';
import { Bar, Loading, Time } from '../ui/Marks';
import css from './Form.module.css';

type Attention = Schemas['Attention'];

/** One press from its fix. */
function fixOf(a: Attention): string {
	switch (a.noun) {
		case 'domain':
			return a.kind === 'domain_full' || a.kind === 'domain_retiring'
				? `#/domains/${a.noun_id}/settings`
				: `#/domains/${a.noun_id}`;
		case 'whitelist':
			return `#/whitelist/${a.noun_id}`;
		case 'relay_request':
			return `#/relay-requests/${a.noun_id}`;
		case 'job':
			return `#/jobs/${a.noun_id}`;
		case 'node':
			return a.noun_id ? `#/system/${a.noun_id}` : '#/system';
		case 'publishing':
			return '#/publish';
	}
}

export default function Home() {
	const t = useT();
	const lang = useLang();
	const q = useQuery(homeQuery);
	const { admin } = useSession();
	const publishing = useQuery(publishingQuery).data;
	if (q.error instanceof ApiError && !q.data) {
		return (
			<Page title={t('nav.home')}>
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			</Page>
		);
	}
	if (!q.data) {
		return (
			<Page title={t('nav.home')}>
				<Loading lines={8} />
			</Page>
		);
	}
	const h = q.data;
	const isSuper = admin.role === 'superadmin';
	const tiles = [
		{ href: '#/domains', text: t('nav.domains'), n: h.counts.domains },
		{ href: '#/mailboxes', text: t('nav.mailboxes'), n: h.counts.mailboxes },
		{ href: '#/aliases', text: t('nav.aliases'), n: h.counts.aliases },
		...(isSuper ? [{ href: '#/whitelist', text: t('nav.whitelist'), n: h.counts.whitelist }] : []),
	];
	return (
		<Page title={t('nav.home')}>
			<Stack>
				<Card title={t('home.attention')}>
					{h.attention.length === 0 ? (
						<p className={css.line}>
							<CheckCircle2 className="icon" aria-hidden="true" style={{ color: 'var(--ok)' }} />
							{h.counts.domains === 0 ? t('home.start') : t('home.allWell')}
						</p>
					) : (
						<ul className={css.attention}>
							{h.attention.map((a) => (
								<li key={a.kind + a.subject}>
									{a.severity === 'error' ? (
										<CircleAlert
											className="icon"
											role="img"
											aria-label={t('severity.error')}
											style={{ color: 'var(--error)' }}
										/>
									) : (
										<TriangleAlert
											className="icon"
											role="img"
											aria-label={t('severity.warning')}
											style={{ color: 'var(--warn)' }}
										/>
									)}
									<span>
										{t(
											`attention.${a.kind}`,
											a.subject,
											a.at ? formatTime(a.at, lang) : '',
											a.text,
										)}
									</span>
									<a href={fixOf(a)}>{t('home.look')}</a>
								</li>
							))}
						</ul>
					)}
					{h.counts.domains === 0 && (
						<p>
							<a href="#/domains/new" className={buttonClass('primary')} data-hotkey="new">
								{t('domain.add')}
							</a>
						</p>
					)}
				</Card>
				<div className={css.tiles}>
					{tiles.map((x) => (
						<a key={x.href} href={x.href} className={css.tile}>
							<span>{x.text}</span>
							<span className={css.count}>{formatNumber(x.n, lang)}</span>
						</a>
					))}
				</div>
				<Columns>
					<Card title={t('home.recent')} aside={<a href="#/changes">{t('home.allChanges')}</a>}>
						{h.revisions.length === 0 ? (
							<p className="muted">{t('history.none')}</p>
						) : (
							<ul>
								{h.revisions.slice(0, 8).map((r) => (
									<li key={r.serial} className={css.linkRow}>
										<a href={`#/changes/${r.serial}`}>
											{actionText(t, r.action, r.first, r.change_count)}
										</a>
										<span className="muted">
											{actorName(t, r.actor)} · <Time at={r.created_at} />
										</span>
									</li>
								))}
							</ul>
						)}
					</Card>
					<Stack>
						<Card title={t('live.title')}>
							{publishing && publishing.nodes.length > 0 ? (
								<Nodes data={publishing} />
							) : (
								<p className="muted">{t('live.none')}</p>
							)}
						</Card>
						{h.quota.length > 0 && <QuotaCard rows={h.quota} />}
					</Stack>
				</Columns>
			</Stack>
		</Page>
	);
}

/** Quota that is given out: a bar beside its numbers in one table. */
function QuotaCard({ rows }: { rows: Schemas['DomainQuota'][] }) {
	const t = useT();
	const lang = useLang();
	const most = Math.max(1, ...rows.map((d) => d.quota_allotted_bytes));
	return (
		<Card title={t('home.quota')}>
			<table className={css.quota}>
				<thead>
					<tr>
						<th scope="col">{t('domain')}</th>
						<th scope="col">
							<span className="sr">{t('home.share')}</span>
						</th>
						<th scope="col" className={css.num}>
							{t('field.allotted')}
						</th>
						<th scope="col" className={css.num}>
							{t('field.limit')}
						</th>
					</tr>
				</thead>
				<tbody>
					{rows.slice(0, 6).map((d) => (
						<tr key={d.domain_id}>
							<th scope="row">
								<a href={`#/domains/${d.domain_id}`}>
									<DomainName d={d} />
								</a>
							</th>
							<td style={{ width: '28%' }}>
								<Bar
									value={d.quota_allotted_bytes}
									max={d.max_quota_bytes || most}
									bad={d.max_quota_bytes > 0 && d.quota_allotted_bytes > 0.9 * d.max_quota_bytes}
									label={d.name_unicode}
								/>
							</td>
							<td className={css.num}>{formatBytes(d.quota_allotted_bytes, lang)}</td>
							<td className={css.num}>
								{limitText(t, d.max_quota_bytes, (n) => formatBytes(n, lang))}
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</Card>
	);
}
