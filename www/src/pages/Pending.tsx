import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CheckCircle2, PauseCircle, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import {
	type Diff,
	diffQuery,
	type MapName,
	type PendingDomain,
	pendingQuery,
} from '../api/publishing';
import { publishingQuery, queryClient, refresh } from '../api/queries';
import { Card, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { countOf, NOTE_ABOVE } from '../lib/diff';
import { formatNumber } from '../lib/format';
import { heldReason } from '../lib/held';
import { holdOf } from '../lib/live';
import { oneOf, useUrl } from '../lib/url';
import { useForm } from '../lib/useForm';
import { MAPS, mapName } from '../lib/words';
import { Button } from '../ui/Button';
import { Counts, DiffView, TooMany } from '../ui/Diff';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Empty, Loading, Mark, Time } from '../ui/Marks';
import { toast } from '../ui/Toast';
import { ChangedSince } from './ChangedSince';
import { ConfirmDialog } from './ConfirmDialog';
import css from './Publish.module.css';

type Props = { publishing: Schemas['Publishing']; mayAct: boolean };

/** What is saved and not live: why, by whom, and line by line. */
export function Pending({ publishing: p, mayAct }: Props) {
	const t = useT();
	const q = useQuery(pendingQuery);
	const url = useUrl();
	const map = oneOf(url.params.get('map'), MAPS);
	const only = url.params.get('domain') ?? undefined;
	const diff = useInfiniteQuery(
		diffQuery({ ...(only ? { domain: only } : {}), ...(map ? { map } : {}) }),
	);
	const error = q.error ?? diff.error;
	if (error instanceof ApiError && !(q.data && diff.data)) {
		return (
			<ErrorBox error={error} onRetry={() => void Promise.all([q.refetch(), diff.refetch()])} />
		);
	}
	if (!q.data || !diff.data) return <Loading lines={8} />;
	const first = diff.data.pages[0] as Diff;
	if (q.data.items.length === 0 && first.lines.length === 0) {
		return (
			<Empty icon={CheckCircle2} title={t('publish.none')} text={t(`publish.none.${p.mode}`)}>
				{mayAct && <a href="#/publish/versions">{t('publish.tab.versions')}</a>}
			</Empty>
		);
	}
	return (
		<Review
			publishing={p}
			items={q.data.items}
			diff={first}
			lines={diff.data.pages.flatMap((page) => page.lines)}
			more={diff.hasNextPage ? () => void diff.fetchNextPage() : undefined}
			isMore={diff.isFetchingNextPage}
			again={() => void Promise.all([q.refetch(), diff.refetch()])}
			mayAct={mayAct}
			map={map}
			only={only}
			show={url.set}
		/>
	);
}

type ReviewProps = Props & {
	items: PendingDomain[];
	diff: Diff;
	lines: Diff['lines'];
	more: (() => void) | undefined;
	isMore: boolean;
	again: () => void;
	map: MapName | undefined;
	only: string | undefined;
	show: (patch: Record<string, string | null>) => void;
};

const FIELDS = ['note'] as const;

function Review(r: ReviewProps) {
	const t = useT();
	const lang = useLang();
	const { diff, publishing } = r;
	const open = r.items.filter((d) => d.kind === 'review');
	const stuck = r.items.filter((d) => d.kind === 'guard' || d.kind === 'fault');
	const held = holdOf(publishing);
	const [off, setOff] = useState<ReadonlySet<string>>(new Set());
	const chosen = open.filter((d) => !off.has(d.domain));
	const isAll = chosen.length === open.length;
	const names = new Set(chosen.map((d) => d.domain));
	const shown = r.lines.filter((l) => !off.has(l.domain));
	const lost = countOf(diff.domains, isAll ? null : names).removed;
	const needsNote = diff.truncated || lost > NOTE_ABOVE;
	const revisions = chosen.reduce((n, d) => n + d.revisions, 0);
	const [note, setNote] = useState('');
	const [moved, setMoved] = useState<{ domains: string[]; to: number } | null>(null);
	const form = useForm(FIELDS);
	const publish = () => {
		if (needsNote && note.trim() === '') return form.fail('note', 'note_needed');
		void form.run(async () => {
			try {
				const done = await ok(
					client.POST('/api/v1/publishing/publish', {
						body: {
							serial: diff.to,
							domains: isAll ? null : [...names],
							note: note.trim(),
						},
					}),
				);
				toast({ title: t('publish.done', revisions), serial: done.approved_serial });
				setNote('');
				setOff(new Set());
				void refresh();
			} catch (e) {
				if (!(e instanceof ApiError) || e.items[0]?.reason !== 'changed_since') throw e;
				const now = await queryClient.fetchQuery({ ...publishingQuery, staleTime: 0 });
				setMoved({ domains: e.items.map((i) => i.subject), to: now.head_serial });
			}
		});
	};
	const newer = r.items.filter((d) => d.last_serial > diff.to).length > 0;
	return (
		<Stack>
			{stuck.map((d) => (
				<Stuck key={d.domain} domain={d} to={diff.to} mayAct={r.mayAct} show={r.show} />
			))}
			{open.length > 0 && (
				<Card
					title={t('publish.domains', open.length)}
					aside={<span className="muted">{t('publish.upTo', formatNumber(diff.to, lang))}</span>}
				>
					<DomainTicks
						items={open}
						counts={diff.domains}
						off={off}
						setOff={r.mayAct ? setOff : undefined}
						only={r.only}
						show={r.show}
					/>
				</Card>
			)}
			<section className={css.changes} aria-labelledby="publish-lines">
				<div className={css.bar}>
					<h2 id="publish-lines">{t('publish.lines')}</h2>
					<Files diff={diff} map={r.map} show={r.show} />
					{r.only && (
						<Button small onPress={() => r.show({ domain: null })}>
							{t('filter.clearDomain', r.only)}
						</Button>
					)}
				</div>
				{newer && (
					<p className={css.newer}>
						{t('publish.newer')}{' '}
						<Button look="link" onPress={r.again}>
							{t('publish.again')}
						</Button>
					</p>
				)}
				{diff.truncated ? (
					<TooMany diff={diff} />
				) : shown.length === 0 ? (
					<p className="muted">
						{t(r.lines.length === 0 ? 'publish.noLines' : 'publish.noneChosen')}
					</p>
				) : (
					<DiffView
						lines={shown}
						files={r.only || isAll ? diff.files : []}
						more={r.more}
						isPending={r.isMore}
						keys
					/>
				)}
			</section>
			{r.mayAct && open.length > 0 && !held && (
				<form
					ref={form.ref}
					className={css.act}
					noValidate
					onSubmit={(e) => {
						e.preventDefault();
						publish();
					}}
				>
					{form.problem && <ErrorBox error={form.problem} />}
					<TextField
						label={t('field.note')}
						name="note"
						optional={!needsNote}
						value={note}
						onChange={(v) => {
							setNote(v);
							form.clear('note');
						}}
						maxLength={500}
						error={form.errors.note}
						{...(needsNote ? { help: t('publish.noteWhy', lost) } : {})}
					/>
					<Button
						look="primary"
						type="submit"
						isPending={form.pending}
						isDisabled={chosen.length === 0}
					>
						{t('publish.submit', revisions)}
					</Button>
				</form>
			)}
			{!r.mayAct && open.length > 0 && <p className="muted">{t('publish.whoMay')}</p>}
			{held && <p className="muted">{t('publish.held')}</p>}
			{moved && (
				<ChangedSince
					domains={moved.domains}
					from={diff.to}
					to={moved.to}
					onClose={() => setMoved(null)}
					onAgain={() => {
						setMoved(null);
						r.again();
					}}
				/>
			)}
		</Stack>
	);
}

/** Each domain with who, since when and how much; ticked ones go live. */
function DomainTicks({
	items,
	counts,
	off,
	setOff,
	only,
	show,
}: {
	items: PendingDomain[];
	counts: Diff['domains'];
	off: ReadonlySet<string>;
	setOff: ((off: ReadonlySet<string>) => void) | undefined;
	only: string | undefined;
	show: ReviewProps['show'];
}) {
	const t = useT();
	const flip = (name: string, on: boolean) => {
		const next = new Set(off);
		if (on) next.delete(name);
		else next.add(name);
		setOff?.(next);
	};
	return (
		<div className={css.domains}>
			{setOff && items.length > 1 && (
				<label className={css.all}>
					<input
						type="checkbox"
						checked={off.size === 0}
						ref={(el) => {
							if (el) el.indeterminate = off.size > 0 && off.size < items.length;
						}}
						onChange={(e) =>
							setOff(e.target.checked ? new Set() : new Set(items.map((d) => d.domain)))
						}
					/>
					<span>{t('publish.all')}</span>
				</label>
			)}
			<ul>
				{items.map((d) => {
					const lines = counts.find((c) => c.domain === d.domain);
					const name = d.domain || t('publish.global');
					return (
						<li key={d.domain} className={css.domain} data-domain={d.domain}>
							{setOff ? (
								<label>
									<input
										type="checkbox"
										checked={!off.has(d.domain)}
										onChange={(e) => flip(d.domain, e.target.checked)}
									/>
									<span className="mono">{name}</span>
								</label>
							) : (
								<span className="mono">{name}</span>
							)}
							<span className="muted">
								{t('publish.changes', d.revisions)} · {d.actors.join(', ')} ·{' '}
								{d.first_at && <Time at={d.first_at} />}
							</span>
							<span className={css.domainEnd}>
								{lines && <Counts of={lines} />}
								{items.length > 1 && (
									<Button
										look="link"
										onPress={() => show({ domain: only === d.domain ? null : d.domain })}
										aria-label={t('publish.showOnly', name)}
										aria-pressed={only === d.domain}
									>
										{t('publish.show')}
									</Button>
								)}
							</span>
						</li>
					);
				})}
			</ul>
		</div>
	);
}

/** The files with their counts; a press shows one file alone. */
function Files({
	diff,
	map,
	show,
}: {
	diff: Diff;
	map: MapName | undefined;
	show: ReviewProps['show'];
}) {
	const t = useT();
	return (
		// biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form, these filter a list
		<div className={css.files} role="group" aria-label={t('publish.files')}>
			{diff.files.map((f) => (
				<button
					key={f.map}
					type="button"
					className={css.fileChip}
					aria-pressed={map === f.map}
					onClick={() => show({ map: map === f.map ? null : f.map })}
				>
					{mapName(t, f.map)}
					<Counts of={f} />
				</button>
			))}
			{map && !diff.files.some((f) => f.map === map) && (
				<Button small onPress={() => show({ map: null })}>
					{t('nomatch.clear')}
				</Button>
			)}
		</div>
	);
}

/** A domain that is held back: the reason, and what a person can do. */
function Stuck({
	domain: d,
	to,
	mayAct,
	show,
}: {
	domain: PendingDomain;
	to: number;
	mayAct: boolean;
	show: ReviewProps['show'];
}) {
	const t = useT();
	const [asking, setAsking] = useState(false);
	const guard = d.kind === 'guard';
	return (
		<section className={css.stuck} data-held={d.kind} aria-label={t('stuck.title', d.domain)}>
			<div className={css.stuckHead}>
				<h2>
					<span className="mono">{d.domain}</span>
				</h2>
				<Mark tone={guard ? 'warn' : 'bad'} icon={guard ? PauseCircle : TriangleAlert}>
					{t(`stuck.${guard ? 'guard' : 'fault'}`)}
				</Mark>
			</div>
			<p>{heldReason(t, d.held_reason ?? '')}</p>
			<p className="muted">
				{t(guard ? 'stuck.guardText' : 'stuck.faultText')} {t('publish.changes', d.revisions)} ·{' '}
				{d.actors.join(', ')} · {d.first_at && <Time at={d.first_at} />}
			</p>
			<div className={css.stuckActs}>
				<Button small onPress={() => show({ domain: d.domain, map: null })}>
					{t('stuck.lines')}
				</Button>
				{d.domain_id !== null && <a href={`#/domains/${d.domain_id}/history`}>{t('history')}</a>}
				{guard && mayAct && (
					<Button small onPress={() => setAsking(true)}>
						{t('stuck.confirm')}
					</Button>
				)}
			</div>
			{asking && (
				<ConfirmDialog
					domain={d}
					serial={Math.max(to, d.last_serial)}
					onClose={() => setAsking(false)}
				/>
			)}
		</section>
	);
}
