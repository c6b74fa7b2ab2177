import {
	Ban,
	CheckCircle2,
	CircleAlert,
	CircleDashed,
	CircleOff,
	Clock,
	Hourglass,
	KeyRound,
	Loader,
	type LucideIcon,
	PauseCircle,
	Trash2,
	TriangleAlert,
	XCircle,
} from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useLang, useT } from '../i18n';
import { formatRelative, formatTime } from '../lib/format';
import { cx } from './cx';
import css from './Marks.module.css';

type Tone = 'ok' | 'warn' | 'bad' | 'plain';
const tones: Record<Tone, string | undefined> = {
	ok: css.ok,
	warn: css.warn,
	bad: css.bad,
	plain: undefined,
};

export function Mark({
	tone,
	icon: Icon,
	children,
}: {
	tone: Tone;
	icon: LucideIcon;
	children: ReactNode;
}) {
	return (
		<span className={cx(css.mark, tones[tone])}>
			<Icon aria-hidden="true" />
			<span>{children}</span>
		</span>
	);
}

type AnyState =
	| 'active'
	| 'nologin'
	| 'closed'
	| 'deleted'
	| 'disabled'
	| 'prepared'
	| 'retiring'
	| 'expired';

const states: Record<AnyState, [Tone, LucideIcon]> = {
	active: ['ok', CheckCircle2],
	nologin: ['warn', KeyRound],
	closed: ['bad', Ban],
	deleted: ['plain', Trash2],
	disabled: ['bad', CircleOff],
	prepared: ['warn', CircleDashed],
	retiring: ['warn', Hourglass],
	expired: ['plain', Clock],
};

/** The state of any object: icon, word and colour. */
export function StateMark({ state }: { state: AnyState }) {
	const t = useT();
	const [tone, icon] = states[state];
	return (
		<Mark tone={tone} icon={icon}>
			{t(`state.${state}`)}
		</Mark>
	);
}

const jobs: Record<'queued' | 'running' | 'done' | 'failed' | 'cancelled', [Tone, LucideIcon]> = {
	queued: ['plain', Clock],
	running: ['plain', Loader],
	done: ['ok', CheckCircle2],
	failed: ['bad', XCircle],
	cancelled: ['warn', PauseCircle],
};

export function JobMark({ state }: { state: keyof typeof jobs }) {
	const t = useT();
	const [tone, icon] = jobs[state];
	return (
		<Mark tone={tone} icon={icon}>
			{t(`job.state.${state}`)}
		</Mark>
	);
}

/** Relative in lists; the exact time on hover, and when its row has the focus. */
export function Time({ at, exact }: { at: string; exact?: boolean }) {
	const lang = useLang();
	const full = formatTime(at, lang, true);
	return (
		<time dateTime={at} title={full} className={exact ? undefined : cx('nowrap', css.time)}>
			{exact ? (
				full
			) : (
				<>
					{formatRelative(at, lang)}
					<span className={css.full}>{full}</span>
				</>
			)}
		</time>
	);
}

export function Bar({
	value,
	max,
	bad,
	label,
}: {
	value: number;
	max: number;
	bad?: boolean;
	label: string;
}) {
	const share = max > 0 ? Math.min(100, (100 * value) / max) : 0;
	return (
		// biome-ignore lint/a11y/useSemanticElements: a meter element cannot be styled alike everywhere
		<div
			className={css.bar}
			role="meter"
			aria-label={label}
			aria-valuemin={0}
			aria-valuemax={100}
			aria-valuenow={Math.round(share)}
		>
			<div className={cx(css.fill, bad && css.fillBad)} style={{ width: `${share}%` }} />
		</div>
	);
}

export function Skeleton({ width }: { width: string }) {
	return <span className={css.skeleton} style={{ width }} aria-hidden="true" />;
}

/** True a moment after it was mounted: nothing flashes for a quick reply. */
export function useLate(ms = 150): boolean {
	const [late, setLate] = useState(false);
	useEffect(() => {
		const id = setTimeout(() => setLate(true), ms);
		return () => clearTimeout(id);
	}, [ms]);
	return late;
}

export function Loading({ lines = 4 }: { lines?: number }) {
	const t = useT();
	const late = useLate();
	if (!late) return null;
	return (
		<div role="status">
			<span className="sr">{t('loading')}</span>
			{Array.from({ length: lines }, (_, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
				<p key={i}>
					<Skeleton width={`${85 - ((i * 23) % 50)}%`} />
				</p>
			))}
		</div>
	);
}

export function Note({
	tone = 'plain',
	children,
}: {
	tone?: 'plain' | 'warn';
	children: ReactNode;
}) {
	const Icon = tone === 'warn' ? TriangleAlert : CircleAlert;
	return (
		<div className={cx(css.box, tone === 'warn' && css.boxWarn)}>
			<Icon className="icon" aria-hidden="true" />
			<div>{children}</div>
		</div>
	);
}

export function Empty({
	icon: Icon,
	title,
	text,
	children,
}: {
	icon: LucideIcon;
	title: string;
	text: string;
	children?: ReactNode;
}) {
	return (
		<div className={css.empty}>
			<Icon aria-hidden="true" />
			<h2>{title}</h2>
			<p>{text}</p>
			{children && <div className={css.row}>{children}</div>}
		</div>
	);
}
