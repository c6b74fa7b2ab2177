import { useState } from 'react';
import { client, ok } from '../api/client';
import { refresh } from '../api/queries';
import { useT } from '../i18n';
import { foldDomain } from '../lib/fold';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { ROLES, type Role } from '../lib/words';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RadioField, TextField } from '../ui/Field';
import css from './Form.module.css';
import { type NodeDraft, NodeFields } from './NodeFields';
import { TokenOnce } from './TokenOnce';

const FIELDS = ['name', 'role', 'network', 'next_hop', 'note'] as const;

export function NewNode({ onClose }: { onClose: () => void }) {
	const t = useT();
	const [name, setName] = useState('');
	const [role, setRole] = useState<Role>('secondary');
	const [draft, setDraft] = useState<NodeDraft>({ network: '', next_hop: '', note: '' });
	const [made, setMade] = useState<{ name: string; token: string } | null>(null);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const form = useForm(FIELDS);
	const submit = () => {
		if (name.trim() === '') return form.fail('name', 'required');
		void form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/nodes', {
					params: { header: { 'Idempotency-Key': key } },
					body: {
						name: name.trim(),
						role,
						network: draft.network.trim(),
						next_hop: role === 'secondary' ? draft.next_hop.trim() : '',
						note: draft.note.trim(),
					},
				}),
			);
			if (r.token) setMade({ name: r.name, token: r.token });
			else navigate(`/system/${r.id}`);
			void refresh();
		});
	};
	if (made)
		return (
			<Drawer title={t('node.ready', made.name)} onClose={onClose}>
				<TokenOnce name={made.name} token={made.token} onClose={onClose} />
			</Drawer>
		);
	return (
		<Drawer title={t('node.add')} onClose={onClose}>
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
					label={t('field.name')}
					name="name"
					mono
					value={name}
					onChange={(v) => {
						setName(v);
						setKey(crypto.randomUUID());
						form.clear('name');
					}}
					fold={foldDomain}
					placeholder="mx2"
					help={t('node.nameHelp')}
					error={form.errors.name}
					maxLength={63}
					autoFocus
				/>
				<RadioField
					legend={t('node.role')}
					value={role}
					onChange={(r) => {
						setRole(r);
						setKey(crypto.randomUUID());
					}}
					options={ROLES.map((value) => ({
						value,
						text: t(`node.role.${value}`),
						help: t(`node.roleHelp.${value}`),
					}))}
				/>
				<NodeFields
					role={role}
					draft={draft}
					set={(p) => {
						setDraft((d) => ({ ...d, ...p }));
						setKey(crypto.randomUUID());
					}}
					form={form}
				/>
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
