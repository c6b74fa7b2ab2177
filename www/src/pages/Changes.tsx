import { useQuery } from '@tanstack/react-query';
import { Download, SearchX, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
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
import { Dialog, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { BareSelect, TextField } from '../ui/Field';
import { actorName, RevisionView } from '../ui/History';
import { RowLive } from '../ui/Live';
import { Empty, Time } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { type Column, DataTable, Pager } from '../ui/Table';
import { Chips, SearchBox, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { TriggerButton } from '../ui/TriggerButton';
import { download } from './ExportMenu';
import { DomainChip } from './MailboxList';
import { UndoDialog } from './UndoDialog';

type Revision = Schemas['Revision'];
const NOUNS = ['domain', 'mailbox', 'alias', 'whitelist', 'admin'] as const;

/** Those that people look for; the log has more, by any filter. */
const ACTIONS = [
	'domain.create',
	'domain.update',
	'domain.delete',
	'domain.restore',
	'mailbox.create',
	'mailbox.update',
	'mailbox.password',
	'mailbox.delete',
	'mailbox.restore',
	'mailbox.lock',
	'alias.create',
	'alias.update',
	'alias.delete',
	'whitelist.create',
	'whitelist.update',
	'whitelist.delete',
	'undo',
	'purge',
] as const;

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
	const jobId = idIn(list.params, 'job_id');
	const actor = list.params.get('actor') ?? '';
	const action = oneOf(list.params.get('action'), ACTIONS);
	const range = {
		...(jobId ? { job_id: jobId } : {}),
		...(adminId ? { admin_id: adminId } : {}),
		...(actor ? { actor } : {}),
		...(from ? { from } : {}),
		...(to ? { to } : {}),
	};
	const filter: RevisionQuery = {
		...(noun ? { noun } : {}),
		...(domainId ? { domain_id: domainId } : {}),
		...(action ? { action } : {}),
		...(list.q ? { q: list.q } : {}),
		...range,
	};
	const query: RevisionQuery = { ...filter, ...list.cursor, limit: list.limit };
	const whole = undoable(filter);
	const [undoing, setUndoing] = useState(false);
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
	const filtered = Object.keys(filter).length > 0;
	const clear = () =>
		list.filter({
			noun: null,
			domain_id: null,
			admin_id: null,
			job_id: null,
			actor: null,
			action: null,
			q: null,
			from: null,
			to: null,
		});
	return (
		<Page title={t('nav.changes')}>
			<Toolbar>
				<SearchBox
					value={list.q}
					onChange={(v) => list.filter({ q: v }, { replace: true })}
					label={t('audit.search')}
					placeholder={t('audit.search')}
				/>
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
				<BareSelect
					label={t('audit.action')}
					value={action ?? 'all'}
					onChange={(v) => list.filter({ action: v === 'all' ? null : v })}
					options={[
						{ value: 'all', text: t('audit.anyAction') },
						...ACTIONS.map((a) => ({ value: a, text: a })),
					]}
				/>
				{jobId && (
					<Button
						small
						aria-label={t('audit.jobClear')}
						onPress={() => list.filter({ job_id: null })}
					>
						<span>{t('audit.job', jobId)}</span>
						<X className="icon" aria-hidden="true" />
					</Button>
				)}
				{domainId && <DomainChip id={domainId} onClear={() => list.filter({ domain_id: null })} />}
				<ToolbarEnd>
					<ActorBox value={actor} onChange={(v) => list.filter({ actor: v }, { replace: true })} />
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
					{whole && !!rows?.length && (
						<Button onPress={() => setUndoing(true)}>{t('audit.undo')}</Button>
					)}
					<AuditExport filter={filter} />
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
			{undoing && whole && (
				<UndoDialog
					of={{ range: whole }}
					title={t('audit.undoTitle')}
					onClose={() => setUndoing(false)}
				/>
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

/**
 * A filter that an undo can follow: a job alone, or a person with both days.
 * What it narrows further would leave half of a revision undone.
 */
function undoable(f: RevisionQuery): Omit<Schemas['UndoRange'], 'note' | 'skip'> | null {
	const { job_id, admin_id, actor, from, to, ...narrower } = f;
	if (Object.keys(narrower).length > 0) return null;
	if (job_id) return admin_id || actor || from || to ? null : { job_id };
	if (!from || !to || !(admin_id || actor)) return null;
	return {
		...(admin_id ? { admin_id } : {}),
		...(actor ? { actor } : {}),
		from,
		to,
	};
}

/** The log as a file, with the filter that is on the page. */
function AuditExport({ filter }: { filter: RevisionQuery }) {
	const t = useT();
	const [failed, setFailed] = useState<ApiError | null>(null);
	const get = (format: 'csv' | 'jsonl') => {
		const query = new URLSearchParams({ format });
		for (const [k, v] of Object.entries(filter)) if (v !== undefined) query.set(k, String(v));
		download(`/api/v1/revisions/export?${query}`).catch((e) =>
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0)),
		);
	};
	return (
		<>
			<ActMenu
				label={t('export.button')}
				trigger={
					<TriggerButton aria-label={t('export.button')}>
						<Download className="icon" aria-hidden="true" />
						<span>{t('export.button')}</span>
					</TriggerButton>
				}
				acts={[
					{ id: 'csv', text: t('audit.csv'), run: () => get('csv') },
					{ id: 'jsonl', text: t('audit.jsonl'), run: () => get('jsonl') },
				]}
			/>
			{failed && (
				<Dialog title={t('export.failed')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</>
	);
}

const TYPING_MS = 400;

/** Whole names only: asked for once the typing rests. */
function ActorBox({ value, onChange }: { value: string; onChange: (v: string) => void }) {
	const t = useT();
	const [text, setText] = useState(value);
	const timer = useRef<number>(undefined);
	useEffect(() => setText(value), [value]);
	useEffect(() => () => window.clearTimeout(timer.current), []);
	return (
		<TextField
			label={t('audit.who')}
			inline
			name="actor"
			value={text}
			onChange={(v) => {
				setText(v);
				window.clearTimeout(timer.current);
				timer.current = window.setTimeout(() => onChange(v.trim()), TYPING_MS);
			}}
			maxLength={100}
			optional
		/>
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
