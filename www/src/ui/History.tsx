import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { type RevisionQuery, revisionQuery, revisionsQuery } from '../api/queries';
import { useLang, useT } from '../i18n';
import { actionText, fieldName, fieldValue } from '../lib/words';
import { Button } from './Button';
import { ErrorBox } from './ErrorBox';
import css from './History.module.css';
import { LiveMark } from './Live';
import { Loading, Time } from './Marks';
import { saved } from './Toast';

export function actorName(t: ReturnType<typeof useT>, a: Schemas['Actor']): string {
	return a.kind === 'admin' || a.kind === 'owner' ? a.name : t(`actor.${a.kind}`, a.name);
}

/** Who changed this, and when; a line opens to before and after. */
export function History({ query }: { query: RevisionQuery }) {
	const t = useT();
	const [after, setAfter] = useState<string | null>(null);
	const list = useQuery(revisionsQuery({ ...query, ...(after ? { after } : {}) }));
	if (list.error instanceof ApiError)
		return <ErrorBox error={list.error} onRetry={() => void list.refetch()} />;
	if (!list.data) return <Loading />;
	if (list.data.items.length === 0) return <p className="muted">{t('history.none')}</p>;
	return (
		<div>
			<ul className={css.list}>
				{list.data.items.map((r) => (
					<li key={r.serial} className={css.one}>
						<One revision={r} />
					</li>
				))}
			</ul>
			{(list.data.next || after) && (
				<p>
					<Button small isDisabled={!after} onPress={() => setAfter(null)}>
						{t('table.first')}
					</Button>{' '}
					<Button small isDisabled={!list.data.next} onPress={() => setAfter(list.data.next)}>
						{t('table.next')}
					</Button>
				</p>
			)}
		</div>
	);
}

function One({ revision: r }: { revision: Schemas['Revision'] }) {
	const t = useT();
	const [open, setOpen] = useState(false);
	return (
		<details onToggle={(e) => setOpen(e.currentTarget.open)}>
			<summary>
				<span className={css.what}>{actionText(t, r.action, r.first, r.change_count)}</span>
				<span className="muted">
					{actorName(t, r.actor)} · <Time at={r.created_at} />
				</span>
			</summary>
			{open && (
				<div className={css.open}>
					<RevisionView serial={r.serial} />
				</div>
			)}
		</details>
	);
}

/** One revision: its facts, each change before and after, and Undo. */
export function RevisionView({ serial }: { serial: number }) {
	const t = useT();
	const q = useQuery(revisionQuery(serial));
	const [error, setError] = useState<ApiError | null>(null);
	const [pending, setPending] = useState(false);
	if (q.error instanceof ApiError)
		return <ErrorBox error={q.error} onRetry={() => void q.refetch()} />;
	if (!q.data) return <Loading />;
	const r = q.data;
	const undo = async () => {
		setPending(true);
		setError(null);
		try {
			const rev = await ok(
				client.POST('/api/v1/revisions/{serial}/undo', { params: { path: { serial } }, body: {} }),
			);
			saved(t('undo.done'), rev.serial, { undo: false });
		} catch (e) {
			setError(e instanceof ApiError ? e : new ApiError('internal', 0));
		} finally {
			setPending(false);
		}
	};
	return (
		<>
			<p className="muted">
				{t('history.serial', r.serial)} · {actorName(t, r.actor)}
				{r.client && ` (${r.client})`} · <Time at={r.created_at} exact />
				{r.note && ` · ${r.note}`}
			</p>
			<LiveMark serial={r.serial} />
			{r.changes.map((c) => (
				<ChangeView key={c.seq} change={c} />
			))}
			{r.next_seq !== null && (
				<p className="muted">{t('history.more', r.change_count - r.changes.length)}</p>
			)}
			{error && <ErrorBox error={error} />}
			{r.undone_by ? (
				<p className="muted">{t('history.undone', r.undone_by)}</p>
			) : (
				<p>
					<Button small isPending={pending} onPress={() => void undo()}>
						{t('undo.this')}
					</Button>
				</p>
			)}
		</>
	);
}

const HIDDEN = new Set([
	'id',
	'version',
	'changed_serial',
	'updated_at',
	'created_at',
	'domain_id',
	'name_unicode',
	'mailbox_count',
	'alias_count',
	'quota_allotted_bytes',
	'target_count',
	'kind',
	'alive',
]);

function ChangeView({ change: c }: { change: Schemas['Change'] }) {
	const t = useT();
	const lang = useLang();
	const fields = [
		...new Set([...Object.keys(c.before ?? {}), ...Object.keys(c.after ?? {})]),
	].filter(
		(f) =>
			!HIDDEN.has(f) &&
			JSON.stringify(c.before?.[f] ?? null) !== JSON.stringify(c.after?.[f] ?? null) &&
			!isBlank(c, f),
	);
	return (
		<div>
			<p className={css.head}>{t(`did.${c.op}`, t(`noun.${c.noun}`), c.subject)}</p>
			{fields.length > 0 && (
				<table className={css.diffs}>
					<thead>
						<tr>
							<th scope="col">{t('history.field')}</th>
							<th scope="col">{t('history.before')}</th>
							<th scope="col">{t('history.after')}</th>
						</tr>
					</thead>
					<tbody>
						{fields.map((f) => (
							<tr key={f}>
								<th scope="row">{fieldName(t, f)}</th>
								<td className={c.before ? css.gone : undefined}>
									{c.before ? `− ${fieldValue(t, lang, f, c.before[f])}` : ''}
								</td>
								<td className={c.after ? css.new : undefined}>
									{c.after ? `+ ${fieldValue(t, lang, f, c.after[f])}` : ''}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
		</div>
	);
}

/** What a new or deleted row leaves empty tells nothing. */
function isBlank(c: Schemas['Change'], f: string): boolean {
	if (c.before && c.after) return false;
	const v = (c.after ?? c.before)?.[f];
	return v === null || v === '' || v === false || (v === 0 && !f.includes('quota'));
}
