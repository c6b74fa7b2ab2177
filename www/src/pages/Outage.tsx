import { Hourglass } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { NodeDef } from '../api/publishing';
import { Card } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatTime } from '../lib/format';
import { Button } from '../ui/Button';
import { Mark, Time } from '../ui/Marks';
import css from './Node.module.css';
import type { QueueList } from './Queue';

const DAY_S = 86_400;

/** While a host is away: mail is kept longer, and when it would go back. */
export function Outage({
	node: n,
	queue: q,
	isPending,
	onSet,
}: {
	node: NodeDef;
	queue: QueueList;
	isPending: boolean;
	onSet: (on: boolean) => void;
}) {
	const t = useT();
	return (
		<Card
			title={t('outage.title')}
			aside={
				<Button isPending={isPending} onPress={() => onSet(!q.outage)}>
					{t(q.outage ? 'outage.end' : 'outage.start')}
				</Button>
			}
		>
			<p className={css.outage} data-outage={q.outage ? 'on' : 'off'}>
				{q.outage && (
					<Mark tone="warn" icon={Hourglass}>
						{t('outage.on')} {q.outage_since && <Time at={q.outage_since} />}
					</Mark>
				)}
				<span>{t('outage.text', n.name, Math.round(q.lifetime_s / DAY_S))}</span>
			</p>
			{q.first_bounce_at && <FirstBounce at={Date.parse(q.first_bounce_at)} />}
		</Card>
	);
}

/** Counts down to the moment the oldest message would go back. */
function FirstBounce({ at }: { at: number }) {
	const t = useT();
	const lang = useLang();
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const id = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(id);
	}, []);
	const left = Math.max(0, Math.floor((at - now) / 1000));
	const days = Math.floor(left / DAY_S);
	const clock = [Math.floor((left % DAY_S) / 3600), Math.floor((left % 3600) / 60), left % 60]
		.map((n) => String(n).padStart(2, '0'))
		.join(':');
	return (
		<p>
			{t('outage.bounce')}{' '}
			<strong role="timer">{days > 0 ? t('outage.days', days, clock) : clock}</strong>{' '}
			<span className="muted">({formatTime(new Date(at).toISOString(), lang)})</span>
		</p>
	);
}
