import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { domainQuery, domainsQuery, refresh } from '../api/queries';
import { useT } from '../i18n';
import { makePassword } from '../lib/password';
import { useForm } from '../lib/useForm';
import { AddressField, wholeAddress } from '../ui/AddressField';
import { Button } from '../ui/Button';
import { Actions, Dialog, Drawer } from '../ui/Dialog';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { LiveMark } from '../ui/Live';
import { NewPasswordField } from '../ui/PasswordField';
import { bytesOf, QuotaField, quotaText } from '../ui/QuotaField';
import css from './Form.module.css';

const FIELDS = ['address', 'name', 'quota_bytes', 'password'] as const;

type Props = {
	domain?: Schemas['Domain'] | undefined;
	domainId?: number | undefined;
	onClose: () => void;
};

/** One form, one save; the password is made here and shown to hand it on. */
export function NewMailbox({ domain: given, domainId, onClose }: Props) {
	const t = useT();
	const byId = useQuery({ ...domainQuery(domainId ?? 0), enabled: !given && !!domainId }).data;
	const only = useQuery({ ...domainsQuery({ limit: 2 }), enabled: !given && !domainId }).data;
	const [address, setAddress] = useState('');
	const [name, setName] = useState('');
	const [quota, setQuota] = useState(quotaText(null));
	const [password, setPassword] = useState(makePassword);
	const [done, setDone] = useState<{ mailbox: Schemas['Mailbox']; password: string } | null>(null);
	const [key, setKey] = useState(() => crypto.randomUUID());
	const form = useForm(FIELDS);
	// With one domain on the server there is no need to type it.
	const single = only && only.items.length === 1 ? only.items[0] : undefined;
	const typed = address.includes('@') ? address.slice(address.indexOf('@') + 1) : '';
	const known = useQuery({
		...domainsQuery({ q: typed, limit: 1 }),
		enabled: typed.includes('.'),
	}).data?.items[0];
	const domain =
		typed === '' ? (given ?? byId ?? single) : known?.name === typed ? known : undefined;
	const submit = () => {
		const bytes = bytesOf(quota);
		const whole = wholeAddress(address, domain?.name);
		if (whole === '') return form.fail('address', 'required');
		if (!whole.includes('@')) return form.fail('address', 'no_at');
		if (bytes === undefined) return form.fail('quota_bytes', 'not_number');
		void form.run(async () => {
			const body = {
				address: whole,
				name: name.trim(),
				quota_bytes: bytes,
				...(password ? { password } : {}),
			};
			const r = await ok(
				client.POST('/api/v1/mailboxes', {
					params: { header: { 'Idempotency-Key': key } },
					body,
				}),
			);
			void refresh();
			setDone({ mailbox: r, password });
		});
	};
	if (done) {
		return (
			<Dialog title={t('mailbox.ready', done.mailbox.address)} onClose={onClose}>
				<LiveMark
					serial={done.mailbox.changed_serial}
					domain={done.mailbox.address.split('@')[1]}
				/>
				{done.password ? (
					<>
						<p>{t('mailbox.handOn')}</p>
						<div className={css.line}>
							<code data-password>{done.password}</code>
							<Copy text={done.password} label={t('password.copy')} />
						</div>
					</>
				) : (
					<p>{t('mailbox.noPassword')}</p>
				)}
				<Actions>
					<Button
						onPress={() => {
							setDone(null);
							setAddress('');
							setName('');
							setPassword(makePassword());
							setKey(crypto.randomUUID());
						}}
					>
						{t('mailbox.another')}
					</Button>
					<Button look="primary" onPress={onClose}>
						{t('done')}
					</Button>
				</Actions>
			</Dialog>
		);
	}
	// A changed form is another request.
	const edit =
		<V,>(field: string, set: (v: V) => void) =>
		(v: V) => {
			set(v);
			form.clear(field);
			setKey(crypto.randomUUID());
		};
	return (
		<Drawer title={t('mailbox.add')} onClose={onClose}>
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
				<AddressField
					value={address}
					onChange={edit('address', setAddress)}
					domain={(given ?? byId ?? single)?.name}
					error={form.errors.address}
					autoFocus
				/>
				<TextField
					label={t('field.displayName')}
					name="name"
					optional
					value={name}
					onChange={edit('name', setName)}
					error={form.errors.name}
					maxLength={200}
				/>
				<QuotaField
					label={t('field.quota')}
					name="quota_bytes"
					value={quota}
					onChange={edit('quota_bytes', setQuota)}
					preset={domain?.default_quota_bytes ?? 0}
					error={form.errors.quota_bytes}
				/>
				<NewPasswordField
					value={password}
					onChange={edit('password', setPassword)}
					error={form.errors.password}
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
