import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RadioField } from '../ui/Field';
import { Note } from '../ui/Marks';
import { bytesOf, QuotaField, quotaText } from '../ui/QuotaField';
import css from './Form.module.css';
import type { BulkProps } from './MailboxList';

type Action = Schemas['MailboxBulkIn']['action'];
const FIELDS = ['quota_bytes'] as const;

function useBulk({ filter, count, onDone }: BulkProps) {
	const form = useForm(FIELDS);
	const send = (action: Action) =>
		form.run(async () => {
			const body = { filter, expected_count: count, action };
			const { job } = await ok(client.POST('/api/v1/mailboxes/bulk', { body }));
			onDone(job);
		});
	return { form, send };
}

export function BulkQuota(p: BulkProps) {
	const t = useT();
	const lang = useLang();
	const { form, send } = useBulk(p);
	const [quota, setQuota] = useState(quotaText(null));
	const submit = () => {
		const bytes = bytesOf(quota);
		if (bytes === null) return form.fail('quota_bytes', 'required');
		if (bytes === undefined) return form.fail('quota_bytes', 'not_number');
		void send({ quota_bytes: bytes });
	};
	return (
		<Dialog title={t('bulk.quota', formatNumber(p.count, lang), p.count)} onClose={p.onClose}>
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
				<QuotaField
					label={t('field.quota')}
					name="quota_bytes"
					value={quota}
					onChange={(q) => {
						setQuota(q);
						form.clear('quota_bytes');
					}}
					error={form.errors.quota_bytes}
				/>
				<Actions>
					<Button onPress={p.onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('apply')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

export function BulkState(p: BulkProps) {
	const t = useT();
	const lang = useLang();
	const { form, send } = useBulk(p);
	const [state, setState] = useState<'active' | 'nologin' | 'closed'>('closed');
	return (
		<Dialog title={t('bulk.state', formatNumber(p.count, lang), p.count)} onClose={p.onClose}>
			{form.problem && <ErrorBox error={form.problem} />}
			<MailboxStates value={state} onChange={setState} />
			<Actions>
				<Button onPress={p.onClose}>{t('cancel')}</Button>
				<Button look="primary" isPending={form.pending} onPress={() => void send({ state })}>
					{t('apply')}
				</Button>
			</Actions>
		</Dialog>
	);
}

export function BulkDelete(p: BulkProps) {
	const t = useT();
	const lang = useLang();
	const { form, send } = useBulk(p);
	return (
		<Dialog
			title={t('bulk.delete', formatNumber(p.count, lang), p.count)}
			onClose={p.onClose}
			role="alertdialog"
		>
			{form.problem && <ErrorBox error={form.problem} />}
			<Note tone="warn">{t('bulk.deleteText')}</Note>
			<Actions>
				<Button onPress={p.onClose}>{t('cancel')}</Button>
				<Button look="danger" isPending={form.pending} onPress={() => void send({ delete: true })}>
					{t('delete')}
				</Button>
			</Actions>
		</Dialog>
	);
}

export function MailboxStates({
	value,
	onChange,
}: {
	value: 'active' | 'nologin' | 'closed';
	onChange: (v: 'active' | 'nologin' | 'closed') => void;
}) {
	const t = useT();
	return (
		<RadioField
			legend={t('field.state')}
			value={value}
			onChange={onChange}
			options={[
				{ value: 'active', text: t('state.active'), help: t('mailbox.help.active') },
				{ value: 'nologin', text: t('state.nologin'), help: t('mailbox.help.nologin') },
				{ value: 'closed', text: t('state.closed'), help: t('mailbox.help.closed') },
			]}
		/>
	);
}
