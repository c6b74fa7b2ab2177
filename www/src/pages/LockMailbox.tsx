import { queryOptions, useQuery } from '@tanstack/react-query';
import {
	AlertTriangle,
	CheckCircle2,
	CircleSlash,
	Clock,
	ShieldAlert,
	Trash2,
	XCircle,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { mailboxQuery, queryClient, refresh } from '../api/queries';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Loading, Mark, Time } from '../ui/Marks';
import { saved } from '../ui/Toast';
import css from './Form.module.css';

type Lock = Schemas['MailboxLock'];
type Forward = Schemas['MailboxLockForward'];

const isSettled = (l: Lock) =>
	!l.locked_at || (l.live && l.queue.every((q) => q.state !== 'waiting'));

const lockQuery = (id: number) =>
	queryOptions({
		queryKey: ['mailbox', id, 'lock'],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/mailboxes/{id}/lock', { params: { path: { id } }, signal })),
		staleTime: 0,
		refetchInterval: (q) => (q.state.data && !isSettled(q.state.data) ? 1000 : false),
	});

const FIELDS = ['note'] as const;

/** What is done about a hacked mailbox, and how far each step is. */
export function LockMailbox({ id, onClose }: { id: number; onClose: () => void }) {
	const t = useT();
	const q = useQuery(lockQuery(id));
	const l = q.data;
	return (
		<Dialog title={l ? t('lock.title', l.mailbox.address) : t('lock.now')} onClose={onClose} wide>
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{q.isPending && <Loading lines={5} />}
			{l && <Body lock={l} id={id} onClose={onClose} />}
		</Dialog>
	);
}

function Body({ lock: l, id, onClose }: { lock: Lock; id: number; onClose: () => void }) {
	const t = useT();
	const form = useForm(FIELDS);
	const [note, setNote] = useState('');
	const took = (next: Lock) => {
		queryClient.setQueryData(lockQuery(id).queryKey, next);
		queryClient.setQueryData(mailboxQuery(id).queryKey, next.mailbox);
		void refresh();
	};
	const act = (work: () => Promise<Lock>) => void form.run(async () => took(await work()));
	const lock = () =>
		act(() =>
			ok(
				client.POST('/api/v1/mailboxes/{id}/lock', {
					params: { path: { id } },
					body: note.trim() ? { note: note.trim() } : {},
				}),
			),
		);
	const queue = (word: 'hold' | 'release') =>
		act(() =>
			ok(
				client.POST('/api/v1/mailboxes/{id}/lock/queue', {
					params: { path: { id } },
					body: { act: word },
				}),
			),
		);
	const open = () =>
		act(async () => {
			await ok(
				client.PATCH('/api/v1/mailboxes/{id}', {
					params: { path: { id }, header: { 'If-Match': etag(l.mailbox.version) } },
					body: { state: 'active' },
				}),
			);
			return ok(client.GET('/api/v1/mailboxes/{id}/lock', { params: { path: { id } } }));
		});
	const canSignIn = l.mailbox.state === 'active';
	return (
		<form
			ref={form.ref}
			className={css.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				lock();
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			{l.locked_at ? (
				<Steps lock={l} pending={form.pending} onOpen={open} onQueue={queue} />
			) : (
				<>
					<p>{t('lock.text')}</p>
					<ul className={css.list}>
						<li>{t('lock.does.signIn')}</li>
						<li>{t('lock.does.sessions')}</li>
						<li>{t('lock.does.queue')}</li>
						<li>{t('lock.does.receives')}</li>
					</ul>
				</>
			)}
			<Forwards lock={l} />
			{(!l.locked_at || canSignIn) && (
				<TextField
					label={t('field.note')}
					name="note"
					value={note}
					onChange={setNote}
					maxLength={500}
					error={form.errors.note}
					optional
				/>
			)}
			<Actions>
				<Button onPress={onClose}>{t('close')}</Button>
				{(!l.locked_at || canSignIn) && (
					<Button look="danger" type="submit" isPending={form.pending}>
						<ShieldAlert className="icon" aria-hidden="true" />
						<span>{t('lock.now')}</span>
					</Button>
				)}
			</Actions>
		</form>
	);
}

function Steps({
	lock: l,
	pending,
	onOpen,
	onQueue,
}: {
	lock: Lock;
	pending: boolean;
	onOpen: () => void;
	onQueue: (act: 'hold' | 'release') => void;
}) {
	const t = useT();
	const canSignIn = l.mailbox.state === 'active';
	const held = l.queue.some((q) => q.act === 'hold');
	return (
		<>
			<p className="muted">
				{l.locked_at && <Time at={l.locked_at} exact />} · {l.locked_by}
				{l.note && ` · ${l.note}`}
			</p>
			<ul className={css.list}>
				<li className={css.line}>
					{canSignIn ? (
						<Step is="warn">{t('lock.step.open')}</Step>
					) : (
						<Step is={l.live ? 'ok' : 'wait'}>
							{t(l.live ? 'lock.step.signIn' : 'lock.step.signInWaits')}
						</Step>
					)}
					{!canSignIn && (
						<Button small isPending={pending} onPress={onOpen}>
							{t('lock.open')}
						</Button>
					)}
				</li>
				<li className={css.line}>
					<Step is={l.live ? 'ok' : 'wait'}>{t('lock.step.sessions', l.panel_sessions)}</Step>
				</li>
				{l.queue.map((q) => (
					<li key={q.node_id} className={css.line}>
						<QueueMark of={q} />
					</li>
				))}
				<li className={css.line}>
					<span className="muted">{t('lock.step.appPasswords')}</span>
				</li>
			</ul>
			<p className={css.line}>
				{held && (
					<Button small isPending={pending} onPress={() => onQueue('release')}>
						{t('lock.release')}
					</Button>
				)}
				<Button small isPending={pending} onPress={() => onQueue('hold')}>
					{t('lock.holdAgain')}
				</Button>
			</p>
		</>
	);
}

const looks = {
	ok: ['ok', CheckCircle2],
	wait: ['plain', Clock],
	warn: ['warn', AlertTriangle],
	bad: ['bad', XCircle],
	off: ['plain', CircleSlash],
} as const;

/** One step and how it stands: an icon, a colour and the words. */
function Step({ is, children }: { is: keyof typeof looks; children: ReactNode }) {
	const [tone, icon] = looks[is];
	return (
		<Mark tone={tone} icon={icon}>
			{children}
		</Mark>
	);
}

const count = (v: unknown): number => (typeof v === 'number' ? v : 0);

function QueueMark({ of: q }: { of: Schemas['MailboxLockNode'] }) {
	const t = useT();
	const lang = useLang();
	const r = q.reply ?? {};
	const done = formatNumber(count(r.done), lang);
	const left = count(r.left) + count(r.failed);
	if (q.state === 'waiting') return <Step is="wait">{t('lock.queue.waiting', q.node)}</Step>;
	if (q.state === 'gone') return <Step is="off">{t('lock.queue.gone', q.node)}</Step>;
	if (q.state !== 'ok') return <Step is="bad">{t('lock.queue.failed', q.node)}</Step>;
	return (
		<Step is={left > 0 ? 'warn' : 'ok'}>
			{t(q.act === 'hold' ? 'lock.queue.held' : 'lock.queue.released', q.node, done)}
			{left > 0 && ` ${t('lock.queue.left', formatNumber(left, lang))}`}
		</Step>
	);
}

function Forwards({ lock: l }: { lock: Lock }) {
	const t = useT();
	if (l.forwards.length === 0) return <p className="muted">{t('lock.noForwards')}</p>;
	return (
		<section aria-label={t('lock.forwards')}>
			<h3>{t('lock.forwards')}</h3>
			<ul className={css.list}>
				{l.forwards.map((f) => (
					<li key={`${f.alias_id} ${f.target}`}>
						<OneForward forward={f} />
					</li>
				))}
			</ul>
		</section>
	);
}

/** Takes one address outside from the alias; an alias with no other goes. */
async function removeTarget(f: Forward): Promise<Schemas['Alias']> {
	const path = { id: f.alias_id };
	const a = await ok(client.GET('/api/v1/aliases/{id}', { params: { path } }));
	const targets = a.targets.filter((x) => x !== f.target);
	const header = { 'If-Match': etag(a.version) };
	return targets.length > 0
		? ok(client.PATCH('/api/v1/aliases/{id}', { params: { path, header }, body: { targets } }))
		: ok(client.DELETE('/api/v1/aliases/{id}', { params: { path, header } }));
}

function OneForward({ forward: f }: { forward: Forward }) {
	const t = useT();
	const form = useForm([]);
	const remove = () =>
		void form.run(async () => {
			const r = await removeTarget(f);
			saved(t('lock.removed', f.target), r.changed_serial);
			void refresh();
		});
	return (
		<>
			<div className={css.line}>
				<span>
					<span className="mono">{f.address}</span> → <span className="mono">{f.target}</span>{' '}
					<span className="muted">
						<Time at={f.changed_at} />
						{f.of_this_mailbox && ` · ${t('lock.ofThis')}`}
					</span>
				</span>
				<Button
					small
					isPending={form.pending}
					aria-label={t('lock.removeName', f.target)}
					onPress={remove}
				>
					<Trash2 className="icon" aria-hidden="true" />
					<span>{t('lock.remove')}</span>
				</Button>
			</div>
			{form.problem && <ErrorBox error={form.problem} />}
		</>
	);
}
