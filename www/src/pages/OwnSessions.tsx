import { useQuery } from '@tanstack/react-query';
import { MapPin } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { noticesQuery, ownSessionsQuery, refreshMe, signInsQuery } from '../api/me';
import { Card } from '../app/Page';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Loading, Mark, Note, Time } from '../ui/Marks';
import { toast } from '../ui/Toast';
import css from './Security.module.css';
import form_css from './SignIn.module.css';

const PASSWORD = ['password'] as const;

/** What a browser calls itself, as a person would. */
export function browserName(agent: string): string {
	const name = /Edg\//.test(agent)
		? 'Edge'
		: /Firefox\//.test(agent)
			? 'Firefox'
			: /Chrome\//.test(agent)
				? 'Chrome'
				: /Safari\//.test(agent)
					? 'Safari'
					: '';
	const os =
		/(Windows|Android|iPhone|iPad|Mac OS X|CrOS|Linux)/
			.exec(agent)?.[1]
			?.replace('Mac OS X', 'macOS') ?? '';
	return [name, os].filter(Boolean).join(', ') || agent.slice(0, 40);
}

export function OwnPassword({ isMail }: { isMail: boolean }) {
	const t = useT();
	const [password, setPassword] = useState('');
	const form = useForm(PASSWORD);
	return (
		<Card title={t('security.password')}>
			<p>{isMail ? t('security.passwordMail') : t('security.passwordText')}</p>
			<form
				ref={form.ref}
				className={form_css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					if (!password) return form.fail('password', 'required');
					void form.run(async () => {
						await ok(client.POST('/api/v1/me/password', { body: { password } }));
						setPassword('');
						await refreshMe();
						toast({ title: t('security.changed') });
					});
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TextField
					label={t('security.newPassword')}
					name="password"
					type="password"
					value={password}
					onChange={(v) => {
						setPassword(v);
						form.clear('password');
					}}
					error={form.errors.password}
					help={t('firstuse.help')}
					autoComplete="new-password"
				/>
				<div className={css.buttons}>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('security.change')}
					</Button>
				</div>
			</form>
		</Card>
	);
}

function SessionRow({ s, onEnd }: { s: Schemas['OwnSession']; onEnd: () => void }) {
	const t = useT();
	return (
		<li className={css.row}>
			<div>
				<strong>{browserName(s.user_agent)}</strong>{' '}
				{s.current && <span className="muted">{t('sessions.this')}</span>}
				<p className={css.small}>
					<span className="mono">{s.client}</span> · {t(`method.${s.method}`)} ·{' '}
					{t('sessions.seen')} <Time at={s.last_seen_at} />
				</p>
			</div>
			{!s.current && (
				<Button small onPress={onEnd} aria-label={t('sessions.endOf', s.client)}>
					{t('sessions.end')}
				</Button>
			)}
		</li>
	);
}

export function OwnSessions() {
	const t = useT();
	const q = useQuery(ownSessionsQuery);
	const form = useForm([]);
	const end = (work: () => Promise<unknown>) =>
		void form.run(async () => {
			await work();
			await refreshMe();
			toast({ title: t('sessions.ended') });
		});
	return (
		<Card
			title={t('sessions.title')}
			aside={
				(q.data?.items.length ?? 0) > 1 && (
					<Button small onPress={() => end(() => ok(client.DELETE('/api/v1/me/sessions')))}>
						{t('sessions.endAll')}
					</Button>
				)
			}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{q.isPending && <Loading lines={2} />}
			<ul>
				{q.data?.items.map((s) => (
					<SessionRow
						key={s.id}
						s={s}
						onEnd={() =>
							end(() =>
								ok(client.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id: s.id } } })),
							)
						}
					/>
				))}
			</ul>
		</Card>
	);
}

export function SignIns({ isMail }: { isMail: boolean }) {
	const t = useT();
	const [before, setBefore] = useState<number | null>(null);
	const q = useQuery(signInsQuery(before));
	return (
		<Card title={t('signins.title')}>
			{isMail && <p className={css.small}>{t('signins.text')}</p>}
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{q.isPending && <Loading lines={3} />}
			{q.data && (
				<table className={css.table}>
					<thead>
						<tr>
							<th>{t('signins.when')}</th>
							<th>{t('signins.what')}</th>
							<th>{t('signins.from')}</th>
							<th className={css.wide} />
						</tr>
					</thead>
					<tbody>
						{q.data.items.map((s) => (
							<tr key={s.id}>
								<td>
									<Time at={s.at} />
								</td>
								<td>
									{t(`signins.${s.outcome}`)}
									{s.outcome === 'ok' && (
										<span className={css.small}> ({t(`method.${s.method}`)})</span>
									)}
								</td>
								<td>
									<span className="mono">{s.client}</span>{' '}
									{s.new_network && (
										<Mark tone="warn" icon={MapPin}>
											{t('signins.new')}
										</Mark>
									)}
								</td>
								<td className={css.wide}>{browserName(s.user_agent)}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			{q.data?.next && (
				<div className={css.buttons}>
					<Button small onPress={() => setBefore(q.data.next)}>
						{t('signins.more')}
					</Button>
				</div>
			)}
		</Card>
	);
}

/** A sign-in from a network that was never seen: was it him? */
export function SignInNotices({ passwordHref }: { passwordHref: string }) {
	const t = useT();
	const q = useQuery(noticesQuery);
	const form = useForm([]);
	const items = q.data?.items ?? [];
	const first = items[0];
	if (!first) return null;
	return (
		<Note tone="warn">
			<strong>{t('notice.title')}</strong>
			{items.map((s) => (
				<p key={s.id}>
					{t('notice.text', s.client)}, {browserName(s.user_agent)}, <Time at={s.at} />
				</p>
			))}
			{form.problem && <ErrorBox error={form.problem} />}
			<div className={css.buttons}>
				<Button
					small
					onPress={() =>
						void form.run(async () => {
							await ok(client.POST('/api/v1/me/notices', { body: { up_to: first.id } }));
							await refreshMe();
						})
					}
				>
					{t('notice.yes')}
				</Button>
				<a href={passwordHref}>{t('notice.no')}</a>
			</div>
		</Note>
	);
}
