import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Schemas } from '../api/client';
import { client, ok } from '../api/client';
import { useT } from '../i18n';
import {
	askPasskey,
	canAutofill,
	canUsePasskeys,
	stopAutofill,
	wasCancelled,
} from '../lib/passkey';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import css from './SignIn.module.css';

// Most people never see it: it comes once it is asked for.
const SecondStep = lazy(async () => ({ default: (await import('./SecondStep')).SecondStep }));

const FIELDS = ['login', 'password'] as const;
type Session = Schemas['Session'];

async function byPasskey(autofill: boolean): Promise<Session> {
	const c = await ok(client.POST('/api/v1/session/challenge', { body: {} }));
	const body = await askPasskey(c, autofill);
	return (await ok(client.POST('/api/v1/session/passkey', { body }))) as Session;
}

/** A passkey chosen in the field of the name, for as long as the form is there. */
function useAutofill(is: boolean, onDone: (s: Session) => void) {
	const done = useRef(onDone);
	done.current = onDone;
	useEffect(() => {
		if (!is) return;
		let gone = false;
		void (async () => {
			if (!(await canAutofill()) || gone) return;
			try {
				const session = await byPasskey(true);
				if (!gone) done.current(session);
			} catch {
				// Nobody chose one, or there are none here: the form is still there.
			}
		})();
		return () => {
			gone = true;
			if (canUsePasskeys()) void stopAutofill();
		};
	}, [is]);
}

export function SignInForm({
	login: known,
	onDone,
}: {
	login?: string;
	onDone: (s: Session) => void;
}) {
	const t = useT();
	const [login, setLogin] = useState(known ?? '');
	const [password, setPassword] = useState('');
	const [step, setStep] = useState<Schemas['SecondStep'] | null>(null);
	const form = useForm(FIELDS);
	useAutofill(!step && known === undefined, onDone);
	const submit = () => {
		if (!login.trim()) return form.fail('login', 'required');
		if (!password) return form.fail('password', 'required');
		void form.run(async () => {
			const body = { login: login.trim().normalize('NFKC'), password };
			const r = await ok(client.POST('/api/v1/session', { body }));
			if ('ticket' in r) setStep(r);
			else onDone(r);
		});
	};
	const passkey = () =>
		void form.run(async () => {
			await stopAutofill();
			try {
				onDone(await byPasskey(false));
			} catch (e) {
				if (!wasCancelled(e)) throw e;
			}
		});
	if (step) {
		return (
			<Suspense fallback={null}>
				<SecondStep
					step={step}
					onDone={onDone}
					onBack={() => {
						setStep(null);
						setPassword('');
					}}
				/>
			</Suspense>
		);
	}
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
			{canUsePasskeys() && (
				<>
					<Button onPress={passkey}>{t('signin.passkey')}</Button>
					<p className={css.or}>
						<span>{t('signin.or')}</span>
					</p>
				</>
			)}
			<TextField
				label={t('signin.login')}
				name="login"
				value={login}
				onChange={(v) => {
					setLogin(v);
					form.clear('login');
				}}
				error={form.errors.login}
				autoComplete="username webauthn"
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
