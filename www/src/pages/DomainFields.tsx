import type { Schemas } from '../api/client';
import { useT } from '../i18n';
import { foldNumber } from '../lib/fold';
import type { FormState } from '../lib/useForm';
import { RadioField, TextField } from '../ui/Field';
import { bytesOf, QuotaField, type QuotaText, quotaText } from '../ui/QuotaField';
import css from './Form.module.css';

export type LimitsDraft = {
	max_mailboxes: string;
	max_aliases: string;
	max_quota: QuotaText;
	default_quota: QuotaText;
};

export const noLimits: LimitsDraft = {
	max_mailboxes: '0',
	max_aliases: '0',
	max_quota: quotaText(0),
	default_quota: quotaText(0),
};

export function limitsOf(d: Schemas['Domain']): LimitsDraft {
	return {
		max_mailboxes: String(d.max_mailboxes),
		max_aliases: String(d.max_aliases),
		max_quota: quotaText(d.max_quota_bytes),
		default_quota: quotaText(d.default_quota_bytes),
	};
}

/** The numbers of the limits, or null after it marked the field at fault. */
export function readLimits(d: LimitsDraft, form: FormState) {
	const max_quota_bytes = bytesOf(d.max_quota) ?? undefined;
	const default_quota_bytes = bytesOf(d.default_quota) ?? undefined;
	if (!/^\d+$/.test(d.max_mailboxes)) return void form.fail('max_mailboxes', 'not_integer');
	if (!/^\d+$/.test(d.max_aliases)) return void form.fail('max_aliases', 'not_integer');
	if (max_quota_bytes === undefined) return void form.fail('max_quota_bytes', 'not_number');
	if (default_quota_bytes === undefined) return void form.fail('default_quota_bytes', 'not_number');
	return {
		max_mailboxes: Number(d.max_mailboxes),
		max_aliases: Number(d.max_aliases),
		max_quota_bytes,
		default_quota_bytes,
	};
}

type Props = { draft: LimitsDraft; set: (p: Partial<LimitsDraft>) => void; form: FormState };

export function LimitFields({ draft, set, form }: Props) {
	const t = useT();
	return (
		<>
			<div className={css.pair}>
				<TextField
					label={t('field.max_mailboxes')}
					name="max_mailboxes"
					number
					value={draft.max_mailboxes}
					onChange={(max_mailboxes) => {
						set({ max_mailboxes });
						form.clear('max_mailboxes');
					}}
					fold={foldNumber}
					help={t('limit.zero')}
					error={form.errors.max_mailboxes}
				/>
				<TextField
					label={t('field.max_aliases')}
					name="max_aliases"
					number
					value={draft.max_aliases}
					onChange={(max_aliases) => {
						set({ max_aliases });
						form.clear('max_aliases');
					}}
					fold={foldNumber}
					help={t('limit.zero')}
					error={form.errors.max_aliases}
				/>
			</div>
			<div className={css.pair}>
				<QuotaField
					label={t('field.max_quota')}
					name="max_quota_bytes"
					value={draft.max_quota}
					onChange={(max_quota) => {
						set({ max_quota });
						form.clear('max_quota_bytes');
					}}
					error={form.errors.max_quota_bytes}
				/>
				<QuotaField
					label={t('field.default_quota')}
					name="default_quota_bytes"
					value={draft.default_quota}
					onChange={(default_quota) => {
						set({ default_quota });
						form.clear('default_quota_bytes');
					}}
					error={form.errors.default_quota_bytes}
				/>
			</div>
		</>
	);
}

export type LivingState = 'active' | 'prepared' | 'disabled' | 'retiring';

export function DomainStates({
	value,
	onChange,
}: {
	value: LivingState;
	onChange: (v: LivingState) => void;
}) {
	const t = useT();
	return (
		<RadioField
			legend={t('field.state')}
			value={value}
			onChange={onChange}
			options={(['active', 'prepared', 'disabled', 'retiring'] as const).map((s) => ({
				value: s,
				text: t(`state.${s}`),
				help: t(`domain.help.${s}`),
			}))}
		/>
	);
}
