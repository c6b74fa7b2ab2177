import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { domainPreviewQuery, domainQuery, queryClient, refresh } from '../api/queries';
import { Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { fold, foldDomain, foldNumber } from '../lib/fold';
import { formatBytes, formatNumber } from '../lib/format';
import { fromLocalTime, toLocalTime } from '../lib/localTime';
import { navigate } from '../lib/location';
import { useDraft } from '../lib/useDraft';
import { useForm } from '../lib/useForm';
import { useStale } from '../lib/useStale';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { DryRun } from '../ui/DryRun';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Loading, Note } from '../ui/Marks';
import { StaleDialog } from '../ui/Stale';
import { saved } from '../ui/Toast';
import { DomainStates, LimitFields, type LivingState, limitsOf, readLimits } from './DomainFields';
import css from './Form.module.css';
import { restoreDomain } from './restoreDomain';

type Domain = Schemas['Domain'];
const FIELDS = [
	'description',
	'state',
	'transport',
	'refuse_code',
	'refuse_text',
	'retire_at',
	'max_mailboxes',
	'max_aliases',
	'max_quota_bytes',
	'default_quota_bytes',
] as const;

const toDraft = (d: Domain) => ({
	description: d.description,
	state: (d.state === 'deleted' ? 'active' : d.state) as LivingState,
	transport: d.transport,
	refuse_code: d.refuse_code ? String(d.refuse_code) : '',
	refuse_text: d.refuse_text,
	retire_at: d.retire_at ? toLocalTime(d.retire_at) : '',
	...limitsOf(d),
});

export function DomainSettings({ domain }: { domain: Domain }) {
	const t = useT();
	const { base: d, draft, set, reset } = useDraft(domain, toDraft);
	const [deleting, setDeleting] = useState(false);
	const form = useForm(FIELDS);
	const stale = useStale(() =>
		ok(client.GET('/api/v1/domains/{id}', { params: { path: { id: d.id } } })),
	);
	const took = (r: Domain) => {
		queryClient.setQueryData(domainQuery(d.id).queryKey, r);
		reset(r);
	};
	if (domain.state === 'deleted') return <Restore domain={domain} />;
	const patchOf = (): Schemas['DomainPatch'] | null => {
		const numbers = readLimits(draft, form);
		if (!numbers) return null;
		if (draft.refuse_code && !/^[45]\d\d$/.test(draft.refuse_code)) {
			form.fail('refuse_code', 'bad_code');
			return null;
		}
		const next = {
			description: draft.description.trim(),
			state: draft.state,
			transport: draft.transport.trim(),
			refuse_code: Number(draft.refuse_code || 0),
			refuse_text: draft.refuse_text.trim(),
			retire_at: draft.retire_at ? fromLocalTime(draft.retire_at) : null,
			...numbers,
		};
		return Object.fromEntries(
			Object.entries(next).filter(([k, v]) => {
				const old = d[k as keyof Domain];
				if (k === 'retire_at')
					return draft.retire_at !== (d.retire_at ? toLocalTime(d.retire_at) : '');
				return v !== old;
			}),
		) as Schemas['DomainPatch'];
	};
	const to = (version: number) => ({ path: { id: d.id }, header: { 'If-Match': etag(version) } });
	const save = (version: number) => {
		const patch = patchOf();
		if (!patch) return;
		if (Object.keys(patch).length === 0) return;
		void form.run(() =>
			stale.guard(patch, async () => {
				const r = await ok(
					client.PATCH('/api/v1/domains/{id}', { params: to(version), body: patch }),
				);
				took(r);
				saved(t('saved', d.name_unicode), r.changed_serial);
			}),
		);
	};
	const edit =
		(field: string) =>
		(v: string): void => {
			set({ [field]: v });
			form.clear(field);
		};
	const refuses = draft.state === 'disabled' || draft.state === 'retiring';
	return (
		<Stack narrow>
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					save(d.version);
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TextField
					label={t('field.description')}
					name="description"
					optional
					value={draft.description}
					onChange={edit('description')}
					error={form.errors.description}
					maxLength={200}
				/>
				<DomainStates value={draft.state} onChange={(state) => set({ state })} />
				{draft.state === 'prepared' && (
					<TextField
						label={t('domain.oldHost')}
						name="transport"
						mono
						value={draft.transport}
						onChange={edit('transport')}
						fold={fold}
						placeholder="smtp:[old.example.jp]:25"
						help={t('domain.oldHostHelp')}
						error={form.errors.transport}
					/>
				)}
				{draft.state !== 'prepared' && (
					<details className={css.more} open={!!draft.transport || undefined}>
						<summary>{t('field.transport')}</summary>
						<div>
							<TextField
								label={t('field.transport')}
								name="transport"
								mono
								optional
								value={draft.transport}
								onChange={edit('transport')}
								fold={fold}
								placeholder="smtp:[host.example.jp]:25"
								help={t('domain.transportHelp')}
								error={form.errors.transport}
							/>
						</div>
					</details>
				)}
				{refuses && (
					<div className={css.pair}>
						<TextField
							label={t('field.refuse_code')}
							name="refuse_code"
							optional
							number
							value={draft.refuse_code}
							onChange={edit('refuse_code')}
							fold={foldNumber}
							placeholder={draft.state === 'disabled' ? '450' : '550'}
							error={form.errors.refuse_code}
						/>
						<TextField
							label={t('field.refuse_text')}
							name="refuse_text"
							optional
							value={draft.refuse_text}
							onChange={edit('refuse_text')}
							fold={fold}
							help={t('domain.refuseHelp')}
							error={form.errors.refuse_text}
							maxLength={200}
						/>
					</div>
				)}
				{draft.state === 'retiring' && (
					<TextField
						label={t('field.retire_at')}
						name="retire_at"
						type="datetime-local"
						optional
						value={draft.retire_at}
						onChange={edit('retire_at')}
						help={t('domain.retireHelp')}
						error={form.errors.retire_at}
					/>
				)}
				<LimitFields draft={draft} set={set} form={form} />
				<div className={css.line}>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('save')}
					</Button>
					<DryRun
						form={form}
						patchOf={patchOf}
						send={(body) =>
							client.PATCH('/api/v1/domains/{id}', {
								params: { ...to(d.version), query: { dry_run: true } },
								body,
							})
						}
					/>
				</div>
			</form>
			<section className={css.danger}>
				<h2>{t('domain.delete')}</h2>
				<p className="muted">{t('domain.deleteIntro')}</p>
				<Button onPress={() => setDeleting(true)}>{t('domain.deleteButton')}</Button>
			</section>
			{deleting && <DeleteDomain domain={d} onClose={() => setDeleting(false)} />}
			{stale.stale && (
				<StaleDialog
					rows={stale.stale.rows}
					onClose={stale.close}
					onReload={() => {
						if (stale.stale) took(stale.stale.fresh);
						stale.close();
					}}
					onApply={() => {
						const v = stale.stale?.fresh.version ?? d.version;
						stale.close();
						save(v);
					}}
				/>
			)}
		</Stack>
	);
}

function Restore({ domain: d }: { domain: Domain }) {
	const t = useT();
	const form = useForm([]);
	return (
		<Stack narrow>
			{form.problem && <ErrorBox error={form.problem} />}
			<p>{t('domain.help.deleted')}</p>
			<p>
				<Button
					look="primary"
					isPending={form.pending}
					onPress={() => void form.run(() => restoreDomain(t, d))}
				>
					{t('restore')}
				</Button>
			</p>
		</Stack>
	);
}

const CONFIRM = ['confirm'] as const;

/** Shows what goes with it; the name has to be typed. */
function DeleteDomain({ domain: d, onClose }: { domain: Domain; onClose: () => void }) {
	const t = useT();
	const lang = useLang();
	const preview = useQuery({ ...domainPreviewQuery(d.id), staleTime: 0 });
	const [typed, setTyped] = useState('');
	const form = useForm(CONFIRM);
	const p = preview.data;
	const submit = () => {
		if (typed !== d.name && typed !== d.name_unicode)
			return form.fail('confirm', 'not_the_name', d.name_unicode);
		void form.run(async () => {
			const { job } = await ok(
				client.DELETE('/api/v1/domains/{id}', {
					params: { path: { id: d.id }, header: { 'If-Match': etag(d.version) } },
					body: { confirm: typed },
				}),
			);
			void refresh();
			navigate(`/jobs/${job.id}`);
		});
	};
	return (
		<Dialog
			title={t('domain.deleteTitle', d.name_unicode)}
			onClose={onClose}
			role="alertdialog"
			wide
		>
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
				{preview.error instanceof ApiError && (
					<ErrorBox error={preview.error} onRetry={() => void preview.refetch()} />
				)}
				{preview.isPending && <Loading />}
				{p && (
					<>
						<Note tone="warn">
							<strong>
								{t(
									'domain.goesWithIt',
									formatNumber(p.mailbox_count, lang),
									formatNumber(p.alias_count, lang),
									formatBytes(p.quota_allotted_bytes, lang),
								)}
							</strong>
							{[...p.first_mailboxes, ...p.first_aliases].length > 0 && (
								<span className="mono">
									{[...p.first_mailboxes, ...p.first_aliases].slice(0, 10).join(', ')}
									{p.mailbox_count + p.alias_count > 10 &&
										` ${t('andMore', p.mailbox_count + p.alias_count - 10)}`}
								</span>
							)}
						</Note>
						{p.aliases_elsewhere_count > 0 && (
							<div>
								<p>{t('domain.elsewhere', p.aliases_elsewhere_count)}</p>
								<ul className={css.list}>
									{p.aliases_elsewhere.map((a) => (
										<li key={a.id} className="mono">
											{a.address}
										</li>
									))}
								</ul>
							</div>
						)}
						<p>{t('domain.restoreDays', p.restore_days)}</p>
						<TextField
							label={t('domain.typeName', d.name_unicode)}
							name="confirm"
							mono
							value={typed}
							onChange={(v) => {
								setTyped(v);
								form.clear('confirm');
							}}
							fold={foldDomain}
							error={form.errors.confirm}
							autoFocus
						/>
					</>
				)}
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="danger" type="submit" isPending={form.pending} isDisabled={!p}>
						{t('domain.deleteButton')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}
