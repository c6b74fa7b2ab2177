import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, ok } from '../api/client';
import { factorsQuery } from '../api/me';
import { proved } from '../api/proof';
import { useT } from '../i18n';
import { askPasskey, wasCancelled } from '../lib/passkey';
import { useForm } from '../lib/useForm';
import { CodeField } from '../pages/CodeField';
import css from '../pages/SignIn.module.css';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Loading } from '../ui/Marks';

const FIELDS = ['password', 'code'] as const;

/** Before something dangerous; what waits for it goes on afterwards. */
export function Proof() {
	const t = useT();
	const factors = useQuery(factorsQuery);
	const [way, setWay] = useState<'best' | 'password' | 'recovery'>('best');
	const [value, setValue] = useState('');
	const form = useForm(FIELDS);
	const f = factors.data;
	const byCode = way === 'recovery' || (way === 'best' && f?.totp === true);
	const byKey = way === 'best' && (f?.passkeys.length ?? 0) > 0;
	const send = (text: string) => {
		const field = byCode ? 'code' : 'password';
		if (!text) return form.fail(field, 'required');
		void form.run(async () => {
			await ok(client.POST('/api/v1/session/proof', { body: { [field]: text } }));
			proved(true);
		});
	};
	const passkey = () =>
		void form.run(async () => {
			const c = await ok(client.POST('/api/v1/session/proof/challenge'));
			try {
				const body = await askPasskey(c);
				await ok(client.POST('/api/v1/session/proof/passkey', { body }));
				proved(true);
			} catch (e) {
				if (!wasCancelled(e)) throw e;
			}
		});
	const pick = (next: typeof way) => {
		setWay(next);
		setValue('');
	};
	return (
		<Dialog title={t('proof.title')} role="alertdialog" onClose={() => proved(false)}>
			<p>{t('proof.text')}</p>
			{!f && <Loading lines={2} />}
			{f && (
				<form
					ref={form.ref}
					className={css.form}
					noValidate
					onSubmit={(e) => {
						e.preventDefault();
						send(value);
					}}
				>
					{form.problem && <ErrorBox error={form.problem} />}
					{byKey && (
						<Button look={byCode ? 'plain' : 'primary'} onPress={passkey}>
							{t('signin.usePasskey')}
						</Button>
					)}
					{byCode ? (
						<CodeField
							key={way}
							recovery={way === 'recovery'}
							error={form.errors.code}
							onChange={(v) => {
								setValue(v);
								form.clear('code');
							}}
							onWhole={send}
						/>
					) : (
						<TextField
							label={t('password')}
							name="password"
							type="password"
							value={value}
							onChange={(v) => {
								setValue(v);
								form.clear('password');
							}}
							error={form.errors.password}
							autoComplete="current-password"
							autoFocus={!byKey}
						/>
					)}
					<div className={css.ways}>
						{byCode && (
							<Button look="link" onPress={() => pick('password')}>
								{t('proof.usePassword')}
							</Button>
						)}
						{f.recovery_codes_left > 0 && way !== 'recovery' && (
							<Button look="link" onPress={() => pick('recovery')}>
								{t('signin.useRecovery')}
							</Button>
						)}
					</div>
					<Actions>
						<Button onPress={() => proved(false)}>{t('cancel')}</Button>
						<Button look="primary" type="submit" isPending={form.pending}>
							{t('proof.submit')}
						</Button>
					</Actions>
				</form>
			)}
		</Dialog>
	);
}
