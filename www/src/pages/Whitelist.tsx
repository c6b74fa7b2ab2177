import { useQuery } from '@tanstack/react-query';
import {
	CheckCircle2,
	CircleOff,
	History,
	Layers,
	Network,
	Pencil,
	Plus,
	SearchX,
	Trash2,
} from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'wouter';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { queryClient, type WhitelistQuery, whitelistQuery, whitelistsQuery } from '../api/queries';
import { Page } from '../app/Page';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { oneOf, patched } from '../lib/url';
import { useBulk } from '../lib/useBulk';
import { useCounts } from '../lib/useCounts';
import { useList } from '../lib/useList';
import { Button, buttonClass } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RowLive } from '../ui/Live';
import { Empty, Mark, StateMark, Time } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { type Column, DataTable, Pager } from '../ui/Table';
import { saved } from '../ui/Toast';
import { Chips, SearchBox, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { BulkBar, SelectAll } from './BulkBar';
import { ExportMenu } from './ExportMenu';
import { NewEntry, WhitelistDrawer } from './WhitelistDrawer';

type Entry = Schemas['Whitelist'];
const STATES = ['active', 'disabled', 'expired', 'deleted'] as const;
const SORTS = [
	'network',
	'-network',
	'created_at',
	'-created_at',
	'expires_at',
	'-expires_at',
] as const;

export default function Whitelist() {
	const t = useT();
	const { item } = useParams<{ item?: string }>();
	const list = useList();
	const state = oneOf(list.params.get('state'), STATES);
	const sort = oneOf(list.sort ?? null, SORTS);
	const [failed, setFailed] = useState<ApiError | null>(null);
	const filter = {
		...(list.q ? { q: list.q } : {}),
		...(state ? { state } : {}),
	};
	const bulk = useBulk('whitelist', filter);
	const query: WhitelistQuery = {
		...filter,
		...(sort ? { sort } : {}),
		...list.cursor,
		limit: list.limit,
		count: 'capped',
	};
	const q = useQuery(whitelistsQuery(query));
	const others = list.q ? { q: list.q } : {};
	const counts = useCounts('whitelist', others, STATES, (s, signal) =>
		ok(
			client.GET('/api/v1/whitelist', {
				params: { query: { ...others, state: s, limit: 1, count: 'capped' } },
				signal,
			}),
		),
	);
	const here = (id: number, view?: string) =>
		`/whitelist/${id}${patched(list.search, { view: view ?? null })}`;
	const close = () => navigate(`/whitelist${patched(list.search, { view: null })}`);
	const act = async (run: () => Promise<void>) => {
		try {
			await run();
		} catch (e) {
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0));
		}
	};
	const setState = (w: Entry, next: 'active' | 'disabled') =>
		act(async () => {
			const r = await ok(
				client.PATCH('/api/v1/whitelist/{id}', {
					params: { path: { id: w.id }, header: { 'If-Match': etag(w.version) } },
					body: { state: next },
				}),
			);
			saved(t(`whitelist.done.${next}`, w.network), r.changed_serial, {
				domain: next === 'active' ? '' : null,
			});
		});
	const remove = (w: Entry) =>
		act(async () => {
			const r = await ok(
				client.DELETE('/api/v1/whitelist/{id}', {
					params: { path: { id: w.id }, header: { 'If-Match': etag(w.version) } },
				}),
			);
			saved(t('whitelist.done.deleted', w.network), r.changed_serial, { domain: null });
		});
	const columns: Column<Entry>[] = [
		{
			id: 'network',
			head: t('field.network'),
			sort: 'network',
			primary: true,
			cell: (w) => (
				<a href={`#${here(w.id)}`} className="mono">
					{w.network}
				</a>
			),
		},
		{ id: 'note', head: t('field.note'), cell: (w) => w.note },
		{ id: 'owner', head: t('field.owner'), from: 'lg', cell: (w) => w.owner },
		{
			id: 'state',
			head: t('field.state'),
			cell: (w) => (
				<>
					<StateMark state={w.state} /> <RowLive serial={w.changed_serial} domain="" />
				</>
			),
		},
		{
			id: 'overlaps',
			head: t('whitelist.overlaps'),
			from: 'sm',
			cell: (w) =>
				w.overlaps.length > 0 && (
					<Mark tone="warn" icon={Layers}>
						<span className="mono">
							{w.overlaps[0]?.network}
							{w.overlaps.length > 1 && ` ${t('andMore', w.overlaps.length - 1)}`}
						</span>
					</Mark>
				),
		},
		{
			id: 'expires',
			head: t('field.expires'),
			sort: 'expires_at',
			cell: (w) =>
				w.expires_at ? (
					<Time at={w.expires_at} />
				) : (
					<span className="muted">{t('whitelist.never')}</span>
				),
		},
	];
	const menu = (w: Entry) =>
		w.state === 'active' || w.state === 'disabled' ? (
			<ActMenu
				label={t('actions.for', w.network)}
				acts={[
					{ id: 'edit', text: t('edit'), icon: Pencil, href: `#${here(w.id)}` },
					{ id: 'history', text: t('history'), icon: History, href: `#${here(w.id, 'history')}` },
					w.state === 'active'
						? {
								id: 'disable',
								text: t('disable'),
								icon: CircleOff,
								apart: true,
								run: () => void setState(w, 'disabled'),
							}
						: {
								id: 'enable',
								text: t('enable'),
								icon: CheckCircle2,
								apart: true,
								run: () => void setState(w, 'active'),
							},
					{
						id: 'delete',
						text: t('delete'),
						icon: Trash2,
						danger: true,
						apart: true,
						run: () => void remove(w),
					},
				]}
			/>
		) : null;
	const rows = q.data?.items;
	const filtered = !!(list.q || state);
	const add = (
		<a
			href={`#/whitelist/new${patched(list.search, {})}`}
			className={buttonClass('primary')}
			data-hotkey="new"
		>
			<Plus className="icon" aria-hidden="true" />
			<span>{t('whitelist.add')}</span>
		</a>
	);
	return (
		<Page title={t('nav.whitelist')}>
			{bulk.count > 0 ? (
				<BulkBar bulk={bulk} total={q.data?.total} />
			) : (
				<Toolbar>
					<SearchBox
						value={list.q}
						onChange={(v) => list.filter({ q: v }, { replace: true })}
						label={t('whitelist.search')}
						placeholder={t('whitelist.searchHint')}
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
						<ExportMenu noun="whitelist" filter={filter} sort={sort} />
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
					<Empty icon={Network} title={t('whitelist.none')} text={t('whitelist.noneText')}>
						{add}
					</Empty>
				)
			) : (
				!(q.error && !rows) && (
					<>
						<DataTable
							label={t('nav.whitelist')}
							columns={columns}
							rows={rows}
							rowId={(w) => w.id}
							selection={bulk.selection(
								rows,
								(w) => w.id,
								(w) => w.network,
							)}
							rowMenu={menu}
							sort={sort ?? 'network'}
							onSort={(s) => list.filter({ sort: s === 'network' ? null : s })}
							busy={q.isPlaceholderData}
							onHover={(w) =>
								queryClient.setQueryData(whitelistQuery(w.id).queryKey, (old) => old ?? w)
							}
						/>
						<Pager page={q.data} limit={list.limit} go={list.go} setLimit={list.setLimit} />
					</>
				)
			)}
			{item === 'new' && <NewEntry onClose={close} />}
			{item && item !== 'new' && <WhitelistDrawer key={item} id={Number(item)} onClose={close} />}
			{failed && (
				<Dialog title={t('failed.title')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</Page>
	);
}
