import { useQuery } from '@tanstack/react-query';
import { CircleAlert, X } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { ProblemItem } from '../api/client';
import { searchQuery } from '../api/queries';
import { useT } from '../i18n';
import { useReason } from '../i18n/reasons';
import { foldAddress } from '../lib/fold';
import { cx } from './cx';
import css from './Field.module.css';

type Props = {
	label: string;
	help: string;
	values: string[];
	onChange: (values: string[]) => void;
	/** What is typed and not yet a token; a save takes it along. */
	text: string;
	onText: (text: string) => void;
	error?: ProblemItem | undefined;
};

/** What was typed or pasted, cut into addresses. */
export function splitAddresses(s: string): string[] {
	return s
		.split(/[\s,;、，；]+/)
		.map((a) => foldAddress(a.replace(/^<|>$/g, '')))
		.filter((a) => a !== '');
}

export function joinTokens(values: string[], text: string): string[] {
	return [...new Set([...values, ...splitAddresses(text)])];
}

/** Addresses as tokens: Enter, comma, space or a paste makes one. */
export function TokenField({ label, help, values, onChange, text, onText, error }: Props) {
	const t = useT();
	const reason = useReason();
	const id = useId();
	const input = useRef<HTMLInputElement>(null);
	const composing = useRef(false);
	const [active, setActive] = useState(-1);
	const [open, setOpen] = useState(false);
	const found = useQuery(searchQuery(open && text.length > 1 ? text : '', 6)).data;
	// A whole address that was typed needs no list over the form.
	const typed = foldAddress(text);
	const known = [
		...(found?.mailboxes ?? []).map((m) => ({ address: m.address, name: m.name })),
		...(found?.aliases ?? []).map((a) => ({ address: a.address, name: t('alias') })),
	];
	const isWhole = /@[^@]+\.[^@.]+$/.test(typed);
	const options =
		open && text.length > 1
			? known.filter(
					(o) =>
						!values.includes(o.address) &&
						!o.address.startsWith('@') &&
						(!isWhole || (o.address.startsWith(typed) && o.address !== typed)),
				)
			: [];
	const add = (raw: string) => {
		onChange(joinTokens(values, raw));
		onText('');
		setActive(-1);
		setOpen(false);
	};
	const bad = error?.subject;
	return (
		<div className={css.field}>
			<label className={css.label} htmlFor={id}>
				{label}
			</label>
			<div
				className={cx(css.tokens, error && css.invalid)}
				onPointerDown={(e) => {
					if (e.target === e.currentTarget) {
						e.preventDefault();
						input.current?.focus();
					}
				}}
			>
				{values.map((v) => (
					<span key={v} className={cx(css.token, v === bad && css.tokenBad)}>
						{v}
						<button
							type="button"
							aria-label={t('token.remove', v)}
							onClick={() => {
								onChange(values.filter((x) => x !== v));
								input.current?.focus();
							}}
						>
							<X aria-hidden="true" />
						</button>
					</span>
				))}
				<input
					ref={input}
					id={id}
					name="targets"
					className={css.tokenInput}
					value={text}
					role="combobox"
					aria-expanded={options.length > 0}
					aria-controls={`${id}l`}
					aria-autocomplete="list"
					aria-activedescendant={active >= 0 && options[active] ? `${id}o${active}` : undefined}
					aria-describedby={cx(error && `${id}e`, `${id}h`)}
					aria-invalid={error ? true : undefined}
					aria-required
					autoComplete="off"
					autoCapitalize="none"
					spellCheck={false}
					onChange={(e) => {
						onText(e.target.value);
						setOpen(true);
						setActive(-1);
						const typed = e.target.value;
						if (!composing.current && /[\s,;、，]$/.test(typed) && typed.trim()) add(typed);
					}}
					onCompositionStart={() => {
						composing.current = true;
					}}
					onCompositionEnd={() => {
						composing.current = false;
					}}
					onPaste={(e) => {
						const pasted = e.clipboardData.getData('text');
						if (!/[\s,;]/.test(pasted.trim())) return;
						e.preventDefault();
						add(`${text} ${pasted}`);
					}}
					onBlur={() => {
						setOpen(false);
						if (text.trim()) add(text);
					}}
					onKeyDown={(e) => {
						if (e.nativeEvent.isComposing) return;
						const pick = options[active];
						if (e.key === 'Enter' && (pick || text.trim())) {
							e.preventDefault();
							add(pick ? pick.address : text);
						} else if (e.key === 'Backspace' && text === '' && values.length > 0) {
							onChange(values.slice(0, -1));
						} else if (e.key === 'ArrowDown' && options.length > 0) {
							e.preventDefault();
							setActive((active + 1) % options.length);
						} else if (e.key === 'ArrowUp' && options.length > 0) {
							e.preventDefault();
							setActive((active - 1 + options.length) % options.length);
						} else if (e.key === 'Escape' && options.length > 0) {
							e.stopPropagation();
							setOpen(false);
						}
					}}
				/>
				{options.length > 0 && (
					<div className={css.options} id={`${id}l`} role="listbox" aria-label={label}>
						{options.map((o, i) => (
							// biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
							// biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
							<div
								key={o.address}
								id={`${id}o${i}`}
								role="option"
								aria-selected={i === active}
								className={css.option}
								onPointerDown={(e) => e.preventDefault()}
								onClick={() => {
									add(o.address);
									input.current?.focus();
								}}
							>
								<span className={css.mono}>{o.address}</span>
								<span className="muted">{o.name}</span>
							</div>
						))}
					</div>
				)}
			</div>
			{error && (
				<p className={css.error} id={`${id}e`}>
					<CircleAlert aria-hidden="true" />
					<span>{reason(error)}</span>
				</p>
			)}
			<p className={css.help} id={`${id}h`}>
				{help}
			</p>
		</div>
	);
}
