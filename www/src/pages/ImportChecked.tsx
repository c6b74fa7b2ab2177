import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { type Import, importRowsQuery } from '../api/imports';
import { refresh } from '../api/queries';
import { Card, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { useForm } from '../lib/useForm';
import { fieldName, fieldValue } from '../lib/words';
import { Button } from '../ui/Button';
import { cx } from '../ui/cx';
import { DryRun } from '../ui/DryRun';
import { ErrorBox } from '../ui/ErrorBox';
import { RadioField } from '../ui/Field';
import { Note } from '../ui/Marks';
import form_ from './Form.module.css';
import css from './Import.module.css';
import { ImportErrors } from './ImportErrors';

const SHOWN = ['new', 'changed', 'unchanged', 'missing', 'wrong'] as const;
const ALL_MAX = 4000;

/** What the import would do: errors first, then what changes, then how. */
export function ImportChecked({
	of,
	onAgain,
	onRun,
}: {
	of: Import;
	onAgain: () => void;
	onRun: () => Promise<void>;
}) {
	const t = useT();
	const lang = useLang();
	const form = useForm([]);
	const [how, setHow] = useState<'good' | 'all'>('good');
	const n = of.counts;
	const rows = n.new + n.changed;
	const body = {
		all_or_nothing: how === 'all',
		expected_new: n.new,
		expected_changed: n.changed,
		expected_missing: n.missing,
	};
	const send = (dry: boolean) =>
		client.POST('/api/v1/imports/{id}/run', {
			params: { path: { id: of.id }, query: dry ? { dry_run: true } : {} },
			body,
		});
	const run = () =>
		void form.run(async () => {
			await ok(send(false));
			await refresh();
			await onRun();
		});
	const num = (x: number) => formatNumber(x, lang);
	return (
		<Stack>
			<p role="status" data-summary="">
				<strong>{t('import.summary', num(n.new), num(n.changed), num(n.wrong))}</strong>
			</p>
			<div className={form_.tiles}>
				{SHOWN.filter((k) => k !== 'missing' || n.missing > 0).map((k) => (
					<div
						key={k}
						className={cx(form_.tile, k === 'wrong' && n.wrong > 0 && css.bad)}
						data-count={k}
					>
						<span>{t(`import.count.${k}`)}</span>
						<strong className={form_.count}>{num(n[k])}</strong>
					</div>
				))}
			</div>
			{of.notices
				.filter((x) => x.reason === 'not_yet' || x.heading)
				.map((x) => (
					<Note key={x.column}>{t(`import.notice.${x.reason}`, x.heading || x.name)}</Note>
				))}
			{n.wrong > 0 && <ImportErrors of={of} />}
			{n.changed > 0 && <Changes of={of} />}
			<Card>
				<Stack>
					{form.problem && <ErrorBox error={form.problem} />}
					{rows === 0 ? (
						<p>{t('import.nothing')}</p>
					) : (
						<RadioField
							legend={t('import.how')}
							value={how}
							onChange={setHow}
							options={[
								{ value: 'good', text: t('import.how.good'), help: t('import.how.goodHelp') },
								...(n.wrong === 0 && rows <= ALL_MAX
									? [
											{
												value: 'all' as const,
												text: t('import.how.all'),
												help: t('import.how.allHelp'),
											},
										]
									: []),
							]}
						/>
					)}
					{n.missing > 0 && <Note tone="warn">{t('import.missingNote', num(n.missing))}</Note>}
					<div className={form_.line}>
						{rows > 0 && (
							<Button look="primary" isPending={form.pending} onPress={run}>
								{t('import.run', num(rows))}
							</Button>
						)}
						<Button onPress={onAgain}>{t('import.recheck')}</Button>
						{rows > 0 && <DryRun form={form} patchOf={() => body} send={() => send(true)} />}
					</div>
				</Stack>
			</Card>
		</Stack>
	);
}

type Row = Schemas['ImportRow'];

function Changes({ of }: { of: Import }) {
	const t = useT();
	const [after, setAfter] = useState(0);
	const q = useQuery(importRowsQuery(of.id, after));
	if (!q.data) return null;
	return (
		<Card title={t('import.changedRows')}>
			<Stack>
				<section
					className={css.scroll}
					aria-label={t('import.changedRows')}
					// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard
					tabIndex={0}
				>
					<table className={css.sheet}>
						<thead>
							<tr>
								<th scope="col">{t('import.line')}</th>
								<th scope="col">{t('address')}</th>
								<th scope="col">{t('import.field')}</th>
								<th scope="col">{t('import.before')}</th>
								<th scope="col">{t('import.after')}</th>
							</tr>
						</thead>
						<tbody>
							{q.data.items.map((r) => (
								<ChangedRow key={r.row} row={r} />
							))}
						</tbody>
					</table>
				</section>
				{(after > 0 || q.data.next_after !== null) && (
					<div className={form_.line}>
						<Button small isDisabled={after === 0} onPress={() => setAfter(0)}>
							{t('table.first')}
						</Button>
						<Button
							small
							isDisabled={q.data.next_after === null}
							onPress={() => setAfter(q.data.next_after ?? 0)}
						>
							{t('table.next')}
						</Button>
					</div>
				)}
			</Stack>
		</Card>
	);
}

function ChangedRow({ row: r }: { row: Row }) {
	const t = useT();
	const lang = useLang();
	const before = (r.before ?? {}) as Record<string, unknown>;
	const after = (r.after ?? {}) as Record<string, unknown>;
	const fields = Object.keys(after);
	const isPassword = (f: string) => f === 'password_scheme' || f === 'password_id';
	return (
		<Fragment>
			{fields.map((f, i) => (
				<tr key={f}>
					<td>{i === 0 && r.line > 0 ? r.line : ''}</td>
					<td className="mono">{i === 0 ? r.subject : ''}</td>
					<td>{isPassword(f) ? t('password') : fieldName(t, f)}</td>
					<td>{isPassword(f) ? '' : fieldValue(t, lang, f, before[f])}</td>
					<td>{isPassword(f) ? t('import.password.new') : fieldValue(t, lang, f, after[f])}</td>
				</tr>
			))}
		</Fragment>
	);
}
