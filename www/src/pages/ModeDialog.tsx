import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RadioField, TextField } from '../ui/Field';
import { Note } from '../ui/Marks';
import { toast } from '../ui/Toast';
import css from './Form.module.css';

const FIELDS = ['note'] as const;

export function ModeDialog({
	publishing: p,
	onClose,
}: {
	publishing: Schemas['Publishing'];
	onClose: () => void;
}) {
	const t = useT();
	const [mode, setMode] = useState(p.mode);
	const [note, setNote] = useState('');
	const form = useForm(FIELDS);
	const submit = () => {
		if (mode === p.mode) return onClose();
		void form.run(async () => {
			await ok(client.PUT('/api/v1/publishing/mode', { body: { mode, note: note.trim() } }));
			toast({ title: t(`mode.done.${mode}`) });
			void refresh();
			onClose();
		});
	};
	return (
		<Dialog title={t('mode.title')} onClose={onClose}>
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
				<RadioField
					legend={t('mode.legend')}
					value={mode}
					onChange={setMode}
					options={(['automatic', 'reviewed'] as const).map((value) => ({
						value,
						text: t(`mode.${value}`),
						help: t(`mode.help.${value}`),
					}))}
				/>
				<p className="muted">{t('mode.always')}</p>
				{mode === 'automatic' && p.mode === 'reviewed' && p.pending.revisions > 0 && (
					<Note tone="warn">{t('mode.goesLive', p.pending.revisions)}</Note>
				)}
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
						{t('save')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}
