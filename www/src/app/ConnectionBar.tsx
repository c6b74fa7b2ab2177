import { Database, PlugZap, WifiOff } from 'lucide-react';
import { useDown } from '../api/connection';
import { useT } from '../i18n';
import { cx } from '../ui/cx';
import css from './ConnectionBar.module.css';

const icons = { offline: WifiOff, down: PlugZap, database: Database };

/** Says what is away; goes by itself when it is back. */
export function ConnectionBar() {
	const t = useT();
	const down = useDown();
	const Icon = down ? icons[down] : null;
	return (
		<div role="status" data-down={down ?? undefined}>
			{down && Icon && (
				<div className={cx(css.bar, css.bad)}>
					<Icon className="icon" aria-hidden="true" />
					<span>{t(`down.${down}`)}</span>
				</div>
			)}
		</div>
	);
}
