import { useQuery } from '@tanstack/react-query';
import {
	AtSign,
	CheckCircle2,
	CircleOff,
	History,
	Pencil,
	Plus,
	RotateCcw,
	SearchX,
	Trash2,
} from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { type AliasQuery, aliasesQuery, aliasQuery, queryClient } from '../api/queries';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { idIn, oneOf, patched } from '../lib/url';
import { useBulk } from '../lib/useBulk';
import { useCounts } from '../lib/useCounts';
import { useList } from '../lib/useList';
import { Button, buttonClass } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RowLive } from '../ui/Live';
import { Empty, StateMark, Time } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { type Column, DataTable, Pager } from '../ui/Table';
import { saved } from '../ui/Toast';
import { Chips, SearchBox, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { AliasDrawer, NewAlias } from './AliasDrawer';
import { BulkBar, SelectAll } from './BulkBar';
import { ExportMenu } from './ExportMenu';
import { DomainChip } from './MailboxList';

type Alias = Schemas['Alias'];
const STATES = ['active', 'disabled', 'deleted'] as const;
const SORTS = ['address', '-address', 'created_at', '-created_at'] as const;
const SHOWN = 3;

type Props = { base: string; domain?: Schemas['Domain'] | undefined; item?: string | undefined };

export function AliasList({ base, domain, item }: Props) {
	const t = useT();
	const list = useList();
	const state = oneOf(list.params.get('state'), STATES);
	const domainId = domain?.id ?? idIn(list.params, 'domain_id');
	const sort = oneOf(list.sort ?? null, SORTS);
	const [failed, setFailed] = useState<ApiError | null>(null);
	const filter = {
		...(list.q ? { q: list.q } : {}),
		...(state ? { state } : {}),
		...(domainId ? { domain_id: domainId } : {}),
	};
	const bulk = useBulk('aliases', filter);
	const query: AliasQuery = {
		...filter,
		...(sort ? { sort } : {}),
		...list.cursor,
		limit: list.limit,
		count: 'capped',
	};
	const q = useQuery(aliasesQuery(query));
	const others = {
		...(list.q ? { q: list.q } : {}),
		...(domainId ? { domain_id: domainId } : {}),
	};
	const counts = useCounts('aliases', others, STATES, (s, signal) =>
		ok(
			client.GET('/api/v1/aliases', {
				params: { query: { ...others, state: s, limit: 1, count: 'capped' } },
				signal,
			}),
		),
	);
	const here = (id: number, view?: string) =>
		`${base}/${id}${patched(list.search, { view: view ?? null })}`;
	const close = () => navigate(base + patched(list.search, { view: null }));
	const act = async (run: () => Promise<void>) => {
		try {
			await run();
		} catch (e) {
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0));
		}
	};
	const setState = (a: Alias, next: 'active' | 'disabled') =>
		act(async () => {
			const r = await ok(
				client.PATCH('/api/v1/aliases/{id}', {
					params: { path: { id: a.id }, header: { 'If-Match': etag(a.version) } },
					body: { state: next },
				}),
			);
			saved(t(`alias.done.${next}`, a.address), r.changed_serial);
		});
	const remove = (a: Alias) =>
		act(async () => {
			const r = await ok(
				client.DELETE('/api/v1/aliases/{id}', {
					params: { path: { id: a.id }, header: { 'If-Match': etag(a.version) } },
				}),
			);
			saved(t('alias.done.deleted', a.address), r.changed_serial);
		});
	const restore = (a: Alias) =>
		act(async () => {
			const r = await ok(
				client.POST('/api/v1/aliases/{id}/restore', { params: { path: { id: a.id } } }),
			);
			saved(t('alias.done.restored', a.address), r.changed_serial);
		});

	const columns: Column<Alias>[] = [
		{
			id: 'address',
			head: t('address'),
			sort: 'address',
			primary: true,
			cell: (a) => (
				<>
					<a href={`#${here(a.id)}`} className="mono">
						{a.address}
					</a>
					{a.is_catch_all && <span className="muted"> {t('alias.catchAll')}</span>}
				</>
			),
		},
		{
			id: 'targets',
			head: t('field.targets'),
			cell: (a) => (
				<span className="mono">
					{a.targets.slice(0, SHOWN).join(', ')}
					{a.target_count > SHOWN && ` ${t('andMore', a.target_count - SHOWN)}`}
				</span>
			),
		},
		{ id: 'description', head: t('field.description'), from: 'lg', cell: (a) => a.description },
		{
			id: 'state',
			head: t('field.state'),
			cell: (a) => (
				<>
					<StateMark state={a.state} />{' '}
					<RowLive serial={a.changed_serial} domain={a.address.split('@')[1]} />
				</>
			),
		},
		{
			id: 'created',
			head: t('field.created'),
			sort: 'created_at',
			from: 'lg',
			cell: (a) => <Time at={a.created_at} />,
		},
	];
	const menu = (a: Alias) =>
		a.state === 'deleted' ? (
			<Button small onPress={() => void restore(a)} aria-label={t('restore.name', a.address)}>
				<RotateCcw className="icon" aria-hidden="true" />
				<span>{t('restore')}</span>
			</Button>
		) : (
			<ActMenu
				label={t('actions.for', a.address)}
				acts={[
					{ id: 'edit', text: t('edit'), icon: Pencil, href: `#${here(a.id)}` },
					{ id: 'history', text: t('history'), icon: History, href: `#${here(a.id, 'history')}` },
					a.state === 'active'
						? {
								id: 'disable',
								text: t('disable'),
								icon: CircleOff,
								apart: true,
								run: () => void setState(a, 'disabled'),
							}
						: {
								id: 'enable',
								text: t('enable'),
								icon: CheckCircle2,
								apart: true,
								run: () => void setState(a, 'active'),
							},
					{
						id: 'delete',
						text: t('delete'),
						icon: Trash2,
						danger: true,
						apart: true,
						run: () => void remove(a),
					},
				]}
			/>
		);
	const filtered = !!(list.q || state || (domainId && !domain));
	const rows = q.data?.items;
	const add = (
		<a
			href={`#${base}/new${patched(list.search, {})}`}
			className={buttonClass('primary')}
			data-hotkey="new"
		>
			<Plus className="icon" aria-hidden="true" />
			<span>{t('alias.add')}</span>
		</a>
	);
	return (
		<>
			{bulk.count > 0 ? (
				<BulkBar bulk={bulk} total={q.data?.total} />
			) : (
				<Toolbar>
					<SearchBox
						value={list.q}
						onChange={(v) => list.filter({ q: v }, { replace: true })}
						label={t('alias.search')}
						placeholder={t('alias.searchHint')}
					/>
					<Chips
						label={t('field.state')}
						value={state}
						onChange={(v) => list.filter({ state: v ?? null })}
						options={STATES.map((s) => ({ value: s, text: t(`state.${s}`) }))}
						counts={counts}
					/>
					{!domain && domainId && (
						<DomainChip id={domainId} onClear={() => list.filter({ domain_id: null })} />
					)}
					<ToolbarEnd>
						{filtered && <SelectAll bulk={bulk} total={q.data?.total} />}
						<ExportMenu noun="aliases" filter={filter} sort={sort} />
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
						<Button onPress={() => list.filter({ q: null, state: null, domain_id: null })}>
							{t('nomatch.clear')}
						</Button>
					</Empty>
				) : (
					<Empty icon={AtSign} title={t('alias.none')} text={t('alias.noneText')}>
						{add}
					</Empty>
				)
			) : (
				!(q.error && !rows) && (
					<>
						<DataTable
							label={t('nav.aliases')}
							columns={columns}
							rows={rows}
							rowId={(a) => a.id}
							selection={bulk.selection(
								rows,
								(a) => a.id,
								(a) => a.address,
							)}
							rowMenu={menu}
							sort={sort ?? 'address'}
							onSort={(s) => list.filter({ sort: s === 'address' ? null : s })}
							busy={q.isPlaceholderData}
							onHover={(a) =>
								queryClient.setQueryData(aliasQuery(a.id).queryKey, (old) => old ?? a)
							}
						/>
						<Pager page={q.data} limit={list.limit} go={list.go} setLimit={list.setLimit} />
					</>
				)
			)}
			{item === 'new' && <NewAlias domain={domain} onClose={close} />}
			{item && item !== 'new' && (
				<AliasDrawer key={item} id={Number(item)} base={base} onClose={close} />
			)}
			{failed && (
				<Dialog title={t('failed.title')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</>
	);
}
