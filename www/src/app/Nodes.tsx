import { CheckCircle2, CircleAlert, PauseCircle, RefreshCw, Server } from 'lucide-react';
import type { Schemas } from '../api/client';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { Mark, Time } from '../ui/Marks';
import css from './Shell.module.css';

const looks = {
	ok: ['ok', CheckCircle2],
	behind: ['plain', RefreshCw],
	held: ['warn', PauseCircle],
	error: ['bad', CircleAlert],
	unreachable: ['bad', Server],
	starting: ['plain', RefreshCw],
} as const;

/** The mail servers, and what is live on each. */
export function Nodes({ data }: { data: Schemas['Publishing'] }) {
	const t = useT();
	const lang = useLang();
	return (
		<div className={css.tray} style={{ padding: 0, width: 'auto' }}>
			<ul>
				{data.nodes.map((n) => {
					const [tone, icon] = looks[n.state];
					return (
						<li key={n.name}>
							<div className={css.trayRow}>
								<span className="mono">{n.name}</span>
								<Mark tone={tone} icon={icon}>
									{t(`node.${n.state}`)}
								</Mark>
							</div>
							<span className="muted">
								{t(
									'node.serial',
									formatNumber(n.serial, lang),
									formatNumber(data.head_serial, lang),
								)}
								{n.applied_at && (
									<>
										{' · '}
										<Time at={n.applied_at} />
									</>
								)}
							</span>
							{n.message && <span>{n.message}</span>}
							{n.held.map((h) => (
								<span key={h.domain}>
									<span className="mono">{h.domain}</span>: {h.reason}
								</span>
							))}
						</li>
					);
				})}
			</ul>
		</div>
	);
}
