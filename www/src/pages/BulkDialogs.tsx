import { type ComponentType, type ReactNode, useState } from 'react';
import type { Schemas } from '../api/client';
import { useLang, useT } from '../i18n';
import { foldAddress, foldNumber } from '../lib/fold';
import { formatNumber } from '../lib/format';
import { type Bulk, type BulkNoun, type BulkSend, startBulk } from '../lib/useBulk';
import { type FieldErrors, useForm } from '../lib/useForm';
import { stateWord } from '../lib/words';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { CheckField, RadioField, TextField } from '../ui/Field';
import { Note } from '../ui/Marks';
import { bytesOf, QuotaField, quotaText } from '../ui/QuotaField';
import css from './Form.module.css';
import { MailboxStates } from './MailboxStates';

type Props = {
	bulk: Bulk;
	/** "12 mailboxes" */
	what: string;
	onClose: () => void;
	onDone: (job: Schemas['Job']) => void;
};
export type BulkDialog = ComponentType<Props>;

const FIELDS = [
	'quota_bytes',
	'add_to_alias',
	'max_mailboxes',
	'max_aliases',
	'max_quota_bytes',
	'default_quota_bytes',
	'typed',
] as const;

function useSend({ bulk, onDone }: Props) {
	const form = useForm(FIELDS);
	const send = (action: BulkSend) => form.run(async () => onDone(await startBulk(bulk, action)));
	return { form, send };
}

/** What all of them have in common: a form with one button that does it. */
function Frame({
	title,
	form,
	onSubmit,
	onClose,
	button,
	danger,
	children,
}: {
	title: string;
	form: ReturnType<typeof useForm>;
	onSubmit: () => void;
	onClose: () => void;
	button?: string;
	danger?: boolean;
	children: ReactNode;
}) {
	const t = useT();
	return (
		<Dialog title={title} onClose={onClose} {...(danger ? { role: 'alertdialog' } : {})}>
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					onSubmit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				{children}
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look={danger ? 'danger' : 'primary'} type="submit" isPending={form.pending}>
						{button ?? t('apply')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

export function BulkQuota(p: Props) {
	const t = useT();
	const { form, send } = useSend(p);
	const [quota, setQuota] = useState(quotaText(null));
	const submit = () => {
		const bytes = bytesOf(quota);
		if (bytes === null) return form.fail('quota_bytes', 'required');
		if (bytes === undefined) return form.fail('quota_bytes', 'not_number');
		void send({ quota_bytes: bytes });
	};
	return (
		<Frame title={t('bulk.quota', p.what)} form={form} onSubmit={submit} onClose={p.onClose}>
			<QuotaField
				label={t('field.quota')}
				name="quota_bytes"
				value={quota}
				onChange={(q) => {
					setQuota(q);
					form.clear('quota_bytes');
				}}
				error={form.errors.quota_bytes}
			/>
		</Frame>
	);
}

const STATES: Record<Exclude<BulkNoun, 'mailboxes'>, readonly string[]> = {
	domains: ['active', 'disabled', 'retiring', 'prepared'],
	aliases: ['active', 'disabled'],
	whitelist: ['active', 'disabled'],
};

export function BulkState(p: Props) {
	const t = useT();
	const { form, send } = useSend(p);
	const noun = p.bulk.noun;
	const [state, setState] = useState(noun === 'mailboxes' ? 'closed' : 'disabled');
	return (
		<Frame
			title={t('bulk.state', p.what)}
			form={form}
			onSubmit={() => void send({ state })}
			onClose={p.onClose}
		>
			{noun === 'mailboxes' ? (
				<MailboxStates value={state as 'active' | 'nologin' | 'closed'} onChange={setState} />
			) : (
				<RadioField
					legend={t('field.state')}
					value={state}
					onChange={setState}
					options={STATES[noun].map((s) => ({ value: s, text: stateWord(t, s) }))}
				/>
			)}
		</Frame>
	);
}

const COUNTS = ['max_mailboxes', 'max_aliases'] as const;
const SIZES = ['max_quota_bytes', 'default_quota_bytes'] as const;
const LABELS = {
	max_mailboxes: 'field.max_mailboxes',
	max_aliases: 'field.max_aliases',
	max_quota_bytes: 'field.max_quota',
	default_quota_bytes: 'field.default_quota',
} as const;

export function BulkLimits(p: Props) {
	const t = useT();
	const { form, send } = useSend(p);
	const [counts, setCounts] = useState({ max_mailboxes: '', max_aliases: '' });
	const [sizes, setSizes] = useState({
		max_quota_bytes: quotaText(null),
		default_quota_bytes: quotaText(null),
	});
	const submit = () => {
		const action: BulkSend = {};
		for (const f of COUNTS) {
			if (counts[f] === '') continue;
			if (!/^\d+$/.test(counts[f])) return form.fail(f, 'not_integer');
			action[f] = Number(counts[f]);
		}
		for (const f of SIZES) {
			const bytes = bytesOf(sizes[f]);
			if (bytes === undefined) return form.fail(f, 'not_number');
			if (bytes !== null) action[f] = bytes;
		}
		if (Object.keys(action).length === 0) return form.fail('max_mailboxes', 'required');
		void send(action);
	};
	return (
		<Frame title={t('bulk.limits', p.what)} form={form} onSubmit={submit} onClose={p.onClose}>
			<p className="muted">{t('bulk.limitsText')}</p>
			{COUNTS.map((f) => (
				<TextField
					key={f}
					label={t(LABELS[f])}
					name={f}
					number
					optional
					inputMode="numeric"
					fold={foldNumber}
					value={counts[f]}
					onChange={(v) => {
						setCounts((c) => ({ ...c, [f]: v }));
						form.clear(f);
					}}
					error={(form.errors as FieldErrors)[f]}
				/>
			))}
			{SIZES.map((f) => (
				<QuotaField
					key={f}
					label={t(LABELS[f])}
					name={f}
					mayKeep
					value={sizes[f]}
					onChange={(v) => {
						setSizes((c) => ({ ...c, [f]: v }));
						form.clear(f);
					}}
					error={(form.errors as FieldErrors)[f]}
				/>
			))}
		</Frame>
	);
}

export function BulkToAlias(p: Props) {
	const t = useT();
	const { form, send } = useSend(p);
	const [address, setAddress] = useState('');
	const submit = () => {
		if (address.trim() === '') return form.fail('add_to_alias', 'required');
		void send({ add_to_alias: address.trim() });
	};
	return (
		<Frame title={t('bulk.toAlias', p.what)} form={form} onSubmit={submit} onClose={p.onClose}>
			<TextField
				label={t('bulk.aliasAddress')}
				name="add_to_alias"
				mono
				inputMode="email"
				fold={foldAddress}
				value={address}
				onChange={(v) => {
					setAddress(v);
					form.clear('add_to_alias');
				}}
				help={t('bulk.toAliasText')}
				error={(form.errors as FieldErrors).add_to_alias}
				autoFocus
			/>
		</Frame>
	);
}

const DAYS = { day: 1, week: 7, month: 30, year: 365 } as const;

export function BulkExpires(p: Props) {
	const t = useT();
	const { form, send } = useSend(p);
	const [when, setWhen] = useState<'never' | keyof typeof DAYS>('month');
	const submit = () =>
		void send({
			expires_at:
				when === 'never' ? null : new Date(Date.now() + DAYS[when] * 86_400_000).toISOString(),
		});
	return (
		<Frame title={t('bulk.expires', p.what)} form={form} onSubmit={submit} onClose={p.onClose}>
			<RadioField
				legend={t('field.expires')}
				value={when}
				onChange={setWhen}
				options={(['day', 'week', 'month', 'year', 'never'] as const).map((w) => ({
					value: w,
					text: t(`bulk.expires.${w}`),
				}))}
			/>
		</Frame>
	);
}

export function BulkDelete(p: Props) {
	const t = useT();
	const lang = useLang();
	const { form, send } = useSend(p);
	const [release, setRelease] = useState(false);
	const [typed, setTyped] = useState('');
	const noun = p.bulk.noun;
	const isDomains = noun === 'domains';
	const hasTargets = noun === 'mailboxes' || noun === 'aliases';
	const submit = () => {
		if (isDomains && foldNumber(typed).trim() !== String(p.bulk.count))
			return form.fail('typed', 'not_the_count');
		void send({ delete: true, ...(release ? { targets: 'remove' } : {}) });
	};
	return (
		<Frame
			title={t('bulk.delete', p.what)}
			form={form}
			onSubmit={submit}
			onClose={p.onClose}
			button={t('delete')}
			danger
		>
			<Note tone="warn">{t(`bulk.deleteText.${noun}`)}</Note>
			{hasTargets && (
				<CheckField
					label={t('bulk.targets')}
					help={t('bulk.targetsHelp')}
					checked={release}
					onChange={setRelease}
				/>
			)}
			{isDomains && (
				<TextField
					label={t('bulk.typeCount', formatNumber(p.bulk.count, lang))}
					name="typed"
					inputMode="numeric"
					fold={foldNumber}
					value={typed}
					onChange={(v) => {
						setTyped(v);
						form.clear('typed');
					}}
					error={(form.errors as FieldErrors).typed}
					autoFocus
				/>
			)}
		</Frame>
	);
}

export function BulkRestore(p: Props) {
	const t = useT();
	const { form, send } = useSend(p);
	return (
		<Frame
			title={t('bulk.restore', p.what)}
			form={form}
			onSubmit={() => void send({ restore: true })}
			onClose={p.onClose}
			button={t('restore')}
		>
			<p>{t('bulk.restoreText')}</p>
		</Frame>
	);
}
