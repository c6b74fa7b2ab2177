import { ArrowDown, ArrowUp } from 'lucide-react';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import type { Diff, DiffLine } from '../api/publishing';
import { useLang, useT } from '../i18n';
import { byFile, type FileDiff, type Piece, type Row } from '../lib/diff';
import { formatNumber } from '../lib/format';
import { useHotkey } from '../lib/hotkeys';
import { useMedia } from '../lib/useMedia';
import { mapName, nounName } from '../lib/words';
import { Button } from './Button';
import { cx } from './cx';
import css from './Diff.module.css';
import { Time } from './Marks';
import { Kbd } from './Toolbar';

type Props = {
	lines: readonly DiffLine[];
	files: Diff['files'];
	/** More lines than are here: how to get them. */
	more?: (() => void) | undefined;
	isPending?: boolean;
	/** Keys n and p, where the diff is what the page is about. */
	keys?: boolean;
};

const WIDE = '(width >= 1100px)';

/** Map lines that go and come, file by file: unified, or side by side. */
export function DiffView({ lines, files, more, isPending, keys }: Props) {
	const t = useT();
	const wide = useMedia(WIDE);
	const all = useMemo(() => byFile(lines), [lines]);
	const root = useRef<HTMLDivElement>(null);
	return (
		<div className={css.diff} ref={root} data-diff>
			{keys && lines.length > 0 && <Jump root={root} count={lines.length} />}
			{all.map((f) => (
				<File
					key={f.map}
					file={f}
					counts={files.find((c) => c.map === f.map)}
					wide={wide && !!keys}
				/>
			))}
			{more && (
				<p>
					<Button isPending={!!isPending} onPress={more}>
						{t('diff.more')}
					</Button>
				</p>
			)}
		</div>
	);
}

/** From change to change: two buttons and the keys n and p. */
function Jump({ root, count }: { root: React.RefObject<HTMLDivElement | null>; count: number }) {
	const t = useT();
	const lang = useLang();
	const [at, setAt] = useState(-1);
	const go = useCallback(
		(step: 1 | -1) => {
			const all = [...(root.current?.querySelectorAll<HTMLElement>('[data-entry]') ?? [])];
			const here = all.findIndex((el) => el.contains(document.activeElement));
			const next = all.length && (here < 0 && step < 0 ? all.length : here) + step;
			const target = all[(next + all.length) % all.length];
			if (!target) return;
			setAt(all.indexOf(target));
			target.focus({ preventScroll: true });
			target.scrollIntoView({ block: 'center' });
		},
		[root],
	);
	useHotkey(
		'n',
		useCallback(() => go(1), [go]),
	);
	useHotkey(
		'p',
		useCallback(() => go(-1), [go]),
	);
	return (
		<div className={css.jump}>
			<span className="muted">
				{at < 0
					? t('diff.changes', count)
					: t('diff.at', formatNumber(at + 1, lang), formatNumber(count, lang))}
			</span>
			<Button small look="quiet" onPress={() => go(-1)} data-hotkey="previous">
				<ArrowUp className="icon" aria-hidden="true" />
				<span>{t('diff.previous')}</span>
				<Kbd>p</Kbd>
			</Button>
			<Button small look="quiet" onPress={() => go(1)} data-hotkey="next">
				<ArrowDown className="icon" aria-hidden="true" />
				<span>{t('diff.next')}</span>
				<Kbd>n</Kbd>
			</Button>
		</div>
	);
}

/** Too many lines to show: how many changes there are, and where. */
export function TooMany({ diff }: { diff: Pick<Diff, 'counts'> }) {
	const t = useT();
	const lang = useLang();
	return (
		<div data-diff="counts">
			<p>{t('diff.tooMany')}</p>
			<ul className={css.tooMany}>
				{diff.counts.map((c) => (
					<li key={c.noun + c.domain}>
						<span className="mono">{c.domain || t('publish.global')}</span>
						<span>{nounName(t, c.noun)}</span>
						<span className="num">{formatNumber(c.changes, lang)}</span>
					</li>
				))}
			</ul>
		</div>
	);
}

export function Counts({ of }: { of: { added: number; changed: number; removed: number } }) {
	const t = useT();
	const lang = useLang();
	return (
		<span className={css.counts}>
			{of.added > 0 && (
				<span className={css.plus}>
					<span aria-hidden="true">+{formatNumber(of.added, lang)}</span>
					<span className="sr">{t('diff.added', of.added)} </span>
				</span>
			)}
			{of.removed > 0 && (
				<span className={css.minus}>
					<span aria-hidden="true">−{formatNumber(of.removed, lang)}</span>
					<span className="sr">{t('diff.removed', of.removed)} </span>
				</span>
			)}
			{of.changed > 0 && (
				<span className={css.both}>
					<span aria-hidden="true">±{formatNumber(of.changed, lang)}</span>
					<span className="sr">{t('diff.changed', of.changed)} </span>
				</span>
			)}
		</span>
	);
}

function File({
	file,
	counts,
	wide,
}: {
	file: FileDiff;
	counts: Diff['files'][number] | undefined;
	wide: boolean;
}) {
	const t = useT();
	const [shut, setShut] = useState(false);
	return (
		<section className={css.file} aria-label={mapName(t, file.map)}>
			<h3 className={css.head}>
				<button type="button" aria-expanded={!shut} onClick={() => setShut(!shut)}>
					<span className={css.arrow} aria-hidden="true" />
					{mapName(t, file.map)}
					<code className="muted">{file.map}</code>
				</button>
				{counts && <Counts of={counts} />}
			</h3>
			{!shut && (wide ? <Sides file={file} /> : <Unified file={file} />)}
		</section>
	);
}

function Unified({ file }: { file: FileDiff }) {
	const t = useT();
	return (
		// biome-ignore lint/a11y/noRedundantRoles: on a phone the rows are blocks, and a browser may then drop the native roles
		<table role="table" className={cx(css.table, css.unified)} aria-label={mapName(t, file.map)}>
			<thead className="sr">
				<tr>
					<th scope="col">{t('diff.no')}</th>
					<th scope="col">{t('diff.sign')}</th>
					<th scope="col">{t('diff.key')}</th>
					<th scope="col">{t('diff.value')}</th>
					<th scope="col">{t('diff.who')}</th>
				</tr>
			</thead>
			{file.rows.map((r) => (
				<Entry key={r.line.key} row={r}>
					{r.gone && (
						<tr className={css.gone}>
							<td className={css.no}>{r.goneNo}</td>
							<Sign is="gone" />
							<td className={css.key}>{r.line.key}</td>
							<td className={css.value}>
								<Pieces all={r.gone} />
							</td>
							{!r.come && <Who line={r.line} />}
						</tr>
					)}
					{r.come && (
						<tr className={css.come}>
							<td className={css.no}>{r.comeNo}</td>
							<Sign is="come" />
							<td className={css.key}>{r.line.key}</td>
							<td className={css.value}>
								<Pieces all={r.come} />
							</td>
							<Who line={r.line} />
						</tr>
					)}
				</Entry>
			))}
		</table>
	);
}

function Sides({ file }: { file: FileDiff }) {
	const t = useT();
	return (
		<table className={cx(css.table, css.sides)}>
			<thead>
				<tr>
					<th scope="col" className={css.no}>
						<span className="sr">{t('diff.no')}</span>
					</th>
					<th scope="col">{t('diff.key')}</th>
					<th scope="col">{t('diff.before')}</th>
					<th scope="col" className={css.no}>
						<span className="sr">{t('diff.no')}</span>
					</th>
					<th scope="col">{t('diff.after')}</th>
					<th scope="col">{t('diff.who')}</th>
				</tr>
			</thead>
			{file.rows.map((r) => (
				<Entry key={r.line.key} row={r}>
					<tr>
						<td className={css.no}>{r.goneNo || ''}</td>
						<td className={css.key}>{r.line.key}</td>
						<td className={cx(css.value, r.gone && css.goneCell)}>
							{r.gone && (
								<>
									<SignText is="gone" />
									<Pieces all={r.gone} />
								</>
							)}
						</td>
						<td className={css.no}>{r.comeNo || ''}</td>
						<td className={cx(css.value, r.come && css.comeCell)}>
							{r.come && (
								<>
									<SignText is="come" />
									<Pieces all={r.come} />
								</>
							)}
						</td>
						<Who line={r.line} />
					</tr>
				</Entry>
			))}
		</table>
	);
}

function Entry({ row, children }: { row: Row; children: ReactNode }) {
	return (
		<tbody tabIndex={-1} data-entry={row.line.key} className={css.entry}>
			{children}
		</tbody>
	);
}

function SignText({ is }: { is: 'gone' | 'come' }) {
	const t = useT();
	return (
		<>
			<span className={css.sign} aria-hidden="true">
				{is === 'gone' ? '−' : '+'}
			</span>
			<span className="sr">{t(is === 'gone' ? 'diff.goes' : 'diff.comes')} </span>
		</>
	);
}

function Sign({ is }: { is: 'gone' | 'come' }) {
	return (
		<td className={css.signCell}>
			<SignText is={is} />
		</td>
	);
}

function Pieces({ all }: { all: Piece[] }) {
	return all.map((p, i) => {
		const comma = i < all.length - 1 ? ', ' : '';
		const key = p.is === 'fold' ? `fold ${p.texts[0]}` : p.text;
		if (p.is === 'fold') return <Fold key={key} texts={p.texts} comma={comma} />;
		return (
			<span key={key}>
				<span className={p.is === 'gone' ? css.cut : p.is === 'new' ? css.add : undefined}>
					{p.text}
				</span>
				{comma}
			</span>
		);
	});
}

/** Unchanged, so out of the way until somebody wants to see it. */
function Fold({ texts, comma }: { texts: string[]; comma: string }) {
	const t = useT();
	const [open, setOpen] = useState(false);
	if (open)
		return (
			<span>
				{texts.join(', ')}
				{comma}
			</span>
		);
	return (
		<>
			<button type="button" className={css.fold} onClick={() => setOpen(true)}>
				{t('diff.fold', texts.length)}
			</button>
			{comma}
		</>
	);
}

/** Who made it so, with the way to the whole change. */
function Who({ line }: { line: DiffLine }) {
	const t = useT();
	const lang = useLang();
	return (
		<td className={css.who}>
			{line.serial !== null && (
				<>
					<a href={`#/changes/${line.serial}`} aria-label={t('history.serial', line.serial)}>
						{t('diff.serial', formatNumber(line.serial, lang))}
					</a>{' '}
					{line.actor_name}
					{line.at && (
						<span className={css.when}>
							{' '}
							<Time at={line.at} />
						</span>
					)}
				</>
			)}
		</td>
	);
}
