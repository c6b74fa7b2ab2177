import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { type Import, takePasswords } from '../api/imports';
import { isActiveJob, jobQuery, refresh } from '../api/queries';
import { Card, Stack } from '../app/Page';
import { type Key, useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { saveCsv } from '../lib/importFix';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { Bar, JobMark, Note } from '../ui/Marks';
import { toast } from '../ui/Toast';
import form_ from './Form.module.css';
import css from './Import.module.css';
import { ImportErrors } from './ImportErrors';
import { UndoDialog } from './UndoDialog';

const JUDGE_MS = 3_000;

/** Rows a second and what is left, once there is enough to judge by. */
function pace(j: Schemas['Job']): { rate: number; left: number } | null {
	if (!j.started_at || j.state !== 'running' || j.done === 0) return null;
	const spent = Date.now() - Date.parse(j.started_at);
	if (spent < JUDGE_MS) return null;
	return { rate: (j.done * 1000) / spent, left: ((j.total - j.done) * spent) / j.done / 1000 };
}

/** A job at work on the import: phase, counts, rate, time left, stop. */
export function ImportRunning({ of }: { of: Import }) {
	const t = useT();
	const lang = useLang();
	const form = useForm([]);
	const id = (of.state === 'checking' ? of.check_job_id : of.run_job_id) ?? 0;
	const q = useQuery(jobQuery(id));
	const j = q.data;
	const p = j && pace(j);
	const num = (x: number) => formatNumber(x, lang);
	return (
		<Card>
			<Stack>
				{of.state === 'checking' && <p>{t('import.checking')}</p>}
				{j && (
					<>
						<div className={form_.line}>
							<JobMark state={j.state} />
							{j.phase && (
								<strong>
									{t(`import.phase.${j.phase}` as Extract<Key, 'import.phase.reading'>)}
								</strong>
							)}
						</div>
						<Bar value={j.done} max={j.total} label={t('job.progress')} />
						<p role="status">
							{t('job.counts', num(j.done), num(j.total))}
							{j.failed > 0 && ` · ${t('job.failedCount', j.failed)}`}
							{p && ` · ${t('import.rate', num(Math.round(p.rate)))}`}
							{p &&
								` · ${t('import.left', p.left < 90 ? t('import.seconds', Math.ceil(p.left)) : t('import.minutes', Math.ceil(p.left / 60)))}`}
						</p>
						{form.problem && <ErrorBox error={form.problem} />}
						<div className={form_.line}>
							<span className="muted">{t('import.leave')}</span>
							<Button
								isPending={form.pending}
								isDisabled={!isActiveJob(j) || j.cancel_requested}
								onPress={() =>
									void form.run(async () => {
										await ok(client.POST('/api/v1/jobs/{id}/cancel', { params: { path: { id } } }));
										await refresh();
									})
								}
							>
								{t(j.cancel_requested ? 'job.cancelling' : 'job.cancel')}
							</Button>
						</div>
					</>
				)}
			</Stack>
		</Card>
	);
}

/** What became of it, what is left to fetch, and the way back. */
export function ImportReport({ of }: { of: Import }) {
	const t = useT();
	const lang = useLang();
	const [undoing, setUndoing] = useState(false);
	const form = useForm([]);
	const job = useQuery(jobQuery(of.run_job_id ?? 0)).data;
	const n = of.counts;
	const num = (x: number) => formatNumber(x, lang);
	return (
		<Stack>
			<p role="status" data-report={of.state}>
				<strong>
					{t(`import.state.${of.state}`)}. {t('import.reported', num(n.made), num(n.failed))}
				</strong>
			</p>
			{of.message && <Note tone="warn">{of.message}</Note>}
			<div className={form_.tiles}>
				{(['made', 'unchanged', 'failed', 'wrong'] as const).map((k) => (
					<div key={k} className={form_.tile} data-count={k}>
						<span>{t(`import.count.${k}`)}</span>
						<strong className={form_.count}>{num(k === 'wrong' ? n.wrong : n[k])}</strong>
					</div>
				))}
			</div>
			{n.passwords > 0 && <Passwords of={of} />}
			{n.wrong + n.failed > 0 && <ImportErrors of={of} />}
			<Card>
				<Stack>
					{form.problem && <ErrorBox error={form.problem} />}
					<div className={form_.line}>
						<a href={`#/jobs/${of.run_job_id}`}>{t('import.jobLink')}</a>
						{job?.undoable && <Button onPress={() => setUndoing(true)}>{t('import.undo')}</Button>}
						<Button onPress={() => navigate('/import')}>{t('import.again')}</Button>
						{of.has_spool && (
							<Button
								look="quiet"
								isPending={form.pending}
								onPress={() =>
									void form.run(async () => {
										await ok(
											client.DELETE('/api/v1/imports/{id}', { params: { path: { id: of.id } } }),
										);
										await refresh();
										toast({ title: t('import.discarded') });
									})
								}
							>
								{t('import.discard')}
							</Button>
						)}
					</div>
				</Stack>
			</Card>
			{undoing && of.run_job_id !== null && (
				<UndoDialog
					of={{ job: of.run_job_id }}
					title={t('undoMany.job', of.file_name)}
					onClose={() => setUndoing(false)}
				/>
			)}
		</Stack>
	);
}

type Account = { address: string; password: string };

function read(csv: string): Account[] {
	return csv
		.split('\r\n')
		.filter(Boolean)
		.map((line) => {
			const at = line.indexOf(',');
			return { address: line.slice(0, at), password: line.slice(at + 1) };
		});
}

/** Told once: as a file, or as sheets that are printed at once. */
function Passwords({ of }: { of: Import }) {
	const t = useT();
	const lang = useLang();
	const form = useForm([]);
	const [sheets, setSheets] = useState<Account[] | null>(null);
	const [taken, setTaken] = useState(false);
	const take = (use: (csv: string) => void) =>
		void form.run(async () => {
			const csv = await takePasswords(of.id);
			setTaken(true);
			if (!csv) throw new ApiError('not_found', 404);
			use(csv);
		});
	const isGone = taken || !of.has_spool;
	return (
		<Card>
			<Stack>
				<p>
					{isGone
						? t('import.passwordsGone')
						: t('import.passwordsMade', formatNumber(of.counts.passwords, lang))}
				</p>
				{form.problem && <ErrorBox error={form.problem} />}
				{!isGone && (
					<div className={form_.line}>
						<Button
							look="primary"
							isPending={form.pending}
							onPress={() =>
								take((csv) =>
									saveCsv(
										`address,password\r\n${csv}`,
										`passwords-${of.file_name || 'import.csv'}`,
									),
								)
							}
						>
							{t('import.takeCsv')}
						</Button>
						<Button isPending={form.pending} onPress={() => take((csv) => setSheets(read(csv)))}>
							{t('import.takeSheets')}
						</Button>
					</div>
				)}
			</Stack>
			{sheets && (
				<Dialog title={t('import.sheetsTitle')} onClose={() => setSheets(null)} wide>
					<Stack>
						<div className={form_.line}>
							<span>{t('import.sheetsHelp')}</span>
							<Button look="primary" onPress={() => print()}>
								{t('import.print')}
							</Button>
						</div>
						<div className={css.cards}>
							{sheets.map((a) => (
								<dl key={a.address} className={css.card}>
									<dt>{t('import.account')}</dt>
									<dd>{a.address}</dd>
									<dt>{t('password')}</dt>
									<dd>{a.password}</dd>
								</dl>
							))}
						</div>
					</Stack>
				</Dialog>
			)}
		</Card>
	);
}
