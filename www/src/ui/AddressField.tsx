import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ProblemItem } from '../api/client';
import { domainsQuery } from '../api/queries';
import { useT } from '../i18n';
import { foldAddress } from '../lib/fold';
import { cx } from './cx';
import { Frame } from './Field';
import css from './Field.module.css';

type Props = {
	value: string;
	onChange: (address: string) => void;
	/** Domain that is taken when none is typed. */
	domain?: string | undefined;
	error?: ProblemItem | undefined;
	help?: string;
	autoFocus?: boolean;
};

const LOCAL_DOMAINS = 8;

/** One field for a whole address, which offers the domains after the @. */
export function AddressField({ value, onChange, domain, error, help, autoFocus }: Props) {
	const t = useT();
	const [active, setActive] = useState(-1);
	const [open, setOpen] = useState(false);
	const [folded, setFolded] = useState(false);
	const composing = useRef(false);
	const at = value.indexOf('@');
	const typed = at < 0 ? '' : value.slice(at + 1);
	const found = useQuery({
		...domainsQuery({ limit: LOCAL_DOMAINS, ...(typed ? { q: typed } : {}) }),
		enabled: open && at >= 0,
	}).data;
	const options =
		open && at >= 0
			? (found?.items ?? []).filter((d) => d.name !== typed && d.name_unicode !== typed)
			: [];
	const settle = (raw: string) => {
		const clean = foldAddress(raw);
		if (/[！-～。｡　]/.test(raw)) setFolded(true);
		onChange(clean);
		setOpen(true);
		setActive(-1);
	};
	const pick = (name: string) => {
		onChange(`${value.slice(0, at)}@${name}`);
		setOpen(false);
	};
	return (
		<Frame
			label={t('address')}
			error={error}
			help={folded ? t('form.folded') : (help ?? (domain ? t('address.help', domain) : undefined))}
		>
			{({ id, describedBy, invalid }) => (
				<div className={css.combo}>
					<input
						id={id}
						name="address"
						className={cx(css.input, css.mono)}
						value={value}
						role="combobox"
						aria-expanded={options.length > 0}
						aria-controls={`${id}l`}
						aria-autocomplete="list"
						aria-activedescendant={active >= 0 && options[active] ? `${id}o${active}` : undefined}
						aria-describedby={describedBy}
						aria-invalid={invalid || undefined}
						aria-required
						autoComplete="off"
						autoCapitalize="none"
						spellCheck={false}
						inputMode="email"
						// biome-ignore lint/a11y/noAutofocus: the first field of a form that was asked for
						autoFocus={autoFocus}
						placeholder={domain ? t('address.short') : 'taro@example.jp'}
						onChange={(e) =>
							composing.current ? onChange(e.target.value) : settle(e.target.value)
						}
						onCompositionStart={() => {
							composing.current = true;
						}}
						onCompositionEnd={(e) => {
							composing.current = false;
							settle(e.currentTarget.value);
						}}
						onBlur={() => setOpen(false)}
						onKeyDown={(e) => {
							if (e.nativeEvent.isComposing || options.length === 0) return;
							const chosen = options[active];
							if (e.key === 'ArrowDown') setActive((active + 1) % options.length);
							else if (e.key === 'ArrowUp')
								setActive((active - 1 + options.length) % options.length);
							else if ((e.key === 'Enter' || e.key === 'Tab') && chosen) pick(chosen.name);
							else if (e.key === 'Escape') {
								e.stopPropagation();
								return setOpen(false);
							} else return;
							if (e.key !== 'Tab') e.preventDefault();
						}}
					/>
					{options.length > 0 && (
						<div className={css.options} id={`${id}l`} role="listbox" aria-label={t('domain')}>
							{options.map((d, i) => (
								// biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
								// biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
								<div
									key={d.id}
									id={`${id}o${i}`}
									role="option"
									aria-selected={i === active}
									className={css.option}
									onPointerDown={(e) => e.preventDefault()}
									onClick={() => pick(d.name)}
								>
									<span className={css.mono}>@{d.name}</span>
									{d.name !== d.name_unicode && <span className="muted">{d.name_unicode}</span>}
								</div>
							))}
						</div>
					)}
				</div>
			)}
		</Frame>
	);
}

/** The whole address of what was typed, in a domain's own page or not. */
export function wholeAddress(typed: string, domain: string | undefined): string {
	const clean = foldAddress(typed);
	return clean !== '' && !clean.includes('@') && domain ? `${clean}@${domain}` : clean;
}
