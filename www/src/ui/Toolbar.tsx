import { Check, Search, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useT } from '../i18n';
import { Button } from './Button';
import { cx } from './cx';
import css from './Toolbar.module.css';

export function Toolbar({ children }: { children: ReactNode }) {
	return <div className={css.bar}>{children}</div>;
}

export function ToolbarEnd({ children }: { children: ReactNode }) {
	return <div className={css.end}>{children}</div>;
}

export function Kbd({ children }: { children: ReactNode }) {
	return <kbd className={css.kbd}>{children}</kbd>;
}

const WAIT_MS = 200;

/** Waits until the typing rests, and is silent while an IME composes. */
export function SearchBox({
	value,
	onChange,
	label,
	placeholder,
}: {
	value: string;
	onChange: (v: string) => void;
	label: string;
	placeholder: string;
}) {
	const t = useT();
	const [text, setText] = useState(value);
	const composing = useRef(false);
	const timer = useRef<number>(undefined);
	const sent = useRef(value);
	const ref = useRef<HTMLInputElement>(null);
	useEffect(() => {
		if (value !== sent.current) setText(value);
		sent.current = value;
	}, [value]);
	useEffect(() => () => window.clearTimeout(timer.current), []);
	const send = (v: string) => {
		window.clearTimeout(timer.current);
		sent.current = v.normalize('NFKC').trim();
		onChange(sent.current);
	};
	const later = (v: string) => {
		window.clearTimeout(timer.current);
		if (!composing.current) timer.current = window.setTimeout(() => send(v), WAIT_MS);
	};
	return (
		<search className={css.search}>
			<Search className="icon" aria-hidden="true" />
			<input
				ref={ref}
				type="search"
				data-hotkey="search"
				aria-label={label}
				placeholder={placeholder}
				value={text}
				autoComplete="off"
				spellCheck={false}
				onChange={(e) => {
					setText(e.target.value);
					later(e.target.value);
				}}
				onCompositionStart={() => {
					composing.current = true;
				}}
				onCompositionEnd={(e) => {
					composing.current = false;
					later(e.currentTarget.value);
				}}
				onKeyDown={(e) => {
					if (e.nativeEvent.isComposing) return;
					if (e.key === 'Enter') send(text);
					if (e.key === 'Escape' && text) {
						setText('');
						send('');
					}
				}}
			/>
			{text ? (
				<Button
					look="quiet"
					small
					icon
					aria-label={t('search.clear')}
					onPress={() => {
						setText('');
						send('');
						ref.current?.focus();
					}}
				>
					<X className="icon" aria-hidden="true" />
				</Button>
			) : (
				<Kbd>/</Kbd>
			)}
		</search>
	);
}

type ChipsProps<V extends string> = {
	label: string;
	value: V | undefined;
	onChange: (v: V | undefined) => void;
	options: readonly { value: V; text: string }[];
	/** How many rows each has, where that is known. */
	counts?: Partial<Record<V, string>>;
};

export function Chips<V extends string>({
	label,
	value,
	onChange,
	options,
	counts,
}: ChipsProps<V>) {
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, these filter a list
		<div className={css.chips} role="group" aria-label={label}>
			{options.map((o) => (
				<button
					key={o.value}
					type="button"
					className={css.chip}
					aria-pressed={value === o.value}
					onClick={() => onChange(value === o.value ? undefined : o.value)}
				>
					{value === o.value && <Check aria-hidden="true" />}
					{o.text}
					{counts?.[o.value] && (
						<>
							{' '}
							<span className={css.count}>{counts[o.value]}</span>
						</>
					)}
				</button>
			))}
		</div>
	);
}

/** Stands in place of the toolbar while rows are selected. */
export function PickedBar({ children }: { children: ReactNode }) {
	return <div className={cx(css.bar, css.picked)}>{children}</div>;
}
