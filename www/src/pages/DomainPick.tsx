import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { domainsQuery } from '../api/queries';
import { useT } from '../i18n';
import { foldDomain } from '../lib/fold';
import { Button } from '../ui/Button';
import { CheckField, TextField } from '../ui/Field';
import css from './Access.module.css';

export type Picked = { id: number; name: string };

/** Some of the domains that one has: found by a part of the name, ticked. */
export function DomainPick({
	label,
	help,
	value,
	onChange,
	without = [],
	optional = false,
}: {
	label: string;
	help?: string;
	value: Picked[];
	onChange: (v: Picked[]) => void;
	without?: number[];
	optional?: boolean;
}) {
	const t = useT();
	const [q, setQ] = useState('');
	const found = useQuery(domainsQuery({ limit: 8, ...(q.trim() && { q: q.trim() }) }));
	const rows = found.data?.items.filter((d) => !without.includes(d.id)) ?? [];
	const has = (id: number) => value.some((d) => d.id === id);
	return (
		<fieldset className={css.pick}>
			<legend className={css.legend}>{label}</legend>
			{help && <p className="muted">{help}</p>}
			{value.length > 0 && (
				<ul className={css.chips}>
					{value.map((d) => (
						<li key={d.id}>
							<span className="mono">{d.name}</span>
							<Button
								look="quiet"
								icon
								small
								onPress={() => onChange(value.filter((x) => x.id !== d.id))}
								aria-label={t('admin.takeAway', d.name)}
							>
								<X className="icon" aria-hidden="true" />
							</Button>
						</li>
					))}
				</ul>
			)}
			<TextField
				label={t('admin.pick')}
				name="pick"
				mono
				optional={optional || value.length > 0}
				value={q}
				onChange={setQ}
				fold={foldDomain}
				help={t('admin.pickHelp')}
			/>
			<div className={css.found}>
				{rows.map((d) => (
					<CheckField
						key={d.id}
						label={<span className="mono">{d.name_unicode}</span>}
						checked={has(d.id)}
						onChange={(on) =>
							onChange(
								on
									? [...value, { id: d.id, name: d.name_unicode }]
									: value.filter((x) => x.id !== d.id),
							)
						}
					/>
				))}
				{found.data && rows.length === 0 && <p className="muted">{t('admin.pickNone')}</p>}
			</div>
		</fieldset>
	);
}
