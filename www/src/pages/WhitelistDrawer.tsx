import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { queryClient, whitelistQuery } from '../api/queries';
import { Fact, Facts } from '../app/Page';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { foldNetwork } from '../lib/fold';
import { fromLocalTime, toLocalTime } from '../lib/localTime';
import { patched, useUrl } from '../lib/url';
import { useDraft } from '../lib/useDraft';
import { type FormState, useForm } from '../lib/useForm';
import { useStale } from '../lib/useStale';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { DryRun } from '../ui/DryRun';
import { ErrorBox } from '../ui/ErrorBox';
import { CheckField, SelectField, TextField } from '../ui/Field';
import { History } from '../ui/History';
import { LiveMark } from '../ui/Live';
import { Loading, Note, StateMark, Time } from '../ui/Marks';
import { StaleDialog } from '../ui/Stale';
import { saved } from '../ui/Toast';
import { DrawerTabs } from './DrawerTabs';
import css from './Form.module.css';

type Entry = Schemas['Whitelist'];
const FIELDS = ['network', 'note', 'owner', 'expires_at'] as const;

type Draft = {
	network: string;
	note: string;
	owner: string;
	expiry: 'never' | 'hour' | 'day' | 'week' | 'month' | 'at';
	at: string;
};

const HOURS = { hour: 1, day: 24, week: 168, month: 720 } as const;

function expiresAt(d: Draft): string | null | undefined {
	if (d.expiry === 'never') return null;
	if (d.expiry !== 'at') return new Date(Date.now() + HOURS[d.expiry] * 3_600_000).toISOString();
	return d.at ? fromLocalTime(d.at) : undefined;
}

function Fields({
	draft,
	set,
	form,
	focus,
}: {
	draft: Draft;
	set: (p: Partial<Draft>) => void;
	form: FormState;
	focus?: boolean;
}) {
	const t = useT();
	const { settings } = useSession();
	const edit = (field: keyof Draft) => (v: string) => {
		set({ [field]: v });
		form.clear(field);
	};
	return (
		<>
			<TextField
				label={t('field.network')}
				name="network"
				mono
				value={draft.network}
				onChange={edit('network')}
				fold={foldNetwork}
				placeholder="192.0.2.0/24"
				help={t(
					'whitelist.networkHelp',
					settings.whitelist_min_prefix4,
					settings.whitelist_min_prefix6,
				)}
				error={form.errors.network}
				autoFocus={focus ?? false}
			/>
			<TextField
				label={t('field.note')}
				name="note"
				optional
				value={draft.note}
				onChange={edit('note')}
				error={form.errors.note}
				maxLength={200}
				help={t('whitelist.noteHelp')}
			/>
			<TextField
				label={t('field.owner')}
				name="owner"
				optional
				value={draft.owner}
				onChange={edit('owner')}
				error={form.errors.owner}
				maxLength={200}
			/>
			<SelectField
				label={t('field.expires')}
				name="expiry"
				value={draft.expiry}
				onChange={(expiry) => {
					set({ expiry });
					form.clear('expires_at');
				}}
				options={(['never', 'hour', 'day', 'week', 'month', 'at'] as const).map((value) => ({
					value,
					text: t(`expiry.${value}`),
				}))}
				help={t('whitelist.expiryHelp')}
				error={draft.expiry === 'at' ? undefined : form.errors.expires_at}
			/>
			{draft.expiry === 'at' && (
				<TextField
					label={t('expiry.at')}
					name="expires_at"
					type="datetime-local"
					value={draft.at}
					onChange={(at) => {
						set({ at });
						form.clear('expires_at');
					}}
					error={form.errors.expires_at}
				/>
			)}
		</>
	);
}

export function NewEntry({ onClose }: { onClose: () => void }) {
	const t = useT();
	const [draft, setDraft] = useState<Draft>({
		network: '',
		note: '',
		owner: '',
		expiry: 'never',
		at: '',
	});
	const [key, setKey] = useState(() => crypto.randomUUID());
	const form = useForm(FIELDS);
	const submit = () => {
		const expires_at = expiresAt(draft);
		if (!draft.network) return form.fail('network', 'required');
		if (expires_at === undefined) return form.fail('expires_at', 'required');
		void form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/whitelist', {
					params: { header: { 'Idempotency-Key': key } },
					body: {
						network: draft.network,
						note: draft.note.trim(),
						owner: draft.owner.trim(),
						expires_at,
					},
				}),
			);
			const over = r.overlaps.map((o) => o.network).join(', ');
			saved(
				over ? t('whitelist.addedOver', r.network, over) : t('whitelist.done.added', r.network),
				r.changed_serial,
				{ domain: '' },
			);
			onClose();
		});
	};
	return (
		<Drawer title={t('whitelist.add')} onClose={onClose}>
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
				<p className="muted">{t('whitelist.intro')}</p>
				<Fields
					draft={draft}
					set={(p) => {
						setDraft((d) => ({ ...d, ...p }));
						setKey(crypto.randomUUID());
					}}
					form={form}
					focus
				/>
				<Actions sticky>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('save')}
					</Button>
				</Actions>
			</form>
		</Drawer>
	);
}

export function WhitelistDrawer({ id, onClose }: { id: number; onClose: () => void }) {
	const t = useT();
	const q = useQuery(whitelistQuery(id));
	const { params, search } = useUrl();
	const view = params.get('view') ?? 'details';
	const w = q.data;
	const at = (v: string | null) => `#/whitelist/${id}${patched(search, { view: v })}`;
	return (
		<Drawer
			title={<span className="mono">{w?.network ?? t('nav.whitelist')}</span>}
			onClose={onClose}
		>
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{!w && q.isPending && <Loading lines={6} />}
			{w && (
				<>
					<div className={css.line}>
						<StateMark state={w.state} />
						<LiveMark serial={w.changed_serial} domain="" />
					</div>
					<DrawerTabs
						label={w.network}
						tabs={[
							{ text: t('details'), href: at(null), current: view !== 'history' },
							{ text: t('history'), href: at('history'), current: view === 'history' },
						]}
					/>
					{view === 'history' ? (
						<History query={{ noun: 'whitelist', noun_id: id, limit: 50 }} />
					) : w.state === 'active' || w.state === 'disabled' ? (
						<Details entry={w} onClose={onClose} />
					) : (
						<Gone entry={w} />
					)}
				</>
			)}
		</Drawer>
	);
}

function Gone({ entry: w }: { entry: Entry }) {
	const t = useT();
	return (
		<div className={css.form}>
			<p>{t(w.state === 'expired' ? 'whitelist.expiredText' : 'whitelist.deletedText')}</p>
			<Facts>
				<Fact name={t('field.note')}>{w.note || t('value.none')}</Fact>
				<Fact name={t('field.owner')}>{w.owner || t('value.none')}</Fact>
				{w.expires_at && (
					<Fact name={t('field.expires')}>
						<Time at={w.expires_at} exact />
					</Fact>
				)}
			</Facts>
		</div>
	);
}

const toDraft = (w: Entry) => ({
	network: w.network,
	note: w.note,
	owner: w.owner,
	expiry: (w.expires_at ? 'at' : 'never') as Draft['expiry'],
	at: w.expires_at ? toLocalTime(w.expires_at) : '',
	on: w.state === 'active',
});

function Details({ entry, onClose }: { entry: Entry; onClose: () => void }) {
	const t = useT();
	const { base: w, draft, set, reset } = useDraft(entry, toDraft);
	const form = useForm(FIELDS);
	const stale = useStale(() =>
		ok(client.GET('/api/v1/whitelist/{id}', { params: { path: { id: w.id } } })),
	);
	const took = (r: Entry) => {
		queryClient.setQueryData(whitelistQuery(w.id).queryKey, r);
		reset(r);
	};
	const patchOf = (): Schemas['WhitelistPatch'] | null => {
		const expires_at = expiresAt(draft);
		const missing = !draft.network ? 'network' : expires_at === undefined ? 'expires_at' : null;
		if (missing) {
			form.fail(missing, 'required');
			return null;
		}
		const state = draft.on ? ('active' as const) : ('disabled' as const);
		const was = toDraft(w);
		return {
			...(draft.network !== w.network ? { network: draft.network } : {}),
			...(draft.note.trim() !== w.note ? { note: draft.note.trim() } : {}),
			...(draft.owner.trim() !== w.owner ? { owner: draft.owner.trim() } : {}),
			...(draft.expiry !== was.expiry || draft.at !== was.at ? { expires_at } : {}),
			...(state !== w.state ? { state } : {}),
		};
	};
	const to = (version: number) => ({ path: { id: w.id }, header: { 'If-Match': etag(version) } });
	const save = (version: number) => {
		const patch = patchOf();
		if (!patch) return;
		if (Object.keys(patch).length === 0) return onClose();
		void form.run(() =>
			stale.guard(patch, async () => {
				const r = await ok(
					client.PATCH('/api/v1/whitelist/{id}', { params: to(version), body: patch }),
				);
				took(r);
				saved(t('saved', r.network), r.changed_serial, { domain: '' });
			}),
		);
	};
	const remove = () =>
		form.run(async () => {
			const r = await ok(
				client.DELETE('/api/v1/whitelist/{id}', {
					params: { path: { id: w.id }, header: { 'If-Match': etag(w.version) } },
				}),
			);
			saved(t('whitelist.done.deleted', w.network), r.changed_serial, { domain: null });
			onClose();
		});
	return (
		<form
			ref={form.ref}
			className={css.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				save(w.version);
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			{w.overlaps.length > 0 && (
				<Note tone="warn">
					<span>{t('whitelist.overlapText')}</span>
					<span className={css.line}>
						{w.overlaps.map((o) => (
							<a key={o.id} href={`#/whitelist/${o.id}`} className="mono">
								{o.network}
							</a>
						))}
					</span>
				</Note>
			)}
			<Fields draft={draft} set={set} form={form} />
			<CheckField label={t('whitelist.on')} checked={draft.on} onChange={(on) => set({ on })} />
			<Facts>
				<Fact name={t('field.created')}>
					<Time at={w.created_at} exact />
				</Fact>
			</Facts>
			<p>
				<Button small onPress={() => void remove()}>
					<Trash2 className="icon" aria-hidden="true" />
					<span>{t('delete')}</span>
				</Button>
			</p>
			<Actions sticky>
				<DryRun
					form={form}
					patchOf={patchOf}
					send={(body) =>
						client.PATCH('/api/v1/whitelist/{id}', {
							params: { ...to(w.version), query: { dry_run: true } },
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
						const v = stale.stale?.fresh.version ?? w.version;
						stale.close();
						save(v);
					}}
				/>
			)}
		</form>
	);
}
