import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { signedIn } from '../api/session';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { useUrl } from '../lib/url';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { CheckField, TextField } from '../ui/Field';
import { Front } from './Front';
import { SecondStep } from './SecondStep';
import css from './SignIn.module.css';

const FIELDS = ['password'] as const;

/** The one-time link: an admin or a mailbox owner chooses a password. */
export default function FirstUse() {
	const t = useT();
	const { params } = useUrl();
	const [password, setPassword] = useState('');
	const [shown, setShown] = useState(false);
	const [step, setStep] = useState<Schemas['SecondStep'] | null>(null);
	const form = useForm(FIELDS);
	const enter = (session: Schemas['Session']) => {
		navigate('/', { replace: true });
		signedIn(session);
	};
	const submit = () => {
		if (!password) return form.fail('password', 'required');
		void form.run(async () => {
			const body = { token: params.get('token') ?? '', password };
			const r = await ok(client.POST('/api/v1/first-use', { body }));
			if ('ticket' in r) setStep(r);
			else enter(r);
		});
	};
	if (step) {
		return (
			<Front title={t('signin.second')}>
				<SecondStep step={step} onDone={enter} onBack={() => navigate('/', { replace: true })} />
			</Front>
		);
	}
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
