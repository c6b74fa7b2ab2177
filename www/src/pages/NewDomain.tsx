import { useState } from 'react';
import { client, ok } from '../api/client';
import { useT } from '../i18n';
import { foldDomain } from '../lib/fold';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { saved } from '../ui/Toast';
import { LimitFields, noLimits, readLimits } from './DomainFields';
import css from './Form.module.css';

const FIELDS = [
	'name',
	'description',
	'max_mailboxes',
	'max_aliases',
	'max_quota_bytes',
	'default_quota_bytes',
] as const;

/** A domain on one form: a name is enough, limits are there to be opened. */
export function NewDomain({ onClose }: { onClose: () => void }) {
	const t = useT();
	const [name, setName] = useState('');
	const [description, setDescription] = useState('');
	const [limits, setLimits] = useState(noLimits);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const form = useForm(FIELDS);
	const edited = () => setKey(crypto.randomUUID());
	const submit = () => {
		if (!name) return form.fail('name', 'required');
		const numbers = readLimits(limits, form);
		if (!numbers) return;
		void form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/domains', {
					params: { header: { 'Idempotency-Key': key } },
					body: { name, description: description.trim(), ...numbers },
				}),
			);
			saved(t('domain.done.added', r.name_unicode), r.changed_serial);
			navigate(`/domains/${r.id}`);
		});
	};
	const limitError = [
		'max_mailboxes',
		'max_aliases',
		'max_quota_bytes',
		'default_quota_bytes',
	].some((f) => form.errors[f]);
	return (
		<Drawer title={t('domain.add')} onClose={onClose}>
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
				<TextField
					label={t('domain.name')}
					name="name"
					mono
					value={name}
					onChange={(v) => {
						setName(v);
						form.clear('name');
						edited();
					}}
					fold={foldDomain}
					placeholder="example.jp"
					help={t('domain.nameHelp')}
					error={form.errors.name}
					maxLength={253}
					autoFocus
				/>
				<TextField
					label={t('field.description')}
					name="description"
					optional
					value={description}
					onChange={(v) => {
						setDescription(v);
						edited();
					}}
					error={form.errors.description}
					maxLength={200}
				/>
				<details className={css.more} open={limitError || undefined}>
					<summary>{t('domain.limits')}</summary>
					<div>
						<LimitFields
							draft={limits}
							set={(p) => {
								setLimits((d) => ({ ...d, ...p }));
								edited();
							}}
							form={form}
						/>
					</div>
				</details>
				<Actions sticky>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('save')}
					</Button>
				</Actions>
			</form>
		</Drawer>
	);
}
