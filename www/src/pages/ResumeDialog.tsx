import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { holdOf } from '../lib/live';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { toast } from '../ui/Toast';
import css from './Form.module.css';

const FIELDS = ['note'] as const;

/** Ends a hold: what was saved since goes live. */
export default function ResumeDialog({
	publishing,
	onClose,
}: {
	publishing: Schemas['Publishing'];
	onClose: () => void;
}) {
	const t = useT();
	const lang = useLang();
	const [note, setNote] = useState('');
	const form = useForm(FIELDS);
	const serial = holdOf(publishing)?.hold_serial ?? 0;
	const submit = () =>
		form.run(async () => {
			await ok(client.POST('/api/v1/publishing/resume', { body: { note: note.trim() } }));
			toast({ title: t('resume.done') });
			void refresh();
			onClose();
		});
	return (
		<Dialog title={t('resume.title')} onClose={onClose}>
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					void submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<p>
					{t(
						publishing.mode === 'reviewed' ? 'resume.textReviewed' : 'resume.text',
						formatNumber(serial, lang),
					)}{' '}
					<a href="#/publish" onClick={onClose}>
						{t('resume.look')}
					</a>
				</p>
				<TextField
					label={t('field.note')}
					name="note"
					optional
					value={note}
					onChange={setNote}
					maxLength={500}
					error={form.errors.note}
				/>
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('resume')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}
