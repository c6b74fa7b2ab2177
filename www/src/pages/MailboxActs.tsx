import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { mailboxQuery, queryClient, referencesQuery } from '../api/queries';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { foldAddress } from '../lib/fold';
import { makePassword } from '../lib/password';
import { printPart } from '../lib/print';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { RadioField, TextField } from '../ui/Field';
import { LiveMark } from '../ui/Live';
import { Loading, Note, Time } from '../ui/Marks';
import { NewPasswordField } from '../ui/PasswordField';
import { saved, toast } from '../ui/Toast';
import css from './Form.module.css';

type Mailbox = Schemas['Mailbox'];
type Props = { mailbox: Mailbox; onClose: () => void; onDone?: () => void };
const PASSWORD = ['password'] as const;
const FORWARD = ['forward_to'] as const;

/** A new password, made here: shown with Copy, saved with one press. */
export function ResetPassword({ mailbox: m, onClose }: Props) {
	const t = useT();
	const [password, setPassword] = useState(makePassword);
	const form = useForm(PASSWORD);
	const submit = () => {
		if (!password) return form.fail('password', 'required');
		void form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/mailboxes/{id}/password', {
					params: { path: { id: m.id } },
					body: { password },
				}),
			);
			queryClient.setQueryData(mailboxQuery(m.id).queryKey, r);
			saved(t('password.done', m.address), r.changed_serial, { domain: null });
			onClose();
		});
	};
	return (
		<Dialog title={t('password.resetFor', m.address)} onClose={onClose}>
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
				<NewPasswordField
					value={password}
					onChange={(v) => {
						setPassword(v);
						form.clear('password');
					}}
					error={form.errors.password}
				/>
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('save')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

/** A link with which the owner sets the password: shown here and never again. */
export function LinkForMailbox({ mailbox: m, onClose }: Props) {
	const t = useT();
	const part = useRef<HTMLDivElement>(null);
	const [made, setMade] = useState<Schemas['MailboxLink'] | null>(null);
	const [error, setError] = useState<ApiError | null>(null);
	const asked = useRef(false);
	const ask = useCallback(async () => {
		setError(null);
		try {
			const to = { params: { path: { id: m.id } } };
			setMade(await ok(client.POST('/api/v1/mailboxes/{id}/link', to)));
		} catch (e) {
			setError(e instanceof ApiError ? e : new ApiError('internal', 0));
		}
	}, [m.id]);
	useEffect(() => {
		if (asked.current) return;
		asked.current = true;
		void ask();
	}, [ask]);
	const link = made && `${location.origin}/#/first-use?token=${made.token}`;
	return (
		<Dialog title={t('ownlink.title', m.address)} onClose={onClose} role="alertdialog">
			{error && <ErrorBox error={error} onRetry={() => void ask()} />}
			{!made && !error && <Loading lines={2} />}
			{made && link && (
				<>
					<div ref={part} className={css.form}>
						<p>{t('ownlink.text')}</p>
						<p className={css.linkRow}>
							<code data-link>{link}</code>
							<Copy text={link} label={t('ownlink.copy')} />
						</p>
						<p>
							{t('ownlink.until')}: <Time at={made.expires_at} exact />
						</p>
						<Note tone="warn">{t('ownlink.once')}</Note>
					</div>
					<Actions>
						<Button onPress={() => printPart(part.current)}>{t('ownlink.print')}</Button>
						<Button look="primary" onPress={onClose}>
							{t('done')}
						</Button>
					</Actions>
				</>
			)}
		</Dialog>
	);
}

/** The owner lost app, passkeys and codes. */
export function ResetFactors({ mailbox: m, onClose }: Props) {
	const t = useT();
	const form = useForm([]);
	return (
		<Dialog title={t('factors.resetTitle', m.address)} onClose={onClose} role="alertdialog">
			{form.problem && <ErrorBox error={form.problem} />}
			<p>{t('factors.resetText')}</p>
			<Actions>
				<Button onPress={onClose}>{t('cancel')}</Button>
				<Button
					look="danger"
					isPending={form.pending}
					onPress={() =>
						void form.run(async () => {
							const to = { params: { path: { id: m.id } } };
							await ok(client.POST('/api/v1/mailboxes/{id}/reset-factors', to));
							toast({ title: t('factors.resetDone', m.address) });
							onClose();
						})
					}
				>
					{t('factors.resetDo')}
				</Button>
			</Actions>
		</Dialog>
	);
}

type Choice = 'remove' | 'forward';

/** Deleting names the aliases that point here, and asks what becomes of them. */
export function DeleteMailbox({ mailbox: m, onClose, onDone }: Props) {
	const t = useT();
	const { settings } = useSession();
	const refs = useQuery({ ...referencesQuery(m.id), staleTime: 0 });
	const [choice, setChoice] = useState<Choice>('remove');
	const [to, setTo] = useState('');
	const form = useForm(FORWARD);
	const count = refs.data?.total ?? 0;
	const submit = () => {
		if (count > 0 && choice === 'forward' && !to) return form.fail('forward_to', 'required');
		void form.run(async () => {
			const body =
				count === 0
					? {}
					: choice === 'remove'
						? { targets: 'remove' as const }
						: { targets: 'forward' as const, forward_to: to };
			const r = await ok(
				client.DELETE('/api/v1/mailboxes/{id}', {
					params: { path: { id: m.id }, header: { 'If-Match': etag(m.version) } },
					body,
				}),
			);
			saved(t('mailbox.done.deleted', m.address), r.changed_serial);
			onClose();
			onDone?.();
		});
	};
	return (
		<Dialog title={t('mailbox.deleteTitle', m.address)} onClose={onClose} role="alertdialog">
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
				<p>{t('mailbox.deleteText', settings.deleted_days)}</p>
				<p>
					<LiveMark serial={m.changed_serial} domain={m.address.split('@')[1]} />
				</p>
				{refs.error instanceof ApiError && (
					<ErrorBox error={refs.error} onRetry={() => void refs.refetch()} />
				)}
				{refs.isPending && <Loading lines={2} />}
				{refs.data && count > 0 && (
					<>
						<div>
							<p>{t('mailbox.referenced', count)}</p>
							<ul className={css.list}>
								{refs.data.aliases.slice(0, 10).map((a) => (
									<li key={a.id} className="mono">
										{a.address}
									</li>
								))}
								{count > 10 && <li>{t('andMore', count - 10)}</li>}
							</ul>
						</div>
						<RadioField
							legend={t('mailbox.targets')}
							value={choice}
							onChange={setChoice}
							options={[
								{
									value: 'remove',
									text: t('mailbox.targetsRemove'),
									help: t('mailbox.targetsRemoveHelp'),
								},
								{ value: 'forward', text: t('mailbox.targetsForward') },
							]}
						/>
						{choice === 'forward' && (
							<TextField
								label={t('mailbox.forwardTo')}
								name="forward_to"
								mono
								value={to}
								onChange={(v) => {
									setTo(v);
									form.clear('forward_to');
								}}
								fold={foldAddress}
								inputMode="email"
								error={form.errors.forward_to}
								autoFocus
							/>
						)}
					</>
				)}
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="danger" type="submit" isPending={form.pending} isDisabled={!refs.data}>
						{t('delete')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}
