import { useState } from 'react';
import type { Schemas } from '../api/client';
import { client, ok } from '../api/client';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import css from './SignIn.module.css';

const FIELDS = ['login', 'password'] as const;

export function SignInForm({
	login: known,
	onDone,
}: {
	login?: string;
	onDone: (s: Schemas['Session']) => void;
}) {
	const t = useT();
	const [login, setLogin] = useState(known ?? '');
	const [password, setPassword] = useState('');
	const form = useForm(FIELDS);
	const submit = () => {
		if (!login.trim()) return form.fail('login', 'required');
		if (!password) return form.fail('password', 'required');
		void form.run(async () => {
			const body = { login: login.trim().normalize('NFKC'), password };
			onDone(await ok(client.POST('/api/v1/session', { body })));
		});
	};
	return (
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
				label={t('signin.login')}
				name="login"
				value={login}
				onChange={(v) => {
					setLogin(v);
					form.clear('login');
				}}
				error={form.errors.login}
				autoComplete="username"
				autoFocus={!known}
				disabled={known !== undefined}
			/>
			<TextField
				label={t('password')}
				name="password"
				type="password"
				value={password}
				onChange={(v) => {
					setPassword(v);
					form.clear('password');
				}}
				error={form.errors.password}
				autoComplete="current-password"
				autoFocus={known !== undefined}
			/>
			<Button look="primary" type="submit" isPending={form.pending}>
				{t('signin.submit')}
			</Button>
		</form>
	);
}
