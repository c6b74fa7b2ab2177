import type { Schemas } from '../api/client';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { CheckField } from '../ui/Field';
import css from './Access.module.css';

export type Right = Schemas['Right'];
export const RIGHTS: readonly Right[] = [
	'mailboxes',
	'aliases',
	'passwords',
	'lists',
	'dns',
	'import',
];

/** What the signed-in admin may give in these domains: what he has in each. */
export function useGivable(domainIds: number[]): (r: Right) => boolean {
	const { admin } = useSession();
	const own = admin.domains;
	return (r) =>
		own === null ||
		domainIds.every((id) => own.find((d) => d.id === id)?.rights.includes(r) ?? false);
}

export function RightChecks({
	legend,
	value,
	onChange,
	domainIds,
	disabled = false,
}: {
	legend: string;
	value: readonly Right[];
	onChange: (v: Right[]) => void;
	domainIds: number[];
	disabled?: boolean;
}) {
	const t = useT();
	const givable = useGivable(domainIds);
	return (
		<fieldset className={css.rights} disabled={disabled}>
			<legend className={css.legend}>{legend}</legend>
			{RIGHTS.map((r) =>
				givable(r) ? (
					<CheckField
						key={r}
						label={t(`right.${r}`)}
						checked={value.includes(r)}
						onChange={(on) => onChange(on ? [...value, r] : value.filter((x) => x !== r))}
					/>
				) : (
					<p key={r} className="muted">
						{t(`right.${r}`)}: {t('rights.beyond')}
					</p>
				),
			)}
		</fieldset>
	);
}
