import { useQuery } from '@tanstack/react-query';
import { Globe, Plus, RotateCcw, SearchX } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { type DomainQuery, domainQuery, domainsQuery, queryClient } from '../api/queries';
import { Page } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatBytes, formatNumber } from '../lib/format';
import { navigate, usePath } from '../lib/location';
import { oneOf, patched } from '../lib/url';
import { useBulk } from '../lib/useBulk';
import { useCounts } from '../lib/useCounts';
import { useList } from '../lib/useList';
import { Button, buttonClass } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { DomainName } from '../ui/DomainName';
import { ErrorBox } from '../ui/ErrorBox';
import { RowLive } from '../ui/Live';
import { Empty, StateMark, Time } from '../ui/Marks';
import { type Column, DataTable, Pager } from '../ui/Table';
import { Chips, SearchBox, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { BulkBar, SelectAll } from './BulkBar';
import { ExportMenu } from './ExportMenu';
import { NewDomain } from './NewDomain';
import { restoreDomain } from './restoreDomain';

type Domain = Schemas['Domain'];
const STATES = ['active', 'prepared', 'disabled', 'retiring', 'deleted'] as const;
const SORTS = [
	'name',
	'-name',
	'created_at',
	'-created_at',
	'mailbox_count',
	'-mailbox_count',
	'quota_allotted',
	'-quota_allotted',
] as const;

export default function Domains() {
	const t = useT();
	const lang = useLang();
	const [path] = usePath();
	const list = useList();
	const state = oneOf(list.params.get('state'), STATES);
	const sort = oneOf(list.sort ?? null, SORTS);
	const [failed, setFailed] = useState<ApiError | null>(null);
	const filter = {
		...(list.q ? { q: list.q } : {}),
		...(state ? { state } : {}),
	};
	const bulk = useBulk('domains', filter);
	const query: DomainQuery = {
		...filter,
		...(sort ? { sort } : {}),
		...list.cursor,
		limit: list.limit,
		count: 'capped',
	};
	const q = useQuery(domainsQuery(query));
	const others = list.q ? { q: list.q } : {};
	const counts = useCounts('domains', others, STATES, (s, signal) =>
		ok(
			client.GET('/api/v1/domains', {
				params: { query: { ...others, state: s, limit: 1, count: 'capped' } },
				signal,
			}),
		),
	);
	const ofLimit = (n: number, max: number) =>
		max === 0 ? formatNumber(n, lang) : `${formatNumber(n, lang)} / ${formatNumber(max, lang)}`;
	const columns: Column<Domain>[] = [
		{
			id: 'name',
			head: t('domain'),
			sort: 'name',
			primary: true,
			cell: (d) => (
				<a href={`#/domains/${d.id}`}>
					<DomainName d={d} />
				</a>
			),
		},
		{ id: 'description', head: t('field.description'), from: 'lg', cell: (d) => d.description },
		{
			id: 'state',
			head: t('field.state'),
			cell: (d) => (
				<>
					<StateMark state={d.state} /> <RowLive serial={d.changed_serial} domain={d.name} />
				</>
			),
		},
		{
			id: 'mailboxes',
			head: t('nav.mailboxes'),
			sort: 'mailbox_count',
			num: true,
			cell: (d) => ofLimit(d.mailbox_count, d.max_mailboxes),
		},
		{
			id: 'aliases',
			head: t('nav.aliases'),
			num: true,
			from: 'sm',
			cell: (d) => ofLimit(d.alias_count, d.max_aliases),
		},
		{
			id: 'quota',
			head: t('field.allotted'),
			sort: 'quota_allotted',
			num: true,
			from: 'sm',
			cell: (d) => (
				<span className="nowrap">
					{formatBytes(d.quota_allotted_bytes, lang)}
					{d.max_quota_bytes > 0 && ` / ${formatBytes(d.max_quota_bytes, lang)}`}
				</span>
			),
		},
		{
			id: 'created',
			head: t('field.created'),
			sort: 'created_at',
			from: 'lg',
			cell: (d) => <Time at={d.created_at} />,
		},
	];
	const restore = async (d: Domain) => {
		try {
			await restoreDomain(t, d);
		} catch (e) {
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0));
		}
	};
	const rows = q.data?.items;
	const filtered = !!(list.q || state);
	const add = (
		<a
			href={`#/domains/new${patched(list.search, {})}`}
			className={buttonClass('primary')}
			data-hotkey="new"
		>
			<Plus className="icon" aria-hidden="true" />
			<span>{t('domain.add')}</span>
		</a>
	);
	return (
		<Page title={t('nav.domains')}>
			{bulk.count > 0 ? (
				<BulkBar bulk={bulk} total={q.data?.total} />
			) : (
				<Toolbar>
					<SearchBox
						value={list.q}
						onChange={(v) => list.filter({ q: v }, { replace: true })}
						label={t('domain.search')}
						placeholder={t('domain.searchHint')}
					/>
					<Chips
						label={t('field.state')}
						value={state}
						onChange={(v) => list.filter({ state: v ?? null })}
						options={STATES.map((s) => ({ value: s, text: t(`state.${s}`) }))}
						counts={counts}
					/>
					<ToolbarEnd>
						{filtered && <SelectAll bulk={bulk} total={q.data?.total} />}
						<ExportMenu noun="domains" filter={filter} sort={sort} />
						{add}
					</ToolbarEnd>
				</Toolbar>
			)}
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{rows?.length === 0 ? (
				filtered ? (
					<Empty icon={SearchX} title={t('nomatch.title')} text={t('nomatch.text', list.q)}>
						<Button onPress={() => list.filter({ q: null, state: null })}>
							{t('nomatch.clear')}
						</Button>
					</Empty>
				) : (
					<Empty icon={Globe} title={t('domain.none')} text={t('domain.noneText')}>
						{add}
					</Empty>
				)
			) : (
				!(q.error && !rows) && (
					<>
						<DataTable
							label={t('nav.domains')}
							columns={columns}
							rows={rows}
							rowId={(d) => d.id}
							selection={bulk.selection(
								rows,
								(d) => d.id,
								(d) => d.name_unicode,
							)}
							{...(state === 'deleted'
								? {
										rowMenu: (d: Domain) => (
											<Button
												small
												onPress={() => void restore(d)}
												aria-label={t('restore.name', d.name_unicode)}
											>
												<RotateCcw className="icon" aria-hidden="true" />
												<span>{t('restore')}</span>
											</Button>
										),
									}
								: {})}
							sort={sort ?? 'name'}
							onSort={(s) => list.filter({ sort: s === 'name' ? null : s })}
							busy={q.isPlaceholderData}
							onHover={(d) =>
								queryClient.setQueryData(domainQuery(d.id).queryKey, (old) => old ?? d)
							}
						/>
						<Pager page={q.data} limit={list.limit} go={list.go} setLimit={list.setLimit} />
					</>
				)
			)}
			{path === '/domains/new' && (
				<NewDomain onClose={() => navigate(`/domains${patched(list.search, {})}`)} />
			)}
			{failed && (
				<Dialog title={t('failed.title')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</Page>
	);
}
