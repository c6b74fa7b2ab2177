import { useState } from 'react';
import { client, ok } from '../api/client';
import type { PendingDomain } from '../api/publishing';
import { refresh } from '../api/queries';
import { useT } from '../i18n';
import { heldReason } from '../lib/held';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { toast } from '../ui/Toast';
import css from './Form.module.css';

const FIELDS = ['note'] as const;

/** Lets a domain past the guard: with the reason why that is right. */
export function ConfirmDialog({
	domain: d,
	serial,
	onClose,
}: {
	domain: PendingDomain;
	serial: number;
	onClose: () => void;
}) {
	const t = useT();
	const [note, setNote] = useState('');
	const form = useForm(FIELDS);
	const submit = () => {
		if (note.trim() === '') return form.fail('note', 'required');
		void form.run(async () => {
			await ok(
				client.POST('/api/v1/publishing/confirm', {
					body: { domain: d.domain, serial, note: note.trim() },
				}),
			);
			toast({ title: t('confirm.done', d.domain), serial, domain: d.domain });
			void refresh();
			onClose();
		});
	};
	return (
		<Dialog title={t('confirm.title', d.domain)} onClose={onClose} role="alertdialog">
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
				<p>{heldReason(t, d.held_reason ?? '')}</p>
				<p className="muted">{t('confirm.text')}</p>
				<TextField
					label={t('field.note')}
					name="note"
					value={note}
					onChange={(v) => {
						setNote(v);
						form.clear('note');
					}}
					help={t('confirm.noteHelp')}
					maxLength={500}
					error={form.errors.note}
					autoFocus
				/>
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="danger" type="submit" isPending={form.pending}>
						{t('confirm.submit')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}
