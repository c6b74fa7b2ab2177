import { useQuery } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'wouter';
import { ApiError } from '../api/client';
import {
	type Import,
	type ImportNoun,
	importQuery,
	importsQuery,
	uploadFile,
} from '../api/imports';
import { Card, Page, Stack } from '../app/Page';
import { useSession } from '../app/useSession';
import { type Key, type T, useLang, useT } from '../i18n';
import { formatBytes, formatNumber } from '../lib/format';
import { keepFile } from '../lib/importFile';
import { saveTemplate } from '../lib/importFix';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { RadioField } from '../ui/Field';
import { Bar, Loading, Time } from '../ui/Marks';
import { type Column, DataTable } from '../ui/Table';
import css from './Import.module.css';
import { ImportChecked } from './ImportChecked';
import { ImportFrom } from './ImportFrom';
import { ImportRead } from './ImportRead';
import { ImportReport, ImportRunning } from './ImportReport';

const NOUNS: ImportNoun[] = ['mailbox', 'alias', 'domain', 'whitelist'];

export default function ImportPage() {
	const { item } = useParams<{ item?: string }>();
	return item ? <One key={item} id={Number(item)} /> : <Start />;
}

export function nounText(t: T, noun: string): string {
	return t(`import.noun.${noun}` as Extract<Key, 'import.noun.mailbox'>);
}

function Start() {
	const t = useT();
	const { admin } = useSession();
	const [noun, setNoun] = useState<ImportNoun>('mailbox');
	const nouns = NOUNS.filter(
		(n) => admin.role === 'superadmin' || n === 'mailbox' || n === 'alias',
	);
	return (
		<Page title={t('nav.import')}>
			<Stack>
				<p>{t('import.intro')}</p>
				<Card>
					<Stack>
						<RadioField
							legend={t('import.what')}
							value={noun}
							onChange={setNoun}
							options={nouns.map((n) => ({ value: n, text: nounText(t, n) }))}
						/>
						<Drop noun={noun} />
					</Stack>
				</Card>
				{admin.role === 'superadmin' && <ImportFrom />}
				<Earlier />
			</Stack>
		</Page>
	);
}

/** One place to drop a file on, and a button that does the same. */
function Drop({ noun }: { noun: ImportNoun }) {
	const t = useT();
	const lang = useLang();
	const form = useForm([]);
	const [over, setOver] = useState(false);
	const [sent, setSent] = useState<{ done: number; all: number } | null>(null);
	const take = (file: File | undefined) => {
		if (!file) return;
		setSent({ done: 0, all: file.size });
		void form
			.run(async () => {
				const made = await uploadFile(noun, file, (done) => setSent({ done, all: file.size }));
				keepFile(made.id, file);
				navigate(`/import/${made.id}`);
			})
			.finally(() => setSent(null));
	};
	return (
		<>
			{form.problem && <ErrorBox error={form.problem} />}
			{/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard */}
			<div
				className={css.drop}
				data-over={over || undefined}
				data-drop=""
				onDragOver={(e) => {
					e.preventDefault();
					setOver(true);
				}}
				onDragLeave={() => setOver(false)}
				onDrop={(e) => {
					e.preventDefault();
					setOver(false);
					take(e.dataTransfer.files[0]);
				}}
			>
				<FileUp aria-hidden="true" />
				{sent ? (
					<>
						<strong role="status">
							{t('import.uploading', formatBytes(sent.done, lang), formatBytes(sent.all, lang))}
						</strong>
						<Bar value={sent.done} max={sent.all} label={t('import.file')} />
					</>
				) : (
					<>
						<strong>{t('import.drop')}</strong>
						<span className="muted">{t('import.or')}</span>
						<Button look="primary" onPress={() => chooseFile(take)}>
							{t('import.choose')}
						</Button>
						<p className="muted">{t('import.encodings')}</p>
						<Button look="link" onPress={() => saveTemplate(noun)}>
							{t('import.template')}
						</Button>
					</>
				)}
			</div>
		</>
	);
}

function chooseFile(take: (file: File | undefined) => void): void {
	const input = document.createElement('input');
	input.type = 'file';
	input.accept = '.csv,.tsv,.txt,text/csv,text/plain';
	input.onchange = () => take(input.files?.[0]);
	input.click();
}

function Earlier() {
	const t = useT();
	const lang = useLang();
	const q = useQuery(importsQuery);
	const columns: Column<Import>[] = [
		{
			id: 'file',
			head: t('import.file'),
			primary: true,
			cell: (i) => <a href={`#/import/${i.id}`}>{i.file_name || `#${i.id}`}</a>,
		},
		{ id: 'noun', head: t('import.what'), from: 'sm', cell: (i) => nounText(t, i.noun) },
		{ id: 'state', head: t('field.state'), cell: (i) => t(`import.state.${i.state}`) },
		{
			id: 'rows',
			head: t('import.rows'),
			num: true,
			cell: (i) => formatNumber(i.counts.rows, lang),
		},
		{ id: 'when', head: t('field.created'), cell: (i) => <Time at={i.created_at} /> },
	];
	if (!q.data || q.data.items.length === 0) return null;
	return (
		<Card title={t('import.recent')}>
			<DataTable
				label={t('import.recent')}
				columns={columns}
				rows={q.data.items}
				rowId={(i) => i.id}
			/>
		</Card>
	);
}

const STEPS = ['read', 'check', 'run', 'report'] as const;
type Step = (typeof STEPS)[number];

function stepOf(i: Import, again: boolean): Step {
	if (i.state === 'checking') return 'check';
	if (i.state === 'importing') return 'run';
	if (i.run_job_id !== null) return 'report';
	if (i.state === 'ready' && !again) return 'check';
	return 'read';
}

function One({ id }: { id: number }) {
	const t = useT();
	const q = useQuery(importQuery(id));
	const [again, setAgain] = useState(false);
	const i = q.data;
	const step = i && stepOf(i, again);
	const name = i ? i.file_name || `#${i.id}` : t('nav.import');
	return (
		<Page
			title={name}
			crumbs={[{ text: t('nav.import'), href: '#/import' }]}
			aside={i && <span className="muted">{nounText(t, i.noun)}</span>}
		>
			{q.error instanceof ApiError && !i && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{!i && q.isPending && <Loading />}
			{i && step && (
				<>
					<ol className={css.stepline}>
						{STEPS.map((s, n) => (
							<li key={s} aria-current={s === step ? 'step' : undefined}>
								{n + 1}. {t(`import.step.${s}`)}
							</li>
						))}
					</ol>
					{step === 'read' && (
						<ImportRead
							of={i}
							onChecked={async () => {
								setAgain(false);
								await q.refetch();
							}}
						/>
					)}
					{(i.state === 'checking' || i.state === 'importing') && <ImportRunning of={i} />}
					{step === 'check' && i.state === 'ready' && (
						<ImportChecked
							of={i}
							onAgain={() => setAgain(true)}
							onRun={async () => void (await q.refetch())}
						/>
					)}
					{step === 'report' && <ImportReport of={i} />}
				</>
			)}
		</Page>
	);
}
