import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { useT } from '../i18n';
import { askPasskey, wasCancelled } from '../lib/passkey';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { CodeField } from './CodeField';
import css from './SignIn.module.css';

const FIELDS = ['code'] as const;

/** After the password: a code of the app, a passkey, or a recovery code. */
export function SecondStep({
	step,
	onDone,
	onBack,
}: {
	step: Schemas['SecondStep'];
	onDone: (s: Schemas['Session']) => void;
	onBack: () => void;
}) {
	const t = useT();
	const [recovery, setRecovery] = useState(!step.totp && !step.passkey);
	const [code, setCode] = useState('');
	const form = useForm(FIELDS);
	const hasField = step.totp || recovery;
	const send = (value: string) => {
		if (!value) return form.fail('code', 'required');
		void form.run(async () => {
			const body = { ticket: step.ticket, code: value };
			onDone((await ok(client.POST('/api/v1/session/code', { body }))) as Schemas['Session']);
		});
	};
	const passkey = () =>
		void form.run(async () => {
			const { ticket } = step;
			const c = await ok(client.POST('/api/v1/session/challenge', { body: { ticket } }));
			try {
				const answer = await askPasskey(c);
				onDone(await ok(client.POST('/api/v1/session/passkey', { body: { ticket, ...answer } })));
			} catch (e) {
				if (!wasCancelled(e)) throw e;
			}
		});
	return (
		<form
			ref={form.ref}
			className={css.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				send(code);
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			{step.passkey && (
				<Button look={step.totp ? 'plain' : 'primary'} onPress={passkey}>
					{t('signin.usePasskey')}
				</Button>
			)}
			{hasField && (
				<>
					<CodeField
						key={String(recovery)}
						recovery={recovery}
						error={form.errors.code}
						onChange={(v) => {
							setCode(v);
							form.clear('code');
						}}
						onWhole={send}
					/>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('signin.submit')}
					</Button>
				</>
			)}
			<div className={css.ways}>
				{step.recovery && !recovery && (
					<Button look="link" onPress={() => setRecovery(true)}>
						{t('signin.useRecovery')}
					</Button>
				)}
				{step.totp && recovery && (
					<Button look="link" onPress={() => setRecovery(false)}>
						{t('signin.useCode')}
					</Button>
				)}
				<Button look="link" onPress={onBack}>
					{t('signin.back')}
				</Button>
			</div>
		</form>
	);
}
