import { CheckCircle2 } from 'lucide-react';
import type { DiffLine, NodeStatus } from '../api/publishing';
import { refresh } from '../api/queries';
import { Card, Fact, Facts, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { useRequest } from '../lib/useRequest';
import { Asked } from '../ui/Asked';
import { Button } from '../ui/Button';
import { DiffView } from '../ui/Diff';
import { Mark, Note, Time } from '../ui/Marks';
import css from './Node.module.css';

type Check = {
	serial: number;
	lines: number;
	differences: number;
	items: { map: DiffLine['map']; key: string; live: string | null; wanted: string | null }[];
	truncated: boolean;
	whitelist_differs: boolean;
	held: { domain: string; reason: string }[];
};

/** As a diff: what stands in the file goes, what ought to stand there comes. */
const toLine = (x: Check['items'][number], hidden: string): DiffLine => ({
	map: x.map,
	key: x.key,
	domain: '',
	// Nobody is shown an account's values.
	before: x.live === '' ? hidden : x.live,
	after: x.wanted === '' ? hidden : x.wanted,
	serial: null,
	actor_name: null,
	action: null,
	at: null,
});

/** Live files compared with the database: by the timer, or now. */
export function Drift({ node: n }: { node: NodeStatus }) {
	const t = useT();
	const lang = useLang();
	const { reply, ask } = useRequest<Check>(n.id);
	const run = () => void ask('check').then(() => refresh());
	const found = reply.is === 'ok' ? reply.body : null;
	return (
		<Stack>
			<Card
				title={t('drift.title')}
				aside={
					<Button isPending={reply.is === 'waiting'} onPress={run}>
						{t('drift.check')}
					</Button>
				}
			>
				<p className="muted">{t('drift.text')}</p>
				<Facts>
					<Fact name={t('node.checked')}>
						{n.checked_at ? <Time at={n.checked_at} exact /> : t('value.none')}
					</Fact>
					<Fact name={t('drift.last')}>{formatNumber(n.drift, lang)}</Fact>
				</Facts>
				<Asked reply={reply} node={n.name} again={run} />
				{found && found.differences === 0 && !found.whitelist_differs && (
					<p data-drift="none">
						<Mark tone="ok" icon={CheckCircle2}>
							{t('drift.none', formatNumber(found.lines, lang))}
						</Mark>
					</p>
				)}
				{found?.whitelist_differs && <Note tone="warn">{t('drift.whitelist')}</Note>}
			</Card>
			{found && found.items.length > 0 && (
				<section className={css.drift} data-drift="some">
					<h2>{t('drift.some', found.differences)}</h2>
					<DiffView lines={found.items.map((x) => toLine(x, t('drift.hidden')))} files={[]} keys />
					{found.truncated && <p className="muted">{t('drift.more')}</p>}
				</section>
			)}
		</Stack>
	);
}
