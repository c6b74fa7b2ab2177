import { useInfiniteQuery } from '@tanstack/react-query';
import { CheckCircle2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { type RollbackPreview, rollbackQuery } from '../api/publishing';
import { refresh } from '../api/queries';
import { Card, Page, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { countOf } from '../lib/diff';
import { formatNumber } from '../lib/format';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { Button, buttonClass } from '../ui/Button';
import { Counts, DiffView, TooMany } from '../ui/Diff';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Empty, Loading, Note } from '../ui/Marks';
import { toast } from '../ui/Toast';
import css from './Publish.module.css';

const FIELDS = ['note'] as const;

/** Back to an earlier serial: first what that does, then the press. */
export function RollBack({
	serial,
	publishing,
}: {
	serial: number;
	publishing: Schemas['Publishing'] | undefined;
}) {
	const t = useT();
	const lang = useLang();
	const q = useInfiniteQuery(rollbackQuery(serial));
	const first = q.data?.pages[0];
	return (
		<Page
			title={t('rollback.to', formatNumber(serial, lang))}
			crumbs={[
				{ text: t('nav.publish'), href: '/publish' },
				{ text: t('publish.tab.versions'), href: '/publish/versions' },
			]}
		>
			{q.error instanceof ApiError && !first && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{!first && q.isPending && <Loading lines={8} />}
			{first && (
				<Preview
					serial={serial}
					publishing={publishing}
					preview={first}
					lines={q.data?.pages.flatMap((p) => p.lines) ?? []}
					more={q.hasNextPage ? () => void q.fetchNextPage() : undefined}
					isMore={q.isFetchingNextPage}
				/>
			)}
		</Page>
	);
}

function Preview({
	serial,
	publishing,
	preview: p,
	lines,
	more,
	isMore,
}: {
	serial: number;
	publishing: Schemas['Publishing'] | undefined;
	preview: RollbackPreview;
	lines: RollbackPreview['lines'];
	more: (() => void) | undefined;
	isMore: boolean;
}) {
	const t = useT();
	const lang = useLang();
	const [note, setNote] = useState('');
	const form = useForm(FIELDS);
	const tooOld = publishing?.nodes.filter((n) => n.journal_from > serial) ?? [];
	const submit = () =>
		form.run(async () => {
			await ok(client.POST('/api/v1/publishing/rollback', { body: { serial, note: note.trim() } }));
			toast({ title: t('rollback.done', formatNumber(serial, lang)) });
			void refresh();
			navigate('/publish/versions');
		});
	if (lines.length === 0 && !p.truncated)
		return (
			<Empty icon={CheckCircle2} title={t('rollback.same')} text={t('rollback.sameText')}>
				<a href="#/publish/versions" className={buttonClass()}>
					{t('publish.tab.versions')}
				</a>
			</Empty>
		);
	return (
		<Stack>
			<p>{t('rollback.text', formatNumber(serial, lang))}</p>
			{tooOld.length > 0 && (
				<Note tone="warn">{t('rollback.tooOld', tooOld.map((n) => n.name).join(', '))}</Note>
			)}
			{p.kept.length > 0 && <Kept kept={p.kept} />}
			<section className={css.changes} aria-labelledby="rollback-lines">
				<div className={css.bar}>
					<h2 id="rollback-lines">{t('publish.lines')}</h2>
					<Counts of={countOf(p.domains, null)} />
				</div>
				{p.truncated ? (
					<TooMany diff={p} />
				) : (
					<DiffView lines={lines} files={p.files} more={more} isPending={isMore} keys />
				)}
			</section>
			<form
				ref={form.ref}
				className={css.act}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					void submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TextField
					label={t('field.note')}
					name="note"
					optional
					value={note}
					onChange={(v) => {
						setNote(v);
						form.clear('note');
					}}
					maxLength={500}
					error={form.errors.note}
				/>
				<Button look="danger" type="submit" isPending={form.pending}>
					{t('rollback')}
				</Button>
			</form>
		</Stack>
	);
}

/** What a roll back does not take back, because it must never be. */
function Kept({ kept }: { kept: RollbackPreview['kept'] }) {
	const t = useT();
	const lang = useLang();
	return (
		<Card title={t('kept.title', kept.length)}>
			<p className="muted">{t('kept.text')}</p>
			<ul className={css.kept}>
				{kept.map((k) => (
					<li key={k.kind + k.subject}>
						<span className="mono">{k.subject}</span>
						<span>{t(`kept.${k.kind}`)}</span>
						<a href={`#/changes/${k.serial}`}>{t('diff.serial', formatNumber(k.serial, lang))}</a>
					</li>
				))}
			</ul>
		</Card>
	);
}
