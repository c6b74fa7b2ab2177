import { useState } from 'react';
import { client, ok } from '../api/client';
import { signedIn } from '../api/session';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { useUrl } from '../lib/url';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { CheckField, TextField } from '../ui/Field';
import { Front } from './Front';
import css from './SignIn.module.css';

const FIELDS = ['password'] as const;

/** The one-time link: the first admin chooses a password. */
export default function FirstUse() {
	const t = useT();
	const { params } = useUrl();
	const [password, setPassword] = useState('');
	const [shown, setShown] = useState(false);
	const form = useForm(FIELDS);
	const submit = () => {
		if (!password) return form.fail('password', 'required');
		void form.run(async () => {
			const body = { token: params.get('token') ?? '', password };
			const session = await ok(client.POST('/api/v1/first-use', { body }));
			navigate('/', { replace: true });
			signedIn(session);
		});
	};
	return (
		<Front title={t('firstuse.title')}>
			<p className="muted">{t('firstuse.text')}</p>
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
					label={t('firstuse.password')}
					name="password"
					type={shown ? 'text' : 'password'}
					value={password}
					onChange={(v) => {
						setPassword(v);
						form.clear('password');
					}}
					error={form.errors.password}
					autoComplete="new-password"
					help={t('firstuse.help')}
					autoFocus
				/>
				<CheckField label={t('password.show')} checked={shown} onChange={setShown} />
				<Button look="primary" type="submit" isPending={form.pending}>
					{t('firstuse.submit')}
				</Button>
			</form>
		</Front>
	);
}
