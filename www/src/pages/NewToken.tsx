import { useState } from 'react';
import { client, ok } from '../api/client';
import { refresh } from '../api/queries';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { BareSelect, RadioField, SelectField, TextField } from '../ui/Field';
import css from './Access.module.css';
import { DomainPick, type Picked } from './DomainPick';
import form_ from './Form.module.css';
import { TokenOnce } from './TokenOnce';

const FIELDS = ['name', 'networks'] as const;
const DAYS = ['30', '90', '365', 'never'] as const;
const NOUNS = ['mailbox', 'alias', 'domain', 'whitelist', 'admin'] as const;
type Noun = (typeof NOUNS)[number];
type Reach = 'no' | 'read' | 'change';

export function NewToken({ onClose }: { onClose: () => void }) {
	const t = useT();
	const { admin } = useSession();
	const [name, setName] = useState('');
	const [kind, setKind] = useState<'some' | 'read' | 'all'>('some');
	const [some, setSome] = useState<Partial<Record<Noun, Reach>>>({ mailbox: 'read' });
	const [domains, setDomains] = useState<Picked[]>([]);
	const [networks, setNetworks] = useState('');
	const [days, setDays] = useState<(typeof DAYS)[number]>('90');
	const [made, setMade] = useState<{ name: string; token: string } | null>(null);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const form = useForm(FIELDS);
	const edit =
		<V,>(set: (v: V) => void, field?: string) =>
		(v: V) => {
			set(v);
			setKey(crypto.randomUUID());
			if (field) form.clear(field);
		};
	const scopes =
		kind === 'all'
			? ['*']
			: kind === 'read'
				? ['*.read']
				: NOUNS.flatMap((n) =>
						some[n] === 'change' ? [`${n}.*`] : some[n] === 'read' ? [`${n}.read`] : [],
					);
	const submit = () => {
		if (name.trim() === '') return form.fail('name', 'required');
		void form.run(async () => {
			const list = networks.split(/[\s,]+/).filter(Boolean);
			const end = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
			const r = await ok(
				client.POST('/api/v1/tokens', {
					params: { header: { 'Idempotency-Key': key } },
					body: {
						name: name.trim(),
						scopes,
						networks: list,
						domain_ids: domains.map((d) => d.id),
						expires_at: days === 'never' ? null : end,
					},
				}),
			);
			if (r.token) setMade({ name: r.info.name, token: r.token });
			else onClose();
			void refresh();
		});
	};
	if (made)
		return (
			<Drawer title={t('apitoken.ready')} onClose={onClose}>
				<TokenOnce name={made.name} token={made.token} onClose={onClose} />
			</Drawer>
		);
	return (
		<Drawer title={t('apitoken.add')} onClose={onClose}>
			<form
				ref={form.ref}
				className={form_.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TextField
					label={t('apitoken.name')}
					name="name"
					value={name}
					onChange={edit(setName, 'name')}
					help={t('apitoken.nameHelp')}
					error={form.errors.name}
					maxLength={100}
					autoFocus
				/>
				<RadioField
					legend={t('apitoken.scopes')}
					value={kind}
					onChange={edit(setKind)}
					options={[
						{ value: 'some', text: t('apitoken.some') },
						{ value: 'read', text: t('apitoken.allRead') },
						{ value: 'all', text: t('apitoken.all') },
					]}
				/>
				{kind === 'some' && (
					<table className={css.scopes}>
						<tbody>
							{NOUNS.filter((n) => n !== 'whitelist' || admin.role === 'superadmin').map((n) => (
								<tr key={n}>
									<th scope="row">{t(`noun.${n}`)}</th>
									<td>
										<BareSelect
											label={t(`noun.${n}`)}
											value={some[n] ?? 'no'}
											onChange={(v: Reach) => edit(setSome)({ ...some, [n]: v })}
											options={[
												{ value: 'no', text: t('apitoken.no') },
												{ value: 'read', text: t('apitoken.read') },
												{ value: 'change', text: t('apitoken.change') },
											]}
										/>
									</td>
								</tr>
							))}
						</tbody>
					</table>
				)}
				{scopes.length === 0 && <p className="muted">{t('apitoken.chooseOne')}</p>}
				<SelectField
					label={t('apitoken.expires')}
					value={days}
					onChange={edit(setDays)}
					options={DAYS.map((value) => ({
						value,
						text: value === 'never' ? t('apitoken.never') : t('apitoken.days', Number(value)),
					}))}
				/>
				<TextField
					label={t('apitoken.networks')}
					name="networks"
					mono
					optional
					value={networks}
					onChange={edit(setNetworks, 'networks')}
					help={t('apitoken.networksHelp')}
					placeholder="192.0.2.7 2001:db8::/48"
					error={form.errors.networks}
					maxLength={800}
				/>
				<DomainPick
					label={t('apitoken.domains')}
					help={t('apitoken.domainsHelp')}
					value={domains}
					onChange={edit(setDomains)}
					optional
				/>
				<Actions sticky>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button
						look="primary"
						type="submit"
						isPending={form.pending}
						isDisabled={scopes.length === 0}
					>
						{t('apitoken.add')}
					</Button>
				</Actions>
			</form>
		</Drawer>
	);
}
