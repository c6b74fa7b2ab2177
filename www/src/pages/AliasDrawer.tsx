import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { aliasQuery, domainsQuery, queryClient } from '../api/queries';
import { Fact, Facts } from '../app/Page';
import { useT } from '../i18n';
import { patched, useUrl } from '../lib/url';
import { useDraft } from '../lib/useDraft';
import { type FormState, useForm } from '../lib/useForm';
import { useStale } from '../lib/useStale';
import { AddressField, wholeAddress } from '../ui/AddressField';
import { Button } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { DryRun } from '../ui/DryRun';
import { Copy, ErrorBox } from '../ui/ErrorBox';
import { CheckField, TextField } from '../ui/Field';
import { History } from '../ui/History';
import { LiveMark } from '../ui/Live';
import { Loading, StateMark, Time } from '../ui/Marks';
import { StaleDialog } from '../ui/Stale';
import { saved } from '../ui/Toast';
import { joinTokens, TokenField } from '../ui/TokenField';
import { DrawerTabs } from './DrawerTabs';
import css from './Form.module.css';

type Alias = Schemas['Alias'];
const NEW_FIELDS = ['address', 'targets', 'description'] as const;
const FIELDS = ['targets', 'description', 'state'] as const;

type Draft = { targets: string[]; text: string; description: string; send_as: boolean };

function SharedFields({
	draft,
	set,
	form,
	catchAll,
}: {
	draft: Draft;
	set: (p: Partial<Draft>) => void;
	form: FormState;
	catchAll: boolean;
}) {
	const t = useT();
	return (
		<>
			<TokenField
				label={t('field.targets')}
				help={t('alias.targetsHelp')}
				values={draft.targets}
				onChange={(targets) => {
					set({ targets });
					form.clear('targets');
				}}
				text={draft.text}
				onText={(text) => set({ text })}
				error={form.errors.targets}
			/>
			<TextField
				label={t('field.description')}
				name="description"
				optional
				value={draft.description}
				onChange={(description) => {
					set({ description });
					form.clear('description');
				}}
				error={form.errors.description}
				maxLength={200}
			/>
			{!catchAll && (
				<CheckField
					label={t('alias.sendAs')}
					help={t('alias.sendAsHelp')}
					checked={draft.send_as}
					onChange={(send_as) => set({ send_as })}
				/>
			)}
		</>
	);
}

export function NewAlias({
	domain,
	onClose,
}: {
	domain?: Schemas['Domain'] | undefined;
	onClose: () => void;
}) {
	const t = useT();
	const only = useQuery({ ...domainsQuery({ limit: 2 }), enabled: !domain }).data;
	const home = domain ?? (only?.items.length === 1 ? only.items[0] : undefined);
	const [address, setAddress] = useState('');
	const [catchAll, setCatchAll] = useState(false);
	const [draft, setDraft] = useState<Draft>({
		targets: [],
		text: '',
		description: '',
		send_as: true,
	});
	const [key, setKey] = useState(() => crypto.randomUUID());
	const form = useForm(NEW_FIELDS);
	const edited = () => setKey(crypto.randomUUID());
	const submit = () => {
		let whole = wholeAddress(address, home?.name);
		if (catchAll) whole = whole === '' && home ? `@${home.name}` : whole.replace(/^[^@]*/, '');
		const targets = joinTokens(draft.targets, draft.text);
		if (whole === '') return form.fail('address', 'required');
		if (!whole.includes('@')) return form.fail('address', 'no_at');
		if (targets.length === 0) return form.fail('targets', 'required');
		setDraft((d) => ({ ...d, targets, text: '' }));
		void form.run(async () => {
			const body = {
				address: whole,
				targets,
				description: draft.description.trim(),
				send_as: draft.send_as,
			};
			const r = await ok(
				client.POST('/api/v1/aliases', { params: { header: { 'Idempotency-Key': key } }, body }),
			);
			saved(t('alias.done.added', r.address), r.changed_serial);
			onClose();
		});
	};
	return (
		<Drawer title={t('alias.add')} onClose={onClose}>
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
				<AddressField
					value={address}
					onChange={(v) => {
						setAddress(v);
						if (v.startsWith('@')) setCatchAll(true);
						form.clear('address');
						edited();
					}}
					domain={home?.name}
					error={form.errors.address}
					{...(catchAll ? { help: t('alias.catchAllAddress') } : {})}
					autoFocus
				/>
				<CheckField
					label={t('alias.catchAllCheck')}
					help={t('alias.catchAllHelp')}
					checked={catchAll}
					onChange={(on) => {
						setCatchAll(on);
						setAddress((a) => (on ? a.replace(/^[^@]+(?=@)/, '') : a.replace(/^@/, '@')));
						edited();
					}}
				/>
				<SharedFields
					draft={draft}
					set={(p) => {
						setDraft((d) => ({ ...d, ...p }));
						edited();
					}}
					form={form}
					catchAll={catchAll}
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

export function AliasDrawer({
	id,
	base,
	onClose,
}: {
	id: number;
	base: string;
	onClose: () => void;
}) {
	const t = useT();
	const q = useQuery(aliasQuery(id));
	const { params, search } = useUrl();
	const view = params.get('view') ?? 'details';
	const a = q.data;
	const at = (v: string | null) => `#${base}/${id}${patched(search, { view: v })}`;
	return (
		<Drawer title={<span className="mono">{a?.address ?? t('alias')}</span>} onClose={onClose}>
			{q.error instanceof ApiError && <ErrorBox error={q.error} onRetry={() => void q.refetch()} />}
			{!a && q.isPending && <Loading lines={6} />}
			{a && (
				<>
					<div className={css.line}>
						<StateMark state={a.state} />
						<LiveMark serial={a.changed_serial} domain={a.address.split('@')[1]} />
						<Copy text={a.address} label={t('copyName', a.address)} quiet />
					</div>
					<DrawerTabs
						label={a.address}
						tabs={[
							{ text: t('details'), href: at(null), current: view !== 'history' },
							{ text: t('history'), href: at('history'), current: view === 'history' },
						]}
					/>
					{view === 'history' ? (
						<History query={{ noun: 'alias', noun_id: id, limit: 50 }} />
					) : (
						<Details alias={a} onClose={onClose} />
					)}
				</>
			)}
		</Drawer>
	);
}

const toDraft = (a: Alias) => ({
	targets: a.targets,
	text: '',
	description: a.description,
	send_as: a.send_as,
	on: a.state === 'active',
});

function Details({ alias, onClose }: { alias: Alias; onClose: () => void }) {
	const t = useT();
	const { base: a, draft, set, reset } = useDraft(alias, toDraft);
	const form = useForm(FIELDS);
	const stale = useStale(() =>
		ok(client.GET('/api/v1/aliases/{id}', { params: { path: { id: a.id } } })),
	);
	const took = (r: Alias) => {
		queryClient.setQueryData(aliasQuery(a.id).queryKey, r);
		reset(r);
	};
	const patchOf = (): Schemas['AliasPatch'] | null => {
		const targets = joinTokens(draft.targets, draft.text);
		const state = draft.on ? ('active' as const) : ('disabled' as const);
		if (targets.length === 0 && draft.on) {
			form.fail('targets', 'required');
			return null;
		}
		set({ targets, text: '' });
		const same = JSON.stringify([...targets].sort()) === JSON.stringify([...a.targets].sort());
		const description = draft.description.trim();
		return {
			...(same ? {} : { targets }),
			...(description !== a.description ? { description } : {}),
			...(draft.send_as !== a.send_as ? { send_as: draft.send_as } : {}),
			...(state !== a.state ? { state } : {}),
		};
	};
	const to = (version: number) => ({ path: { id: a.id }, header: { 'If-Match': etag(version) } });
	const save = (version: number) => {
		const patch = patchOf();
		if (!patch) return;
		if (Object.keys(patch).length === 0) return onClose();
		void form.run(() =>
			stale.guard(patch, async () => {
				const r = await ok(
					client.PATCH('/api/v1/aliases/{id}', { params: to(version), body: patch }),
				);
				took(r);
				saved(t('saved', a.address), r.changed_serial);
			}),
		);
	};
	const remove = () =>
		form.run(async () => {
			const r = await ok(
				client.DELETE('/api/v1/aliases/{id}', {
					params: { path: { id: a.id }, header: { 'If-Match': etag(a.version) } },
				}),
			);
			saved(t('alias.done.deleted', a.address), r.changed_serial);
			onClose();
		});
	const restore = () =>
		form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/aliases/{id}/restore', { params: { path: { id: a.id } } }),
			);
			took(r);
			saved(t('alias.done.restored', a.address), r.changed_serial);
		});
	if (a.state === 'deleted') {
		return (
			<div className={css.form}>
				{form.problem && <ErrorBox error={form.problem} />}
				<p>{t('alias.deletedText')}</p>
				<p className="mono">{a.targets.join(', ')}</p>
				<p>
					<Button look="primary" isPending={form.pending} onPress={() => void restore()}>
						{t('restore')}
					</Button>
				</p>
			</div>
		);
	}
	return (
		<form
			ref={form.ref}
			className={css.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				save(a.version);
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			<SharedFields draft={draft} set={set} form={form} catchAll={a.is_catch_all} />
			<CheckField
				label={t('alias.on')}
				help={t('alias.onHelp')}
				checked={draft.on}
				onChange={(on) => set({ on })}
			/>
			<Facts>
				<Fact name={t('field.created')}>
					<Time at={a.created_at} exact />
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
						client.PATCH('/api/v1/aliases/{id}', {
							params: { ...to(a.version), query: { dry_run: true } },
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
						const v = stale.stale?.fresh.version ?? a.version;
						stale.close();
						save(v);
					}}
				/>
			)}
		</form>
	);
}
