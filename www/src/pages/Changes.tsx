import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useParams } from 'wouter';
import { ApiError, type Schemas } from '../api/client';
import { type RevisionQuery, revisionsQuery } from '../api/queries';
import { Page } from '../app/Page';
import { useSession } from '../app/useSession';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { navigate } from '../lib/location';
import { idIn, oneOf, patched } from '../lib/url';
import { useList } from '../lib/useList';
import { actionText } from '../lib/words';
import { Button } from '../ui/Button';
import { Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { BareSelect, TextField } from '../ui/Field';
import { actorName, RevisionView } from '../ui/History';
import { RowLive } from '../ui/Live';
import { Empty, Time } from '../ui/Marks';
import { type Column, DataTable, Pager } from '../ui/Table';
import { Chips, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { DomainChip } from './MailboxList';

type Revision = Schemas['Revision'];
const NOUNS = ['domain', 'mailbox', 'alias', 'whitelist', 'admin'] as const;

/** A day of the reader's zone as an instant. */
function day(v: string | null, plus = 0): string | undefined {
	if (!v || !/^\d{4}-\d\d-\d\d$/.test(v)) return undefined;
	const d = new Date(`${v}T00:00`);
	d.setDate(d.getDate() + plus);
	return d.toISOString();
}

export default function Changes() {
	const t = useT();
	const lang = useLang();
	const { admin } = useSession();
	const { item } = useParams<{ item?: string }>();
	const list = useList();
	const noun = oneOf(list.params.get('noun'), NOUNS);
	const domainId = idIn(list.params, 'domain_id');
	const adminId = idIn(list.params, 'admin_id');
	const from = day(list.params.get('from'));
	const to = day(list.params.get('to'), 1);
	const query: RevisionQuery = {
		...(noun ? { noun } : {}),
		...(domainId ? { domain_id: domainId } : {}),
		...(adminId ? { admin_id: adminId } : {}),
		...(from ? { from } : {}),
		...(to ? { to } : {}),
		...list.cursor,
		limit: list.limit,
	};
	const q = useQuery(revisionsQuery(query));
	const here = (serial: number) => `/changes/${serial}${patched(list.search, {})}`;
	const columns: Column<Revision>[] = [
		{
			id: 'what',
			head: t('changes.what'),
			primary: true,
			cell: (r) => (
				<a href={`#${here(r.serial)}`}>{actionText(t, r.action, r.first, r.change_count)}</a>
			),
		},
		{ id: 'who', head: t('changes.who'), cell: (r) => actorName(t, r.actor) },
		{
			id: 'when',
			head: t('changes.when'),
			cell: (r) => (
				<>
					<Time at={r.created_at} /> <RowLive serial={r.serial} />
				</>
			),
		},
		{
			id: 'from',
			head: t('changes.from'),
			from: 'lg',
			cell: (r) => <span className="mono">{r.client}</span>,
		},
		{
			id: 'serial',
			head: t('changes.serial'),
			num: true,
			from: 'sm',
			cell: (r) => formatNumber(r.serial, lang),
		},
		{
			id: 'state',
			head: t('field.state'),
			from: 'sm',
			cell: (r) => (
				<span className="muted">
					{r.undone_by
						? t('history.undone', r.undone_by)
						: r.undoes
							? t('history.undoes', r.undoes)
							: ''}
				</span>
			),
		},
	];
	const rows = q.data?.items;
	const filtered = !!(noun || domainId || adminId || from || to);
	const clear = () =>
		list.filter({ noun: null, domain_id: null, admin_id: null, from: null, to: null });
	return (
		<Page title={t('nav.changes')}>
			<Toolbar>
				<Chips
					label={t('changes.noun')}
					value={noun}
					onChange={(v) => list.filter({ noun: v ?? null })}
					options={NOUNS.map((n) => ({ value: n, text: t(`noun.${n}`) }))}
				/>
				<BareSelect
					label={t('changes.who')}
					value={adminId ? 'me' : 'all'}
					onChange={(v) => list.filter({ admin_id: v === 'me' ? admin.id : null })}
					options={[
						{ value: 'all', text: t('changes.everybody') },
						{ value: 'me', text: t('changes.me') },
					]}
				/>
				{domainId && <DomainChip id={domainId} onClear={() => list.filter({ domain_id: null })} />}
				<ToolbarEnd>
					<DateBox
						label={t('changes.fromDay')}
						value={list.params.get('from') ?? ''}
						onChange={(v) => list.filter({ from: v })}
					/>
					<DateBox
						label={t('changes.toDay')}
						value={list.params.get('to') ?? ''}
						onChange={(v) => list.filter({ to: v })}
					/>
					{filtered && <Button onPress={clear}>{t('nomatch.clear')}</Button>}
				</ToolbarEnd>
			</Toolbar>
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{rows?.length === 0 ? (
				<Empty
					icon={SearchX}
					title={t(filtered ? 'nomatch.title' : 'changes.none')}
					text={t(filtered ? 'changes.noMatch' : 'changes.noneText')}
				>
					{filtered && <Button onPress={clear}>{t('nomatch.clear')}</Button>}
				</Empty>
			) : (
				!(q.error && !rows) && (
					<>
						<DataTable
							label={t('nav.changes')}
							columns={columns}
							rows={rows}
							rowId={(r) => r.serial}
							busy={q.isPlaceholderData}
						/>
						<Pager page={q.data} limit={list.limit} go={list.go} setLimit={list.setLimit} />
					</>
				)
			)}
			{item && (
				<Drawer
					title={t('history.serial', Number(item))}
					onClose={() => navigate(`/changes${patched(list.search, {})}`)}
				>
					<RevisionView key={item} serial={Number(item)} />
				</Drawer>
			)}
		</Page>
	);
}

function DateBox({
	label,
	value,
	onChange,
}: {
	label: string;
	value: string;
	onChange: (v: string) => void;
}) {
	return (
		<TextField
			label={label}
			inline
			name={label}
			type="date"
			value={value}
			onChange={onChange}
			optional
		/>
	);
}
