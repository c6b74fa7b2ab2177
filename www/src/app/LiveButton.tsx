import { useQuery } from '@tanstack/react-query';
import { CheckCircle2, CircleAlert, RefreshCw } from 'lucide-react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { publishingQuery } from '../api/queries';
import { useT } from '../i18n';
import overlay from '../ui/Overlay.module.css';
import { TriggerButton } from '../ui/TriggerButton';
import { Nodes } from './Nodes';
import css from './Shell.module.css';

/** On every page: whether the mail servers have all that is saved. */
export function LiveButton() {
	const t = useT();
	const { data } = useQuery(publishingQuery);
	if (!data || data.nodes.length === 0) return null;
	const bad = data.nodes.some((n) => ['unreachable', 'error', 'held'].includes(n.state));
	const behind = data.nodes.some((n) => n.serial < data.head_serial);
	const state = bad ? 'bad' : behind ? 'going' : 'live';
	const Icon = bad ? CircleAlert : behind ? RefreshCw : CheckCircle2;
	const tone = bad ? 'var(--error)' : behind ? 'var(--muted)' : 'var(--ok)';
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
