import type { ProblemItem } from '../api/client';
import { useLang, useT } from '../i18n';
import { foldNumber } from '../lib/fold';
import { formatBytes, joinBytes, splitBytes, type Unit } from '../lib/format';
import { BareSelect, TextField } from './Field';

/** Kept as typed; `bytesOf` reads it. An empty number is the preset. */
export type QuotaText = { number: string; unit: Unit };

export function quotaText(bytes: number | null): QuotaText {
	if (bytes === null) return { number: '', unit: 'GB' };
	const { value, unit } = splitBytes(bytes);
	return { number: value, unit };
}

/** Bytes, null for the preset, or undefined where it is no number. */
export function bytesOf(q: QuotaText): number | null | undefined {
	if (q.number === '') return null;
	return joinBytes(q.number, q.unit) ?? undefined;
}

type Props = {
	label: string;
	name: string;
	value: QuotaText;
	onChange: (q: QuotaText) => void;
	/** What an empty field means; without it the field is required. */
	preset?: number | undefined;
	/** An empty field changes nothing. */
	mayKeep?: boolean;
	help?: string;
	error?: ProblemItem | undefined;
};

export function QuotaField({ label, name, value, onChange, preset, mayKeep, help, error }: Props) {
	const t = useT();
	const lang = useLang();
	const hint =
		preset === undefined
			? undefined
			: preset === 0
				? t('quota.presetNone')
				: t('quota.preset', formatBytes(preset, lang));
	return (
		<TextField
			label={label}
			name={name}
			number
			value={value.number}
			onChange={(number) => onChange({ ...value, number })}
			fold={foldNumber}
			optional={preset !== undefined || !!mayKeep}
			placeholder={mayKeep ? '' : preset !== undefined ? t('quota.byDefault') : '0'}
			help={[hint, t('quota.zero'), help].filter(Boolean).join(' ')}
			error={error}
			suffix={
				<BareSelect
					label={t('quota.unit', label)}
					value={value.unit}
					onChange={(unit) => onChange({ ...value, unit })}
					options={[
						{ value: 'MB', text: 'MB' },
						{ value: 'GB', text: 'GB' },
					]}
				/>
			}
		/>
	);
}
