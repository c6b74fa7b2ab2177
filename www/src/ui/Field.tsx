import { ChevronDown, CircleAlert } from 'lucide-react';
import { type HTMLAttributes, type ReactNode, useId, useRef, useState } from 'react';
import type { ProblemItem } from '../api/client';
import { useT } from '../i18n';
import { useReason } from '../i18n/reasons';
import { cx } from './cx';
import css from './Field.module.css';

type FrameProps = {
	label: string;
	error?: ProblemItem | undefined;
	help?: ReactNode;
	optional?: boolean;
	inline?: boolean;
	children: (ids: { id: string; describedBy: string | undefined; invalid: boolean }) => ReactNode;
};

/** Label above, help and error below, wired by ids. */
export function Frame({ label, error, help, optional, inline, children }: FrameProps) {
	const t = useT();
	const reason = useReason();
	const id = useId();
	const helpId = `${id}h`;
	const errorId = `${id}e`;
	const by = [error && errorId, help && helpId].filter(Boolean).join(' ') || undefined;
	return (
		<div className={cx(css.field, inline && css.inline)}>
			<label className={css.label} htmlFor={id}>
				{label}
				{optional && !inline && <span className={css.optional}>{t('form.optional')}</span>}
			</label>
			{children({ id, describedBy: by, invalid: !!error })}
			{error && (
				<p className={css.error} id={errorId}>
					<CircleAlert aria-hidden="true" />
					<span>{reason(error)}</span>
				</p>
			)}
			{help && (
				<p className={css.help} id={helpId}>
					{help}
				</p>
			)}
		</div>
	);
}

export type TextProps = {
	label: string;
	name: string;
	value: string;
	onChange: (v: string) => void;
	error?: ProblemItem | undefined;
	help?: ReactNode;
	optional?: boolean;
	mono?: boolean;
	number?: boolean;
	type?: 'text' | 'password' | 'date' | 'datetime-local';
	/** The label stands beside the input, as in a toolbar. */
	inline?: boolean;
	autoComplete?: string;
	autoFocus?: boolean;
	placeholder?: string;
	maxLength?: number;
	disabled?: boolean;
	suffix?: ReactNode;
	inputMode?: HTMLAttributes<HTMLInputElement>['inputMode'];
	/** Makes half-width signs of full-width ones; told below the field. */
	fold?: (v: string) => string;
};

export function TextField(p: TextProps) {
	const t = useT();
	const [folded, setFolded] = useState(false);
	const composing = useRef(false);
	const settle = (raw: string) => {
		if (!p.fold) return p.onChange(raw);
		const clean = p.fold(raw);
		if (/[！-～。｡、ー－　]/.test(raw) && clean !== raw) setFolded(true);
		p.onChange(clean);
	};
	const note = folded ? t('form.folded') : undefined;
	return (
		<Frame
			label={p.label}
			error={p.error}
			optional={p.optional ?? false}
			inline={p.inline ?? false}
			help={note && p.help ? [p.help, ' ', note] : (note ?? p.help)}
		>
			{({ id, describedBy, invalid }) => (
				<div className={css.box}>
					<input
						id={id}
						name={p.name}
						type={p.type ?? 'text'}
						className={cx(css.input, p.mono && css.mono, p.number && css.number)}
						value={p.value}
						onChange={(e) =>
							composing.current ? p.onChange(e.target.value) : settle(e.target.value)
						}
						onCompositionStart={() => {
							composing.current = true;
						}}
						onCompositionEnd={(e) => {
							composing.current = false;
							settle(e.currentTarget.value);
						}}
						aria-describedby={describedBy}
						aria-invalid={invalid || undefined}
						aria-required={p.optional ? undefined : true}
						autoComplete={p.autoComplete ?? 'off'}
						autoCapitalize="none"
						spellCheck={false}
						// biome-ignore lint/a11y/noAutofocus: the first field of a form that was asked for
						autoFocus={p.autoFocus}
						placeholder={p.placeholder}
						maxLength={p.maxLength}
						disabled={p.disabled}
						inputMode={p.inputMode ?? (p.number ? 'decimal' : undefined)}
					/>
					{p.suffix}
				</div>
			)}
		</Frame>
	);
}

type SelectProps<V extends string> = {
	label: string;
	name?: string;
	value: V;
	onChange: (v: V) => void;
	options: readonly { value: V; text: string }[];
	help?: ReactNode;
	error?: ProblemItem | undefined;
};

export function SelectField<V extends string>(p: SelectProps<V>) {
	return (
		<Frame label={p.label} error={p.error} help={p.help}>
			{({ id, describedBy, invalid }) => (
				<span className={css.selectBox}>
					<select
						id={id}
						name={p.name}
						className={cx(css.input, css.select)}
						value={p.value}
						onChange={(e) => p.onChange(e.target.value as V)}
						aria-describedby={describedBy}
						aria-invalid={invalid || undefined}
					>
						{p.options.map((o) => (
							<option key={o.value} value={o.value}>
								{o.text}
							</option>
						))}
					</select>
					<ChevronDown aria-hidden="true" />
				</span>
			)}
		</Frame>
	);
}

/** A select without a visible label, in a toolbar or beside a number. */
export function BareSelect<V extends string>(p: SelectProps<V>) {
	return (
		<span className={css.selectBox}>
			<select
				aria-label={p.label}
				name={p.name}
				className={cx(css.input, css.select)}
				value={p.value}
				onChange={(e) => p.onChange(e.target.value as V)}
			>
				{p.options.map((o) => (
					<option key={o.value} value={o.value}>
						{o.text}
					</option>
				))}
			</select>
			<ChevronDown aria-hidden="true" />
		</span>
	);
}

type CheckProps = {
	label: ReactNode;
	help?: ReactNode;
	checked: boolean;
	onChange: (v: boolean) => void;
};

export function CheckField({ label, help, checked, onChange }: CheckProps) {
	return (
		<label className={css.check}>
			<input type="checkbox" checked={checked} onChange={(e) => onChange(e.target.checked)} />
			<span>
				<span>{label}</span>
				{help && <span className={css.help}>{help}</span>}
			</span>
		</label>
	);
}

type RadioProps<V extends string> = {
	legend: string;
	value: V;
	onChange: (v: V) => void;
	options: readonly { value: V; text: string; help?: string }[];
};

export function RadioField<V extends string>(p: RadioProps<V>) {
	const name = useId();
	return (
		<fieldset>
			<legend className={css.legend}>{p.legend}</legend>
			{p.options.map((o) => (
				<label key={o.value} className={css.radio}>
					<input
						type="radio"
						name={name}
						checked={p.value === o.value}
						onChange={() => p.onChange(o.value)}
					/>
					<span>
						<span>{o.text}</span>
						{o.help && <span className={css.help}>{o.help}</span>}
					</span>
				</label>
			))}
		</fieldset>
	);
}
