import { useQuery } from '@tanstack/react-query';
import Papa from 'papaparse';
import { useEffect, useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { type Import, type ImportOptions, importGuess } from '../api/imports';
import { refresh } from '../api/queries';
import { Card, Stack } from '../app/Page';
import { type Key, type T, useT } from '../i18n';
import { headOf } from '../lib/importFile';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { cx } from '../ui/cx';
import { ErrorBox } from '../ui/ErrorBox';
import { BareSelect, CheckField, RadioField, SelectField } from '../ui/Field';
import { Loading, Note } from '../ui/Marks';
import form_ from './Form.module.css';
import css from './Import.module.css';

const ROWS = 50;
const SIGNS = { auto: '', comma: ',', semicolon: ';', tab: '\t' } as const;
const COLUMNS: Record<string, string[]> = {
	mailbox: [
		'address',
		'local_part',
		'domain',
		'name',
		'password',
		'quota',
		'active',
		'forwards',
		'services',
		'language',
		'note',
	],
	alias: ['address', 'local_part', 'domain', 'targets', 'active', 'send_as', 'note'],
	domain: [
		'domain',
		'note',
		'active',
		'max_mailboxes',
		'max_aliases',
		'max_quota',
		'default_quota',
		'transport',
	],
	whitelist: ['network', 'note', 'owner', 'expires_at', 'active'],
};

export function columnText(t: T, name: string): string {
	return name ? t(`import.col.${name}` as Extract<Key, 'import.col.name'>) : t('import.unused');
}

type Guess = Schemas['ImportGuess'];

/** Encoding, separator and columns: found by the server, changeable, with the
 * first rows beside them. */
export function ImportRead({ of, onChecked }: { of: Import; onChecked: () => Promise<void> }) {
	const t = useT();
	const [said, setSaid] = useState<Partial<ImportOptions>>({});
	const guess = useQuery(importGuess(of.id, said));
	if (guess.error instanceof ApiError)
		return <ErrorBox error={guess.error} onRetry={() => setSaid({})} />;
	if (!of.has_spool) return <Note tone="warn">{t('import.gone')}</Note>;
	if (!guess.data) return <Loading />;
	return <Form of={of} guess={guess.data} said={said} say={setSaid} onChecked={onChecked} />;
}

function Form({
	of,
	guess,
	said,
	say,
	onChecked,
}: {
	of: Import;
	guess: Guess;
	said: Partial<ImportOptions>;
	say: (o: Partial<ImportOptions>) => void;
	onChecked: () => Promise<void>;
}) {
	const t = useT();
	const form = useForm([]);
	const [columns, setColumns] = useState<string[] | null>(null);
	const before = of.options;
	const [mode, setMode] = useState<NonNullable<ImportOptions['mode']>>(before.mode ?? 'add');
	const [missing, setMissing] = useState(before.disable_missing ?? false);
	const [generate, setGenerate] = useState(before.passwords !== 'none');
	const o = guess.options;
	const now = columns ?? o.columns ?? [];
	const rows = useRows(of.id, o);
	const reread = (p: Partial<ImportOptions>) => {
		setColumns(null);
		say({ ...said, ...p });
	};
	const check = () =>
		void form.run(async () => {
			await ok(
				client.POST('/api/v1/imports/{id}/check', {
					params: { path: { id: of.id } },
					body: {
						...o,
						columns: now,
						mode,
						disable_missing: of.noun === 'mailbox' && missing,
						passwords: generate ? 'generate' : 'none',
					},
				}),
			);
			await refresh();
			await onChecked();
		});
	return (
		<form
			ref={form.ref}
			onSubmit={(e) => {
				e.preventDefault();
				check();
			}}
		>
			<Stack>
				{form.problem && <ErrorBox error={form.problem} />}
				{of.message && <Note tone="warn">{of.message}</Note>}
				<Card>
					<Stack>
						<div className={form_.pair}>
							<SelectField
								label={t('import.encoding')}
								name="encoding"
								value={o.encoding ?? 'utf-8'}
								onChange={(encoding) => reread({ encoding })}
								options={[
									{ value: 'utf-8', text: 'UTF-8' },
									{ value: 'shift_jis', text: 'Shift_JIS' },
								]}
							/>
							<SelectField
								label={t('import.separator')}
								name="separator"
								value={o.separator ?? 'comma'}
								onChange={(separator) => reread({ separator })}
								options={(['comma', 'semicolon', 'tab'] as const).map((v) => ({
									value: v,
									text: t(`import.separator.${v}`),
								}))}
							/>
						</div>
						<CheckField
							label={t('import.hasHeader')}
							checked={o.has_header ?? true}
							onChange={(has_header) => reread({ has_header })}
						/>
					</Stack>
				</Card>
				<Card title={t('import.columns')}>
					<Stack>
						<p className="muted">{t('import.columnsHelp')}</p>
						<Sheet
							noun={of.noun}
							header={guess.header}
							hasHeader={o.has_header ?? true}
							columns={now}
							set={setColumns}
							rows={rows}
						/>
						{rows === null && <p className="muted">{t('import.noSample')}</p>}
					</Stack>
				</Card>
				<Card>
					<Stack>
						<RadioField
							legend={t('import.mode')}
							value={mode}
							onChange={setMode}
							options={(['add', 'add_or_update', 'update'] as const).map((v) => ({
								value: v,
								text: t(`import.mode.${v}`),
								help: t(`import.mode.${v}Help`),
							}))}
						/>
						{of.noun === 'mailbox' && (
							<>
								<CheckField
									label={t('import.passwords')}
									help={t('import.passwordsHelp')}
									checked={generate}
									onChange={setGenerate}
								/>
								<CheckField
									label={t('import.missing')}
									help={t('import.missingHelp')}
									checked={missing}
									onChange={setMissing}
								/>
							</>
						)}
					</Stack>
				</Card>
				<div>
					<Button type="submit" look="primary" isPending={form.pending}>
						{t('import.check')}
					</Button>
				</div>
			</Stack>
		</form>
	);
}

/** The first rows as the browser reads them; the server reads the file itself. */
function useRows(id: number, o: ImportOptions): string[][] | null | undefined {
	const [rows, setRows] = useState<string[][] | null>();
	const { encoding, separator, has_header: hasHeader } = o;
	useEffect(() => {
		let isOver = false;
		void headOf(id).then((head) => {
			if (isOver) return;
			if (!head) return setRows(null);
			const text = new TextDecoder(encoding === 'shift_jis' ? 'shift_jis' : 'utf-8').decode(head);
			const parsed = Papa.parse<string[]>(text, {
				delimiter: SIGNS[separator ?? 'comma'],
				preview: ROWS + (hasHeader ? 1 : 0),
				skipEmptyLines: true,
			});
			setRows(hasHeader ? parsed.data.slice(1) : parsed.data);
		});
		return () => {
			isOver = true;
		};
	}, [id, encoding, separator, hasHeader]);
	return rows;
}

function Sheet(p: {
	noun: string;
	header: string[];
	hasHeader: boolean;
	columns: string[];
	set: (c: string[]) => void;
	rows: string[][] | null | undefined;
}) {
	const t = useT();
	const names = p.header.map((h, i) => (p.hasHeader && h.trim() ? h : t('import.column', i + 1)));
	const options = [
		{ value: '', text: t('import.unused') },
		...(COLUMNS[p.noun] ?? []).map((c) => ({ value: c, text: columnText(t, c) })),
	];
	const secret = (i: number) => p.columns[i] === 'password';
	return (
		<section
			className={css.scroll}
			aria-label={t('import.sample', p.rows?.length ?? 0)}
			// biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard
			tabIndex={0}
		>
			<table className={css.sheet}>
				<thead>
					<tr>
						{names.map((name, i) => (
							// biome-ignore lint/suspicious/noArrayIndexKey: a column has no other name than its place
							<th key={i} scope="col">
								<span className={css.heading}>{name}</span>
								<BareSelect
									label={t('import.columnOf', name)}
									name={`column${i}`}
									value={p.columns[i] ?? ''}
									onChange={(v) => p.set(names.map((_, k) => (k === i ? v : (p.columns[k] ?? ''))))}
									options={options}
								/>
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{p.rows?.map((row, r) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: the rows are as they stand in the file
						<tr key={r}>
							{names.map((_, i) => (
								<td
									// biome-ignore lint/suspicious/noArrayIndexKey: likewise
									key={i}
									className={cx(!p.columns[i] && css.off)}
									title={secret(i) ? undefined : row[i]}
								>
									{secret(i) && row[i] ? '••••••' : row[i]}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
