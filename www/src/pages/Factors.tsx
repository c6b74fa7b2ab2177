import { useQuery } from '@tanstack/react-query';
import { Fragment, useRef, useState } from 'react';
import { encode } from 'uqr';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { factorsQuery, refreshMe } from '../api/me';
import { Card } from '../app/Page';
import { useT } from '../i18n';
import { canUsePasskeys, makePasskey, wasCancelled } from '../lib/passkey';
import { printPart } from '../lib/print';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Loading, Note, Time } from '../ui/Marks';
import { toast } from '../ui/Toast';
import { CodeField } from './CodeField';
import css from './Security.module.css';
import form_css from './SignIn.module.css';

const CODE = ['code'] as const;
const NAME = ['name', 'passkey'] as const;
type Passkey = Schemas['Passkey'];

/** Shown once, with every way to keep them. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
	const t = useT();
	const part = useRef<HTMLDivElement>(null);
	return (
		<Dialog title={t('recovery.title')} role="alertdialog" onClose={onClose} closable={false}>
			<div ref={part} className={form_css.form}>
				<Note tone="warn">{t('recovery.once')}</Note>
				<ul className={css.codes} data-codes>
					{codes.map((c) => (
						<li key={c} className="mono">
							{c}
						</li>
					))}
				</ul>
			</div>
			<Actions sticky>
				<Copy text={codes.join('\n')} label={t('recovery.copy')} />
				<Button onPress={() => printPart(part.current)}>{t('recovery.print')}</Button>
				<Button look="primary" onPress={onClose}>
					{t('done')}
				</Button>
			</Actions>
		</Dialog>
	);
}

/** One dark square a module, as one path. */
function Qr({ text }: { text: string }) {
	const t = useT();
	const { data, size } = encode(text, { border: 0 });
	const path = data
		.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
		.join('');
	return (
		<svg className={css.qr} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t('totp.qr')}>
			<path d={path} fill="#000" shapeRendering="crispEdges" />
		</svg>
	);
}

function AddApp({
	offer,
	onClose,
	onDone,
}: {
	offer: Schemas['TotpOffer'];
	onClose: () => void;
	onDone: (codes: string[]) => void;
}) {
	const t = useT();
	const form = useForm(CODE);
	const [code, setCode] = useState('');
	const send = (value: string) => {
		if (!value) return form.fail('code', 'required');
		void form.run(async () => {
			const body = { code: value };
			onDone((await ok(client.POST('/api/v1/me/totp/confirm', { body }))).recovery_codes);
		});
	};
	return (
		<Dialog title={t('totp.add')} onClose={onClose} role="alertdialog">
			<form
				ref={form.ref}
				className={form_css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					send(code);
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<p>{t('totp.scan')}</p>
				<Qr text={offer.uri} />
				<p className={css.key}>
					<span className={css.small}>{t('totp.key')}</span>
					<code data-secret>{offer.secret}</code>
					<Copy text={offer.secret} label={t('totp.copy')} quiet />
				</p>
				<p>{t('totp.confirm')}</p>
				<CodeField
					recovery={false}
					error={form.errors.code}
					onChange={(v) => {
						setCode(v);
						form.clear('code');
					}}
					onWhole={send}
				/>
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('totp.submit')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

type NameProps = {
	title: string;
	submit: string;
	value: string;
	save: (name: string) => Promise<void>;
	onClose: () => void;
};

function NameDialog({ title, submit, value, save, onClose }: NameProps) {
	const t = useT();
	const form = useForm(NAME);
	const [name, setName] = useState(value);
	return (
		<Dialog title={title} onClose={onClose}>
			<form
				ref={form.ref}
				className={form_css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					if (!name.trim()) return form.fail('name', 'required');
					void form.run(async () => {
						try {
							await save(name.trim());
						} catch (x) {
							if (!wasCancelled(x)) throw x;
						}
					});
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TextField
					label={t('passkeys.name')}
					name="name"
					value={name}
					onChange={(v) => {
						setName(v);
						form.clear('name');
					}}
					error={form.errors.name ?? form.errors.passkey}
					help={t('passkeys.nameHelp')}
					maxLength={100}
					autoFocus
				/>
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{submit}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

function KeyRow({
	k,
	onRename,
	onRemove,
}: {
	k: Passkey;
	onRename: () => void;
	onRemove: () => void;
}) {
	const t = useT();
	return (
		<li className={css.row}>
			<div>
				<strong>{k.name}</strong>
				<p className={css.small}>
					{k.last_used_at ? (
						<>
							{t('passkeys.used')} <Time at={k.last_used_at} />
						</>
					) : (
						t('passkeys.never')
					)}
					{k.synced && <> · {t('passkeys.synced')}</>}
				</p>
			</div>
			<div className={css.buttons}>
				<Button small onPress={onRename} aria-label={t('passkeys.rename', k.name)}>
					{t('edit')}
				</Button>
				<Button small onPress={onRemove} aria-label={t('passkeys.remove', k.name)}>
					{t('delete')}
				</Button>
			</div>
		</li>
	);
}

/** Codes of an app, passkeys, recovery codes: what beside the password there is. */
export function Factors({ handle, login }: { handle: string; login: string }) {
	const t = useT();
	const q = useQuery(factorsQuery);
	const [offer, setOffer] = useState<Schemas['TotpOffer'] | null>(null);
	const [codes, setCodes] = useState<string[]>([]);
	const [naming, setNaming] = useState<Passkey | 'new' | null>(null);
	const [asking, setAsking] = useState(false);
	const form = useForm([]);
	const show = (fresh: string[]) => {
		setCodes(fresh);
		void refreshMe();
	};
	const act = (work: () => Promise<unknown>, said?: string) =>
		void form.run(async () => {
			await work();
			await refreshMe();
			if (said) toast({ title: said });
		});
	if (q.error instanceof ApiError)
		return <ErrorBox error={q.error} onRetry={() => void q.refetch()} />;
	if (!q.data) return <Loading />;
	const f = q.data;
	const add = async (name: string) => {
		const c = await ok(client.POST('/api/v1/me/passkeys/challenge'));
		const made = await makePasskey(c, handle, login);
		const r = await ok(client.POST('/api/v1/me/passkeys', { body: { name, ...made } }));
		setNaming(null);
		show(r.recovery_codes);
		toast({ title: t('passkeys.added') });
	};
	const rename = async (k: Passkey, name: string) => {
		await ok(
			client.PATCH('/api/v1/me/passkeys/{id}', {
				params: { path: { id: k.id } },
				body: { name },
			}),
		);
		setNaming(null);
		await refreshMe();
	};
	return (
		<Fragment>
			{form.problem && <ErrorBox error={form.problem} />}
			<Card title={t('totp.title')}>
				<p>{f.totp ? t('totp.on') : t('totp.off')}</p>
				<div className={css.buttons}>
					{f.totp ? (
						<Button
							onPress={() => act(() => ok(client.DELETE('/api/v1/me/totp')), t('totp.removed'))}
						>
							{t('totp.remove')}
						</Button>
					) : (
						<Button
							onPress={() => act(async () => setOffer(await ok(client.POST('/api/v1/me/totp'))))}
						>
							{t('totp.add')}
						</Button>
					)}
				</div>
			</Card>
			<Card title={t('passkeys.title')}>
				<p>{t('passkeys.text')}</p>
				{f.passkeys.length === 0 ? (
					<p className="muted">{t('passkeys.none')}</p>
				) : (
					<ul>
						{f.passkeys.map((k) => (
							<KeyRow
								key={k.id}
								k={k}
								onRename={() => setNaming(k)}
								onRemove={() =>
									act(
										() =>
											ok(
												client.DELETE('/api/v1/me/passkeys/{id}', {
													params: { path: { id: k.id } },
												}),
											),
										t('passkeys.removed'),
									)
								}
							/>
						))}
					</ul>
				)}
				<div className={css.buttons}>
					<Button onPress={() => setNaming('new')} isDisabled={!canUsePasskeys()}>
						{t('passkeys.add')}
					</Button>
				</div>
				{!canUsePasskeys() && <p className={css.small}>{t('passkeys.cannot')}</p>}
			</Card>
			<Card title={t('recovery.title')}>
				{f.totp || f.passkeys.length > 0 ? (
					<>
						<p>{t('recovery.left', f.recovery_codes_left)}</p>
						<div className={css.buttons}>
							<Button onPress={() => setAsking(true)}>{t('recovery.new')}</Button>
						</div>
					</>
				) : (
					<p>{t('recovery.none')}</p>
				)}
			</Card>
			{offer && (
				<AddApp
					offer={offer}
					onClose={() => setOffer(null)}
					onDone={(fresh) => {
						setOffer(null);
						show(fresh);
					}}
				/>
			)}
			{naming && (
				<NameDialog
					title={naming === 'new' ? t('passkeys.add') : t('passkeys.rename', naming.name)}
					submit={naming === 'new' ? t('passkeys.add') : t('save')}
					value={naming === 'new' ? '' : naming.name}
					save={(name) => (naming === 'new' ? add(name) : rename(naming, name))}
					onClose={() => setNaming(null)}
				/>
			)}
			{asking && (
				<Dialog title={t('recovery.new')} role="alertdialog" onClose={() => setAsking(false)}>
					<p>{t('recovery.newText')}</p>
					<Actions>
						<Button onPress={() => setAsking(false)}>{t('cancel')}</Button>
						<Button
							look="primary"
							onPress={() => {
								setAsking(false);
								act(async () =>
									show((await ok(client.POST('/api/v1/me/recovery-codes'))).recovery_codes),
								);
							}}
						>
							{t('recovery.new')}
						</Button>
					</Actions>
				</Dialog>
			)}
			{codes.length > 0 && <RecoveryCodes codes={codes} onClose={() => setCodes([])} />}
		</Fragment>
	);
}
