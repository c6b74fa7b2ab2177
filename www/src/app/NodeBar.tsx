import { useQuery } from '@tanstack/react-query';
import { TriangleAlert } from 'lucide-react';
import { useDown } from '../api/connection';
import { publishingQuery } from '../api/queries';
import { useLang, useT } from '../i18n';
import { formatRelative } from '../lib/format';
import { heldReason } from '../lib/held';
import { isBad } from '../lib/live';
import { cx } from '../ui/cx';
import css from './ConnectionBar.module.css';

/** A mail server that does not follow, with the reason. */
export function NodeBar() {
	const t = useT();
	const lang = useLang();
	const { data } = useQuery(publishingQuery);
	const down = useDown();
	const bad = data?.nodes.filter(isBad) ?? [];
	if (down) return null;
	return (
		<div role="status">
			{bad.map((n) => (
				<div
					key={n.name}
					className={cx(css.bar, n.state !== 'held' && css.bad)}
					data-node={n.state}
				>
					<TriangleAlert className="icon" aria-hidden="true" />
					<span>
						{n.state === 'unreachable'
							? t('live.unreachable', n.name, n.seen_at ? formatRelative(n.seen_at, lang) : '')
							: n.state === 'error'
								? t('live.error', n.name, n.message)
								: n.held.length > 0
									? t(
											'live.heldDomains',
											n.name,
											n.held.map((h) => `${h.domain} (${heldReason(t, h.reason)})`).join(', '),
										)
									: t('live.held', n.name, n.message)}
					</span>
					{n.held.length > 0 && <a href="#/publish">{t('home.look')}</a>}
				</div>
			))}
		</div>
	);
}
