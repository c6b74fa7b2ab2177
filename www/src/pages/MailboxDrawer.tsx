import { useQuery } from '@tanstack/react-query';
import { KeyRound, ShieldAlert, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { aliasesQuery, mailboxQuery, queryClient } from '../api/queries';
import { Fact, Facts } from '../app/Page';
import { useT } from '../i18n';
import { oneOf, patched, useUrl } from '../lib/url';
import { useDraft } from '../lib/useDraft';
import { useForm } from '../lib/useForm';
import { useStale } from '../lib/useStale';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { DryRun } from '../ui/DryRun';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { History } from '../ui/History';
import { LiveMark } from '../ui/Live';
import { Loading, StateMark, Time } from '../ui/Marks';
import { bytesOf, QuotaField, quotaText } from '../ui/QuotaField';
import { StaleDialog } from '../ui/Stale';
import { saved } from '../ui/Toast';
import { DrawerTabs } from './DrawerTabs';
import css from './Form.module.css';
import { LockMailbox } from './LockMailbox';
import { DeleteMailbox, ResetPassword } from './MailboxActs';
import { MailboxStates } from './MailboxStates';

type Mailbox = Schemas['Mailbox'];
type Props = { id: number; base: string; onClose: () => void };

export function MailboxDrawer({ id, base, onClose }: Props) {
	const t = useT();
	const q = useQuery(mailboxQuery(id));
	const { params, search } = useUrl();
	const view = params.get('view') ?? 'details';
	const [open, setOpen] = useState<'password' | 'delete' | 'lock' | null>(
		oneOf(params.get('do'), ['password', 'lock'] as const) ?? null,
	);
	const m = q.data;
	const at = (v: string | null) => `#${base}/${id}${patched(search, { view: v })}`;
	return (
		<Drawer title={<span className="mono">{m?.address ?? t('mailbox')}</span>} onClose={onClose}>
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{!m && q.isPending && <Loading lines={6} />}
			{m && (
				<>
					<div className={css.line}>
						<StateMark state={m.state} />
						<LiveMark serial={m.changed_serial} domain={m.address.split('@')[1]} />
					</div>
					<div className={css.line}>
						{m.state !== 'deleted' && (
							<>
								<Button small onPress={() => setOpen('password')}>
									<KeyRound className="icon" aria-hidden="true" />
									<span>{t('password.reset')}</span>
								</Button>
								<Button small onPress={() => setOpen('lock')}>
									<ShieldAlert className="icon" aria-hidden="true" />
									<span>{t('lock.button')}</span>
								</Button>
								<Button small onPress={() => setOpen('delete')}>
									<Trash2 className="icon" aria-hidden="true" />
									<span>{t('delete')}</span>
								</Button>
							</>
						)}
						<Copy text={m.address} label={t('copyName', m.address)} quiet />
					</div>
					<DrawerTabs
						label={m.address}
						tabs={[
							{ text: t('details'), href: at(null), current: view === 'details' },
							{ text: t('nav.aliases'), href: at('aliases'), current: view === 'aliases' },
							{ text: t('history'), href: at('history'), current: view === 'history' },
						]}
					/>
					{view === 'history' ? (
						<History query={{ noun: 'mailbox', noun_id: id, limit: 50 }} />
					) : view === 'aliases' ? (
						<PointingHere address={m.address} />
					) : m.state === 'deleted' ? (
						<Deleted mailbox={m} />
					) : (
						<Details mailbox={m} onClose={onClose} />
					)}
				</>
			)}
			{m && open === 'password' && <ResetPassword mailbox={m} onClose={() => setOpen(null)} />}
			{m && open === 'lock' && <LockMailbox id={id} onClose={() => setOpen(null)} />}
			{m && open === 'delete' && (
				<DeleteMailbox mailbox={m} onClose={() => setOpen(null)} onDone={onClose} />
			)}
		</Drawer>
	);
}

const FIELDS = ['name', 'quota_bytes', 'state'] as const;

const toDraft = (m: Mailbox) => ({
	name: m.name,
	quota: quotaText(m.quota_bytes),
	state: m.state as 'active' | 'nologin' | 'closed',
});

function Details({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
	const t = useT();
	const { base: m, draft, set, reset } = useDraft(mailbox, toDraft);
	const form = useForm(FIELDS);
	const read = () => ok(client.GET('/api/v1/mailboxes/{id}', { params: { path: { id: m.id } } }));
	const stale = useStale(read);
	const took = (r: Mailbox) => {
		queryClient.setQueryData(mailboxQuery(m.id).queryKey, r);
		reset(r);
	};
	const patchOf = (): Schemas['MailboxPatch'] | null => {
		const bytes = bytesOf(draft.quota);
		if (bytes === null || bytes === undefined) {
			form.fail('quota_bytes', 'not_number');
			return null;
		}
		const name = draft.name.trim();
		return {
			...(name !== m.name ? { name } : {}),
			...(bytes !== m.quota_bytes ? { quota_bytes: bytes } : {}),
			...(draft.state !== m.state ? { state: draft.state } : {}),
		};
	};
	const to = (version: number) => ({ path: { id: m.id }, header: { 'If-Match': etag(version) } });
	const save = (version: number) => {
		const patch = patchOf();
		if (!patch) return;
		if (Object.keys(patch).length === 0) return onClose();
		void form.run(() =>
			stale.guard(patch, async () => {
				const r = await ok(
					client.PATCH('/api/v1/mailboxes/{id}', { params: to(version), body: patch }),
				);
				took(r);
				saved(t('saved', m.address), r.changed_serial);
			}),
		);
	};
	return (
		<form
			ref={form.ref}
			className={css.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				save(m.version);
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			<TextField
				label={t('field.displayName')}
				name="name"
				optional
				value={draft.name}
				onChange={(name) => {
					set({ name });
					form.clear('name');
				}}
				error={form.errors.name}
				maxLength={200}
			/>
			<QuotaField
				label={t('field.quota')}
				name="quota_bytes"
				value={draft.quota}
				onChange={(quota) => {
					set({ quota });
					form.clear('quota_bytes');
				}}
				error={form.errors.quota_bytes}
			/>
			<MailboxStates value={draft.state} onChange={(state) => set({ state })} />
			<Facts>
				<Fact name={t('password')}>
					{m.has_password ? (m.password_scheme ?? t('yes')) : t('mailbox.noPasswordSet')}
				</Fact>
				<Fact name={t('field.created')}>
					<Time at={m.created_at} exact />
				</Fact>
				<Fact name={t('field.home')}>
					<code>{m.home}</code>
				</Fact>
			</Facts>
			<Actions sticky>
				<DryRun
					form={form}
					patchOf={patchOf}
					send={(body) =>
						client.PATCH('/api/v1/mailboxes/{id}', {
							params: { ...to(m.version), query: { dry_run: true } },
							body,
						})
					}
				/>
				<Button onPress={onClose}>{t('cancel')}</Button>
				<Button look="primary" type="submit" isPending={form.pending}>
					{t('save')}
				</Button>
			</Actions>
			{stale.stale && (
				<StaleDialog
					rows={stale.stale.rows}
					onClose={stale.close}
					onReload={() => {
						if (stale.stale) took(stale.stale.fresh);
						stale.close();
					}}
					onApply={() => {
						const v = stale.stale?.fresh.version ?? m.version;
						stale.close();
						save(v);
					}}
				/>
			)}
		</form>
	);
}

function Deleted({ mailbox: m }: { mailbox: Mailbox }) {
	const t = useT();
	const form = useForm([]);
	const restore = () =>
		form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/mailboxes/{id}/restore', { params: { path: { id: m.id } } }),
			);
			queryClient.setQueryData(mailboxQuery(m.id).queryKey, r);
			saved(t('mailbox.done.restored', m.address), r.changed_serial);
		});
	return (
		<div className={css.form}>
			{form.problem && <ErrorBox error={form.problem} />}
			<p>{t('mailbox.deletedText')}</p>
			<Facts>
				{m.deleted_at && (
					<Fact name={t('field.deleted')}>
						<Time at={m.deleted_at} exact />
					</Fact>
				)}
				{m.purge_at && (
					<Fact name={t('field.purge')}>
						<Time at={m.purge_at} exact />
					</Fact>
				)}
			</Facts>
			<p>
				<Button look="primary" isPending={form.pending} onPress={() => void restore()}>
					{t('restore')}
				</Button>
			</p>
		</div>
	);
}

function PointingHere({ address }: { address: string }) {
	const t = useT();
	const q = useQuery(aliasesQuery({ target: address, limit: 200 }));
	if (q.error instanceof ApiError)
		return <ErrorBox error={q.error} onRetry={() => void q.refetch()} />;
	if (!q.data) return <Loading />;
	if (q.data.items.length === 0) return <p className="muted">{t('mailbox.noAliases')}</p>;
	return (
		<ul>
			{q.data.items.map((a) => (
				<li key={a.id} className={css.linkRow}>
					<a href={`#/aliases/${a.id}`} className="mono">
						{a.address}
					</a>
					<StateMark state={a.state} />
				</li>
			))}
		</ul>
	);
}
