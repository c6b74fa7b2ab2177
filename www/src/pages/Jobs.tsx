import { useQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useParams } from 'wouter';
import { ApiError, client, ok, type Schemas } from '../api/client';
import {
	isActiveJob,
	type JobQuery,
	jobErrorsQuery,
	jobQuery,
	jobsQuery,
	refresh,
} from '../api/queries';
import { Fact, Facts, Page } from '../app/Page';
import { useLang, useT } from '../i18n';
import { reasonText } from '../i18n/reasons';
import { formatNumber } from '../lib/format';
import { navigate } from '../lib/location';
import { oneOf, patched } from '../lib/url';
import { useForm } from '../lib/useForm';
import { useList } from '../lib/useList';
import { jobTitle } from '../lib/words';
import { Button } from '../ui/Button';
import { Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { actorName } from '../ui/History';
import { Bar, Empty, JobMark, Loading, Time } from '../ui/Marks';
import { type Column, DataTable, Pager } from '../ui/Table';
import { Chips, Toolbar } from '../ui/Toolbar';
import css from './Form.module.css';
import { UndoDialog } from './UndoDialog';

type Job = Schemas['Job'];
const STATES = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

export default function Jobs() {
	const t = useT();
	const lang = useLang();
	const { item } = useParams<{ item?: string }>();
	const list = useList();
	const state = oneOf(list.params.get('state'), STATES);
	const query: JobQuery = { ...(state ? { state } : {}), ...list.cursor, limit: list.limit };
	const q = useQuery(jobsQuery(query));
	const columns: Column<Job>[] = [
		{
			id: 'job',
			head: t('job'),
			primary: true,
			cell: (j) => <a href={`#/jobs/${j.id}${patched(list.search, {})}`}>{jobTitle(t, j)}</a>,
		},
		{ id: 'state', head: t('field.state'), cell: (j) => <JobMark state={j.state} /> },
		{
			id: 'progress',
			head: t('job.progress'),
			cell: (j) => (
				<>
					<span className="nowrap">
						{formatNumber(j.done, lang)} / {formatNumber(j.total, lang)}
					</span>
					{isActiveJob(j) && <Bar value={j.done} max={j.total} label={t('job.progress')} />}
				</>
			),
		},
		{ id: 'who', head: t('changes.who'), from: 'sm', cell: (j) => actorName(t, j.actor) },
		{ id: 'when', head: t('field.created'), cell: (j) => <Time at={j.created_at} /> },
	];
	const rows = q.data?.items;
	return (
		<Page title={t('nav.jobs')}>
			<Toolbar>
				<Chips
					label={t('field.state')}
					value={state}
					onChange={(v) => list.filter({ state: v ?? null })}
					options={STATES.map((s) => ({ value: s, text: t(`job.state.${s}`) }))}
				/>
			</Toolbar>
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{rows?.length === 0 ? (
				<Empty icon={ListChecks} title={t('jobs.none')} text={t('jobs.noneText')}>
					{state && (
						<Button onPress={() => list.filter({ state: null })}>{t('nomatch.clear')}</Button>
					)}
				</Empty>
			) : (
				!(q.error && !rows) && (
					<>
						<DataTable
							label={t('nav.jobs')}
							columns={columns}
							rows={rows}
							rowId={(j) => j.id}
							busy={q.isPlaceholderData}
						/>
						<Pager page={q.data} limit={list.limit} go={list.go} setLimit={list.setLimit} />
					</>
				)
			)}
			{item && (
				<JobDrawer
					key={item}
					id={Number(item)}
					onClose={() => navigate(`/jobs${patched(list.search, {})}`)}
				/>
			)}
		</Page>
	);
}

const ETA_AFTER_MS = 5_000;

/** Minutes left, once there is enough to judge by. */
function eta(j: Job): number | null {
	if (!j.started_at || j.state !== 'running' || j.done === 0) return null;
	const spent = Date.now() - Date.parse(j.started_at);
	if (spent < ETA_AFTER_MS) return null;
	return Math.ceil(((j.total - j.done) * spent) / j.done / 60_000);
}

function JobDrawer({ id, onClose }: { id: number; onClose: () => void }) {
	const t = useT();
	const lang = useLang();
	const q = useQuery(jobQuery(id));
	const form = useForm([]);
	const [undoing, setUndoing] = useState(false);
	const j = q.data;
	const spoken = useSpoken(j);
	const ended = j && !isActiveJob(j);
	useEffect(() => {
		if (ended) void refresh();
	}, [ended]);
	const minutes = j ? eta(j) : null;
	return (
		<Drawer title={j ? jobTitle(t, j) : t('job')} onClose={onClose}>
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{!j && q.isPending && <Loading />}
			{j && (
				<>
					<div className={css.line}>
						<JobMark state={j.state} />
						{isActiveJob(j) && <span className="muted">{t('job.leave')}</span>}
					</div>
					<Bar value={j.done} max={j.total} bad={j.state === 'failed'} label={t('job.progress')} />
					<p>
						{t('job.counts', formatNumber(j.done, lang), formatNumber(j.total, lang))}
						{j.failed > 0 && ` · ${t('job.failedCount', j.failed)}`}
						{minutes !== null && ` · ${t('job.eta', minutes)}`}
					</p>
					<span className="sr" aria-live="polite">
						{spoken}
					</span>
					{j.message && <p>{j.message}</p>}
					{form.problem && <ErrorBox error={form.problem} />}
					{isActiveJob(j) && (
						<p>
							<Button
								isPending={form.pending}
								isDisabled={j.cancel_requested}
								onPress={() =>
									void form.run(async () => {
										await ok(client.POST('/api/v1/jobs/{id}/cancel', { params: { path: { id } } }));
										await q.refetch();
									})
								}
							>
								{t(j.cancel_requested ? 'job.cancelling' : 'job.cancel')}
							</Button>
						</p>
					)}
					{j.undoable && (
						<p>
							<Button onPress={() => setUndoing(true)}>{t('undoMany.button')}</Button>
						</p>
					)}
					{(j.undone_by || j.undoes_job) && <Partner job={j} />}
					<Facts>
						<Fact name={t('changes.who')}>{actorName(t, j.actor)}</Fact>
						<Fact name={t('field.created')}>
							<Time at={j.created_at} exact />
						</Fact>
						{j.finished_at && (
							<Fact name={t('job.finished')}>
								<Time at={j.finished_at} exact />
							</Fact>
						)}
					</Facts>
					{j.failed > 0 && <JobErrors id={id} />}
				</>
			)}
			{j && undoing && (
				<UndoDialog
					of={{ job: id }}
					title={t('undoMany.job', jobTitle(t, j))}
					onClose={() => setUndoing(false)}
				/>
			)}
		</Drawer>
	);
}

/** The job that takes this one back, or that this one takes back. */
function Partner({ job: j }: { job: Job }) {
	const t = useT();
	return (
		<p>
			{j.undoes_job && <a href={`#/jobs/${j.undoes_job}`}>{t('undoMany.undoes', j.undoes_job)}</a>}
			{j.undone_by && <a href={`#/jobs/${j.undone_by}`}>{t('undoMany.undoneBy', j.undone_by)}</a>}
		</p>
	);
}

const SPEAK_MS = 10_000;

/** Progress for screen readers, at most every ten seconds. */
function useSpoken(j: Job | undefined): string {
	const t = useT();
	const lang = useLang();
	const [text, setText] = useState('');
	const last = useRef(0);
	useEffect(() => {
		if (!j) return;
		const now = Date.now();
		if (isActiveJob(j) && now - last.current < SPEAK_MS) return;
		last.current = now;
		setText(t('job.counts', formatNumber(j.done, lang), formatNumber(j.total, lang)));
	}, [j, t, lang]);
	return text;
}

function JobErrors({ id }: { id: number }) {
	const t = useT();
	const lang = useLang();
	const [after, setAfter] = useState(0);
	const q = useQuery(jobErrorsQuery(id, after));
	if (!q.data) return <Loading />;
	return (
		<div>
			<h3>{t('job.errors')}</h3>
			<ul className={css.list}>
				{q.data.items.map((e) => (
					<li key={e.seq}>
						<span className="mono">{e.subject}</span>: {reasonText({ ...e, field: '' }, lang)}
					</li>
				))}
			</ul>
			<p>
				<Button small isDisabled={after === 0} onPress={() => setAfter(0)}>
					{t('table.first')}
				</Button>{' '}
				<Button
					small
					isDisabled={q.data.next_seq === null}
					onPress={() => setAfter(q.data.next_seq ?? 0)}
				>
					{t('table.next')}
				</Button>
			</p>
		</div>
	);
}
