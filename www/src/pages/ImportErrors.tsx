import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { failedRows, type Import, importErrorsQuery } from '../api/imports';
import { Card, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { reasonText } from '../i18n/reasons';
import { importReasons } from '../i18n/reasons.import';
import { formatNumber } from '../lib/format';
import { importFix, saveCsv } from '../lib/importFix';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { type Column, DataTable } from '../ui/Table';
import css from './Form.module.css';
import { columnText } from './ImportRead';

type Fault = Schemas['ImportError'];

/** Each fault by line and column, and the rows themselves to be corrected. */
export function ImportErrors({ of }: { of: Import }) {
	const t = useT();
	const lang = useLang();
	const form = useForm([]);
	const [at, setAt] = useState({ row: 0, n: 0 });
	const q = useQuery(importErrorsQuery(of.id, at, of.state));
	const columns: Column<Fault>[] = [
		{
			id: 'line',
			head: t('import.line'),
			primary: true,
			cell: (x) => formatNumber(x.line, lang),
		},
		{
			id: 'column',
			head: t('import.cell'),
			cell: (x) =>
				x.column > 0
					? `${x.column}${of.options.columns?.[x.column - 1] ? ` ${columnText(t, of.options.columns[x.column - 1] ?? '')}` : ''}`
					: '',
		},
		{ id: 'value', head: t('import.value'), cell: (x) => <span className="mono">{x.value}</span> },
		{
			id: 'reason',
			head: t('import.reason'),
			cell: (x) =>
				importReasons[x.reason]?.[lang] ??
				reasonText({ reason: x.reason, subject: x.value, text: x.text, field: '' }, lang),
		},
		{ id: 'fix', head: t('import.fix'), cell: (x) => importFix(x.reason, lang) },
	];
	const rows = q.data?.items;
	const last = rows?.at(-1);
	if (rows && rows.length === 0 && at.row === 0) return null;
	return (
		<Card
			title={t('import.errors')}
			aside={
				of.has_spool && (
					<Button
						small
						isPending={form.pending}
						onPress={() =>
							void form.run(async () =>
								saveCsv(await failedRows(of.id), `failed-${of.file_name || 'rows.csv'}`),
							)
						}
					>
						{t('import.downloadFailed')}
					</Button>
				)
			}
		>
			<Stack>
				{form.problem && <ErrorBox error={form.problem} />}
				<DataTable
					label={t('import.errors')}
					columns={columns}
					rows={rows}
					rowId={(x) => x.row * 256 + x.n}
				/>
				{(at.row > 0 || q.data?.has_more) && (
					<div className={css.line}>
						<Button small isDisabled={at.row === 0} onPress={() => setAt({ row: 0, n: 0 })}>
							{t('table.first')}
						</Button>
						<Button
							small
							isDisabled={!q.data?.has_more || !last}
							onPress={() => last && setAt({ row: last.row, n: last.n })}
						>
							{t('table.next')}
						</Button>
					</div>
				)}
			</Stack>
		</Card>
	);
}
