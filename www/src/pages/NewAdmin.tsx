import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { RadioField, TextField } from '../ui/Field';
import { DomainPick, type Picked } from './DomainPick';
import css from './Form.module.css';
import { LinkOnce } from './LinkOnce';
import { type Right, RightChecks, useGivable } from './Rights';

const FIELDS = ['login', 'name'] as const;

export function NewAdmin({ domain, onClose }: { domain?: Picked; onClose: () => void }) {
	const t = useT();
	const { admin } = useSession();
	const isSuper = admin.role === 'superadmin';
	const [login, setLogin] = useState('');
	const [name, setName] = useState('');
	const [role, setRole] = useState<'admin' | 'superadmin'>('admin');
	const [domains, setDomains] = useState<Picked[]>(domain ? [domain] : []);
	const [rights, setRights] = useState<Right[]>(['mailboxes', 'aliases', 'passwords']);
	const [made, setMade] = useState<Schemas['AdminWithLink'] | null>(null);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const ids = domains.map((d) => d.id);
	const givable = useGivable(ids);
	const form = useForm(FIELDS);
	const edit =
		<V,>(set: (v: V) => void, field?: string) =>
		(v: V) => {
			set(v);
			setKey(crypto.randomUUID());
			if (field) form.clear(field);
		};
	const submit = () => {
		if (login.trim() === '') return form.fail('login', 'required');
		void form.run(async () => {
			const isAdmin = role === 'admin';
			const r = await ok(
				client.POST('/api/v1/admins', {
					params: { header: { 'Idempotency-Key': key } },
					body: {
						login: login.trim(),
						name: name.trim(),
						role,
						...(isAdmin && { domain_ids: ids, rights: rights.filter(givable) }),
					},
				}),
			);
			setMade(r);
			void refresh();
		});
	};
	if (made?.first_use)
		return (
			<Drawer title={t('link.title', made.admin.name || made.admin.login)} onClose={onClose}>
				<LinkOnce link={made.first_use} onClose={onClose} />
			</Drawer>
		);
	return (
		<Drawer title={t('admin.add')} onClose={onClose}>
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
					label={t('admin.login')}
					name="login"
					value={login}
					onChange={edit(setLogin, 'login')}
					help={t('admin.loginHelp')}
					error={form.errors.login}
					maxLength={100}
					autoFocus
				/>
				<TextField
					label={t('admin.name')}
					name="name"
					optional
					value={name}
					onChange={edit(setName, 'name')}
					error={form.errors.name}
					maxLength={200}
				/>
				{isSuper && !domain && (
					<RadioField
						legend={t('admin.role')}
						value={role}
						onChange={edit(setRole)}
						options={(['admin', 'superadmin'] as const).map((value) => ({
							value,
							text: t(`adminRole.${value}`),
							help: t(`adminRoleHelp.${value}`),
						}))}
					/>
				)}
				{role === 'admin' && (
					<>
						<DomainPick label={t('admin.domains')} value={domains} onChange={edit(setDomains)} />
						<RightChecks
							legend={t('rights.title')}
							value={rights}
							onChange={edit(setRights)}
							domainIds={ids}
						/>
						<p className="muted">{t('rights.help')}</p>
					</>
				)}
				<Actions sticky>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('admin.add')}
					</Button>
				</Actions>
			</form>
		</Drawer>
	);
}
