import { CheckCircle2, CircleAlert, History, PauseCircle, RefreshCw, Server } from 'lucide-react';
import type { Schemas } from '../api/client';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { heldReason } from '../lib/held';
import { Mark, Time } from '../ui/Marks';
import css from './Shell.module.css';
import { useSession } from './useSession';

const looks = {
	ok: ['ok', CheckCircle2],
	behind: ['plain', RefreshCw],
	held: ['warn', PauseCircle],
	error: ['bad', CircleAlert],
	unreachable: ['bad', Server],
	starting: ['plain', RefreshCw],
} as const;

/** The state of one node: icon, word and colour. */
export function NodeMark({ node: n }: { node: Pick<Schemas['Node'], 'state' | 'hold_serial'> }) {
	const t = useT();
	if (n.hold_serial !== null && (n.state === 'ok' || n.state === 'behind'))
		return (
			<Mark tone="warn" icon={History}>
				{t('node.hold')}
			</Mark>
		);
	const [tone, icon] = looks[n.state];
	return (
		<Mark tone={tone} icon={icon}>
			{t(`node.${n.state}`)}
		</Mark>
	);
}

/** The mail servers, and what is live on each. */
export function Nodes({ data }: { data: Schemas['Publishing'] }) {
	const t = useT();
	const { admin } = useSession();
	const lang = useLang();
	return (
		<div className={css.tray} style={{ padding: 0, width: 'auto' }}>
			<ul>
				{data.nodes.map((n) => (
					<li key={n.name}>
						<div className={css.trayRow}>
							{admin.role === 'superadmin' ? (
								<a href={`#/system/${n.id}`} className="mono">
									{n.name}
								</a>
							) : (
								<span className="mono">{n.name}</span>
							)}
							<NodeMark node={n} />
						</div>
						<span className="muted">
							{t('node.serial', formatNumber(n.serial, lang), formatNumber(data.head_serial, lang))}
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
								<span className="mono">{h.domain}</span>: {heldReason(t, h.reason)}
							</span>
						))}
					</li>
				))}
			</ul>
		</div>
	);
}
