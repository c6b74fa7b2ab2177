import {
	CheckCircle2,
	CircleAlert,
	History,
	Hourglass,
	type LucideIcon,
	PauseCircle,
	RefreshCw,
	Server,
} from 'lucide-react';
import { useLang, useT } from '../i18n';
import { formatMoment, formatNumber, formatRelative } from '../lib/format';
import { heldReason } from '../lib/held';
import type { LiveState } from '../lib/live';
import { useLive } from '../lib/useLive';
import { cx } from './cx';
import css from './Marks.module.css';

const liveLook: Record<LiveState['state'], [string | undefined, LucideIcon]> = {
	live: [css.liveOk, CheckCircle2],
	going: [undefined, RefreshCw],
	review: [css.liveWarn, Hourglass],
	behind: [css.liveWarn, History],
	held: [css.liveWarn, PauseCircle],
	error: [css.liveBad, CircleAlert],
	unreachable: [css.liveBad, Server],
	none: [undefined, Server],
};

/** Whether the mail servers have a saved change, in words. */
export function LiveMark({
	serial,
	domain,
}: {
	serial: number;
	domain?: string | null | undefined;
}) {
	const live = useLive(serial, domain);
	const text = useLiveText(live);
	if (!live) return null;
	const [look, Icon] = liveLook[live.state];
	return (
		<span className={cx(css.live, look)} data-live={live.state}>
			<Icon aria-hidden="true" className={live.state === 'going' ? css.pulse : undefined} />
			<span>{text}</span>
		</span>
	);
}

/** In a row only what is not live yet needs a word. */
export function RowLive({
	serial,
	domain,
}: {
	serial: number;
	domain?: string | null | undefined;
}) {
	const t = useT();
	const live = useLive(serial, domain);
	const text = useLiveText(live);
	if (!live || live.state === 'live' || live.state === 'none') return null;
	const [look, Icon] = liveLook[live.state];
	return (
		<span className={cx(css.live, look)} title={text} data-live={live.state}>
			<Icon aria-hidden="true" className={live.state === 'going' ? css.pulse : undefined} />
			<span>{t(`live.short.${live.state}`)}</span>
		</span>
	);
}

export function useLiveText(live: LiveState | null): string {
	const t = useT();
	const lang = useLang();
	if (!live) return '';
	switch (live.state) {
		case 'live':
			return t('live.on', live.count, live.of, live.at ? formatMoment(live.at, lang) : '');
		case 'going':
			return t('live.going', live.count, live.of);
		case 'review':
			return t('live.review');
		case 'behind':
			return t('live.behind', formatNumber(live.serial, lang));
		case 'held':
			return t('live.held', live.node, heldReason(t, live.reason));
		case 'error':
			return t('live.error', live.node, live.reason);
		case 'unreachable':
			return t('live.unreachable', live.node, live.at ? formatRelative(live.at, lang) : '');
		case 'none':
			return t('live.none');
	}
}
