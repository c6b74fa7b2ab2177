import { useQuery } from '@tanstack/react-query';
import {
	Ban,
	CheckCircle2,
	History,
	KeyRound,
	Link,
	Mail,
	Pencil,
	Plus,
	RotateCcw,
	SearchX,
	ShieldOff,
	Trash2,
	X,
} from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import {
	domainQuery,
	type MailboxQuery,
	mailboxesQuery,
	mailboxQuery,
	queryClient,
} from '../api/queries';
import { useLang, useT } from '../i18n';
import { formatBytes } from '../lib/format';
import { navigate } from '../lib/location';
import { idIn, oneOf, patched } from '../lib/url';
import { useBulk } from '../lib/useBulk';
import { useCounts } from '../lib/useCounts';
import { useList } from '../lib/useList';
import { limitText } from '../lib/words';
import { Button, buttonClass } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RowLive } from '../ui/Live';
import { Empty, StateMark, Time } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { type Column, DataTable, Pager } from '../ui/Table';
import { saved } from '../ui/Toast';
import { Chips, SearchBox, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { BulkBar, SelectAll } from './BulkBar';
import { ExportMenu } from './ExportMenu';
import { DeleteMailbox, LinkForMailbox, ResetFactors, ResetPassword } from './MailboxActs';
import { MailboxDrawer } from './MailboxDrawer';
import { NewMailbox } from './NewMailbox';

type Mailbox = Schemas['Mailbox'];
const STATES = ['active', 'nologin', 'closed', 'deleted'] as const;
const SORTS = [
	'address',
	'-address',
	'name',
	'-name',
	'created_at',
	'-created_at',
	'quota',
	'-quota',
] as const;

type Props = {
	/** Where the list lives; a mailbox opens below it. */
	base: string;
	domain?: Schemas['Domain'] | undefined;
	item?: string | undefined;
};

type Open = { what: 'password' | 'link' | 'factors' | 'delete'; mailbox: Mailbox } | null;

export function MailboxList({ base, domain, item }: Props) {
	const t = useT();
	const lang = useLang();
	const list = useList();
	const state = oneOf(list.params.get('state'), STATES);
	const domainId = domain?.id ?? idIn(list.params, 'domain_id');
	const sort = oneOf(list.sort ?? null, SORTS);
	const [open, setOpen] = useState<Open>(null);
	const [failed, setFailed] = useState<ApiError | null>(null);
	const filter = {
		...(list.q ? { q: list.q } : {}),
		...(state ? { state } : {}),
		...(domainId ? { domain_id: domainId } : {}),
	};
	const bulk = useBulk('mailboxes', filter);
	const query: MailboxQuery = {
		...filter,
		...(sort ? { sort } : {}),
		...list.cursor,
		limit: list.limit,
		count: 'capped',
	};
	const q = useQuery(mailboxesQuery(query));
	const others = {
		...(list.q ? { q: list.q } : {}),
		...(domainId ? { domain_id: domainId } : {}),
	};
	const counts = useCounts('mailboxes', others, STATES, (s, signal) =>
		ok(
			client.GET('/api/v1/mailboxes', {
				params: { query: { ...others, state: s, limit: 1, count: 'capped' } },
				signal,
			}),
		),
	);
	const close = () => navigate(base + patched(list.search, { view: null, do: null }));
	const here = (id: number, view?: string) =>
		`${base}/${id}${patched(list.search, { view: view ?? null })}`;
	const act = async (run: () => Promise<void>) => {
		try {
			await run();
		} catch (e) {
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0));
		}
	};
	const setState = (m: Mailbox, next: 'active' | 'nologin' | 'closed') =>
		act(async () => {
			const r = await ok(
				client.PATCH('/api/v1/mailboxes/{id}', {
					params: { path: { id: m.id }, header: { 'If-Match': etag(m.version) } },
					body: { state: next },
				}),
			);
			saved(t(`mailbox.done.${next}`, m.address), r.changed_serial);
		});
	const restore = (m: Mailbox) =>
		act(async () => {
			const r = await ok(
				client.POST('/api/v1/mailboxes/{id}/restore', { params: { path: { id: m.id } } }),
			);
			saved(t('mailbox.done.restored', m.address), r.changed_serial);
		});

	const columns: Column<Mailbox>[] = [
		{
			id: 'address',
			head: t('address'),
			sort: 'address',
			primary: true,
			cell: (m) => (
				<a href={`#${here(m.id)}`} className="mono">
					{m.address}
				</a>
			),
		},
		{ id: 'name', head: t('field.displayName'), sort: 'name', cell: (m) => m.name },
		{
			id: 'state',
			head: t('field.state'),
			cell: (m) => (
				<>
					<StateMark state={m.state} />{' '}
					<RowLive serial={m.changed_serial} domain={m.address.split('@')[1]} />
				</>
			),
		},
		{
			id: 'quota',
			head: t('field.quota'),
			sort: 'quota',
			num: true,
			cell: (m) => (
				<span className="nowrap">{limitText(t, m.quota_bytes, (n) => formatBytes(n, lang))}</span>
			),
		},
		{
			id: 'created',
			head: state === 'deleted' ? t('field.deleted') : t('field.created'),
			...(state === 'deleted' ? {} : { sort: 'created_at' }),
			from: 'lg',
			cell: (m) => <Time at={(state === 'deleted' && m.deleted_at) || m.created_at} />,
		},
	];
	const menu = (m: Mailbox) =>
		m.state === 'deleted' ? (
			<Button small onPress={() => void restore(m)} aria-label={t('restore.name', m.address)}>
				<RotateCcw className="icon" aria-hidden="true" />
				<span>{t('restore')}</span>
			</Button>
		) : (
			<ActMenu
				label={t('actions.for', m.address)}
				acts={[
					{ id: 'edit', text: t('edit'), icon: Pencil, href: `#${here(m.id)}` },
					{
						id: 'password',
						text: t('password.reset'),
						icon: KeyRound,
						run: () => setOpen({ what: 'password', mailbox: m }),
					},
					m.state === 'active' && {
						id: 'link',
						text: t('ownlink.make'),
						icon: Link,
						run: () => setOpen({ what: 'link', mailbox: m }),
					},
					{
						id: 'factors',
						text: t('factors.reset'),
						icon: ShieldOff,
						run: () => setOpen({ what: 'factors', mailbox: m }),
					},
					{ id: 'history', text: t('history'), icon: History, href: `#${here(m.id, 'history')}` },
					m.state !== 'active' && {
						id: 'activate',
						text: t('mailbox.activate'),
						icon: CheckCircle2,
						run: () => void setState(m, 'active'),
						apart: true,
					},
					m.state !== 'nologin' && {
						id: 'nologin',
						text: t('mailbox.nologin'),
						icon: KeyRound,
						run: () => void setState(m, 'nologin'),
						apart: m.state === 'active',
					},
					m.state !== 'closed' && {
						id: 'close',
						text: t('mailbox.close'),
						icon: Ban,
						run: () => void setState(m, 'closed'),
					},
					{
						id: 'delete',
						text: t('delete'),
						icon: Trash2,
						danger: true,
						apart: true,
						run: () => setOpen({ what: 'delete', mailbox: m }),
					},
				]}
			/>
		);

	const filtered = !!(list.q || state || (domainId && !domain));
	const rows = q.data?.items;
	const total = q.data?.total;
	const add = (
		<a
			href={`#${base}/new${patched(list.search, {})}`}
			className={buttonClass('primary')}
			data-hotkey="new"
		>
			<Plus className="icon" aria-hidden="true" />
			<span>{t('mailbox.add')}</span>
		</a>
	);

	return (
		<>
			{bulk.count > 0 ? (
				<BulkBar bulk={bulk} total={total} />
			) : (
				<Toolbar>
					<SearchBox
						value={list.q}
						onChange={(v) => list.filter({ q: v }, { replace: true })}
						label={t('mailbox.search')}
						placeholder={t('mailbox.searchHint')}
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
						{filtered && <SelectAll bulk={bulk} total={total} />}
						<ExportMenu noun="mailboxes" filter={filter} sort={sort} />
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
					<Empty icon={Mail} title={t('mailbox.none')} text={t('mailbox.noneText')}>
						{add}
					</Empty>
				)
			) : (
				!(q.error && !rows) && (
					<>
						<DataTable
							label={t('nav.mailboxes')}
							columns={columns}
							rows={rows}
							rowId={(m) => m.id}
							rowMenu={menu}
							selection={bulk.selection(
								rows,
								(m) => m.id,
								(m) => m.address,
							)}
							sort={sort ?? 'address'}
							onSort={(s) => list.filter({ sort: s === 'address' ? null : s })}
							busy={q.isPlaceholderData}
							onHover={(m) =>
								queryClient.setQueryData(mailboxQuery(m.id).queryKey, (old) => old ?? m)
							}
						/>
						<Pager page={q.data} limit={list.limit} go={list.go} setLimit={list.setLimit} />
					</>
				)
			)}
			{item === 'new' && <NewMailbox domain={domain} domainId={domainId} onClose={close} />}
			{item && item !== 'new' && (
				<MailboxDrawer key={item} id={Number(item)} base={base} onClose={close} />
			)}
			{open?.what === 'password' && (
				<ResetPassword mailbox={open.mailbox} onClose={() => setOpen(null)} />
			)}
			{open?.what === 'link' && (
				<LinkForMailbox mailbox={open.mailbox} onClose={() => setOpen(null)} />
			)}
			{open?.what === 'factors' && (
				<ResetFactors mailbox={open.mailbox} onClose={() => setOpen(null)} />
			)}
			{open?.what === 'delete' && (
				<DeleteMailbox mailbox={open.mailbox} onClose={() => setOpen(null)} />
			)}
			{failed && (
				<Dialog title={t('failed.title')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</>
	);
}

/** The domain that a list is narrowed to, with a way out. */
export function DomainChip({ id, onClear }: { id: number; onClear: () => void }) {
	const t = useT();
	const d = useQuery(domainQuery(id)).data;
	return (
		<Button small onPress={onClear} aria-label={t('filter.clearDomain', d?.name_unicode ?? '')}>
			<span>{d?.name_unicode ?? '…'}</span>
			<X className="icon" aria-hidden="true" />
		</Button>
	);
}
