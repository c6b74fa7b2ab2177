import { useQuery } from '@tanstack/react-query';
import { CheckCircle2, CircleAlert, Hourglass, RefreshCw } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { publishingQuery } from '../api/queries';
import { useT } from '../i18n';
import { holdOf, isBad } from '../lib/live';
import overlay from '../ui/Overlay.module.css';
import { TriggerButton } from '../ui/TriggerButton';
import { Nodes } from './Nodes';
import css from './Shell.module.css';

const looks = {
	bad: [CircleAlert, 'var(--error)'],
	going: [RefreshCw, 'var(--muted)'],
	waits: [Hourglass, 'var(--warn)'],
	live: [CheckCircle2, 'var(--ok)'],
} as const;

/** On every page: whether the mail servers have all that is saved. */
export function LiveButton() {
	const t = useT();
	const { data } = useQuery(publishingQuery);
	if (!data || data.nodes.length === 0) return null;
	const bad = data.nodes.some(isBad);
	const waits = data.pending.revisions > 0 || holdOf(data) !== undefined;
	const behind = data.nodes.some((n) => n.serial < data.head_serial);
	const state = bad ? 'bad' : behind ? 'going' : waits ? 'waits' : 'live';
	const [Icon, tone] = looks[state];
	return (
		<DialogTrigger>
			<TriggerButton look="quiet" icon aria-label={t(`live.all.${state}`)} data-publishing={state}>
				<Icon className="icon" aria-hidden="true" style={{ color: tone }} />
			</TriggerButton>
			<Popover className={overlay.popover} placement="bottom end">
				<Dialog className={css.tray} aria-label={t('live.title')}>
					<strong>{t(`live.all.${state}`)}</strong>
					<Nodes data={data} />
				</Dialog>
			</Popover>
		</DialogTrigger>
	);
}
