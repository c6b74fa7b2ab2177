import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { useLang, useT } from '../i18n';
import { reasonText } from '../i18n/reasons';
import { formatNumber } from '../lib/format';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { CheckField, TextField } from '../ui/Field';
import { Loading } from '../ui/Marks';
import css from './Form.module.css';

type Preview = Schemas['UndoPreview'];
type Range = Omit<Schemas['UndoRange'], 'note' | 'skip'>;

/** What is taken back: a job, or what a filter of the log chooses. */
export type UndoOf = { job: number } | { range: Range };

const previewQuery = (of: UndoOf) =>
	queryOptions({
		queryKey: ['undo-preview', of],
		queryFn: ({ signal }) =>
			'job' in of
				? ok(
						client.GET('/api/v1/jobs/{id}/undo-preview', {
							params: { path: { id: of.job } },
							signal,
						}),
					)
				: ok(
						client.GET('/api/v1/revisions/undo-preview', {
							params: { query: of.range },
							signal,
						}),
					),
		staleTime: 0,
		gcTime: 0,
	});

function start(of: UndoOf, note: string, skip: boolean) {
	const body = { ...(note ? { note } : {}), skip };
	return 'job' in of
		? ok(client.POST('/api/v1/jobs/{id}/undo', { params: { path: { id: of.job } }, body }))
		: ok(client.POST('/api/v1/revisions/undo', { body: { ...of.range, ...body } }));
}

const FIELDS = ['note'] as const;

/** Shows what an undo of many changes would do, and starts it. */
export function UndoDialog({
	of,
	title,
	onClose,
}: {
	of: UndoOf;
	title: string;
	onClose: () => void;
}) {
	const t = useT();
	const q = useQuery(previewQuery(of));
	const [note, setNote] = useState('');
	const [skip, setSkip] = useState(false);
	const form = useForm(FIELDS);
	const p = q.data;
	const blocked = !!p && p.in_the_way.length > 0;
	const submit = () =>
		void form.run(async () => {
			const { job } = await start(of, note.trim(), skip);
			void refresh();
			onClose();
			navigate(`/jobs/${job.id}`);
		});
	return (
		<Dialog title={title} onClose={onClose} wide>
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				{q.error instanceof ApiError && (
					<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
				)}
				{q.isPending && <Loading />}
				{p && <Told preview={p} />}
				{blocked && (
					<CheckField
						label={t('undoMany.skip')}
						help={t('undoMany.skipHelp')}
						checked={skip}
						onChange={setSkip}
					/>
				)}
				{p && (
					<TextField
						label={t('field.note')}
						name="note"
						value={note}
						onChange={setNote}
						help={t('undoMany.noteHelp')}
						maxLength={500}
						error={form.errors.note}
						optional
					/>
				)}
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button
						look="primary"
						type="submit"
						isPending={form.pending}
						isDisabled={!p || (blocked && !skip)}
					>
						{t('undoMany.submit')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

function Told({ preview: p }: { preview: Preview }) {
	const t = useT();
	const lang = useLang();
	const n = (x: number) => formatNumber(x, lang);
	return (
		<>
			<p>{t('undoMany.counts', n(p.changes), n(p.revisions))}</p>
			{p.exact ? (
				<ul className={css.list}>
					{p.restored > 0 && <li>{t('undoMany.restored', n(p.restored))}</li>}
					{p.removed > 0 && <li>{t('undoMany.removed', n(p.removed))}</li>}
					{p.changed > 0 && <li>{t('undoMany.changed', n(p.changed))}</li>}
				</ul>
			) : (
				<p className="muted">{t('undoMany.notTried')}</p>
			)}
			{p.in_the_way.length > 0 && (
				<section aria-label={t('undoMany.inTheWay')}>
					<h3>{t('undoMany.inTheWay')}</h3>
					<ul className={css.list}>
						{p.in_the_way.map((o) => (
							<li key={`${o.serial} ${o.noun} ${o.noun_id}`}>
								<span className="mono">{o.subject}</span>:{' '}
								{o.later ? (
									<a href={`#/changes/${o.later}`}>{t('undoMany.later', n(o.later))}</a>
								) : (
									reasonText({ ...o, field: '' }, lang)
								)}
							</li>
						))}
						{p.more_in_the_way && <li className="muted">{t('undoMany.more')}</li>}
					</ul>
				</section>
			)}
		</>
	);
}
