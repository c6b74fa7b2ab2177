import {
	ArrowRight,
	Ban,
	CheckCircle2,
	CircleDot,
	Clock,
	Inbox,
	type LucideIcon,
} from 'lucide-react';
import type { ExplainSide, ExplainStep } from '../api/publishing';
import { useLang, useT } from '../i18n';
import { stepText } from '../i18n/steps';
import { formatNumber } from '../lib/format';
import { mapName } from '../lib/words';
import { cx } from '../ui/cx';
import { Time } from '../ui/Marks';
import css from './Explain.module.css';

type Result = ExplainStep['result'];

const looks: Record<Result, [LucideIcon, string | undefined]> = {
	continue: [CircleDot, undefined],
	accept: [CheckCircle2, css.ok],
	deliver: [Inbox, css.ok],
	refuse: [Ban, css.bad],
	defer: [Clock, css.warn],
};

/** The end of it first: taken, refused or put off, and where it goes. */
export function Outcome({ side }: { side: ExplainSide }) {
	const t = useT();
	const o = side.outcome;
	const [Icon, tone] = looks[o.result];
	const more = o.deliver_count - o.deliver.length;
	return (
		<div className={cx(css.outcome, tone)} data-outcome={o.result}>
			<Icon className="icon" aria-hidden="true" />
			<div>
				<strong>{t(`explain.result.${o.result}`)}</strong>
				{o.code !== null && (
					<p className="mono">
						{o.code} {o.reply}
					</p>
				)}
				{o.deliver.length > 0 && (
					<ul>
						{o.deliver.map((d) => (
							<li key={d.address + d.via}>
								<ArrowRight className="icon" aria-hidden="true" />
								<span className="mono">{d.address}</span>{' '}
								<span className="muted mono">{d.via}</span>{' '}
								{d.result !== 'deliver' && <strong>{t(`explain.delivery.${d.result}`)}</strong>}
							</li>
						))}
						{more > 0 && <li className="muted">{t('andMore', more)}</li>}
					</ul>
				)}
			</div>
		</div>
	);
}

/** A step of one side that the other side does not have stands out. */
export function Steps({ side, other }: { side: ExplainSide; other: ExplainSide | undefined }) {
	const t = useT();
	const id = (s: ExplainStep) => JSON.stringify([s.text_code, s.subject, s.map, s.line, s.code]);
	const theirs = other && new Set(other.steps.map(id));
	return (
		<ol className={css.steps}>
			{side.steps.map((s, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a step has no other name than its place
				<Step key={i} step={s} isOther={!!theirs && !theirs.has(id(s))} />
			))}
			{side.is_cut && <li className="muted">{t('explain.cut')}</li>}
		</ol>
	);
}

function Step({ step: s, isOther }: { step: ExplainStep; isOther: boolean }) {
	const t = useT();
	const lang = useLang();
	const [Icon, tone] = looks[s.result];
	return (
		<li className={cx(css.step, isOther && css.other)} data-step={s.text_code}>
			<Icon className={cx('icon', tone)} aria-hidden="true" />
			<div>
				<span className={css.stage}>{t(`explain.stage.${s.stage}`)}</span>
				<p>
					{stepText(s.text_code, s.subject ?? '', lang)}
					{isOther && <span className={css.otherMark}> {t('explain.onlyHere')}</span>}
				</p>
				{s.map && (
					<p className={css.line}>
						<span className="muted">{mapName(t, s.map)}:</span>{' '}
						<code>{s.line ?? t('explain.noLine', s.key ?? '')}</code>
					</p>
				)}
				{s.serial !== null && (
					<p className="muted">
						<a href={`#/changes/${s.serial}`}>{t('diff.serial', formatNumber(s.serial, lang))}</a>{' '}
						{s.actor_name}
						{s.at && (
							<>
								{' · '}
								<Time at={s.at} />
							</>
						)}
					</p>
				)}
				{s.code !== null && s.result !== 'accept' && (
					<p className="mono">
						{s.code} {s.reply}
					</p>
				)}
			</div>
		</li>
	);
}
