import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '../api/client';
import { useLang, useT } from '../i18n';
import { formatTotal } from '../lib/format';
import { Button } from './Button';
import { cx } from './cx';
import { BareSelect } from './Field';
import { Skeleton, useLate } from './Marks';
import css from './Table.module.css';

export type Column<R> = {
	id: string;
	head: string;
	cell: (row: R) => ReactNode;
	/** Key that the server sorts by. */
	sort?: string;
	num?: boolean;
	primary?: boolean;
	/** Left out below this width: sm a phone, lg a tablet. */
	from?: 'sm' | 'lg';
};

export type Selection<R> = {
	ids: ReadonlySet<number>;
	set: (ids: ReadonlySet<number>) => void;
	name: (row: R) => string;
};

type Props<R> = {
	label: string;
	columns: Column<R>[];
	rows: R[] | undefined;
	rowId: (row: R) => number;
	rowMenu?: (row: R) => ReactNode;
	selection?: Selection<R>;
	sort?: string;
	onSort?: (key: string) => void;
	/** Newer rows are on their way: the old ones stay, dimmed. */
	busy?: boolean;
	onHover?: (row: R) => void;
};

export function DataTable<R>(p: Props<R>) {
	const t = useT();
	const ids = p.rows?.map(p.rowId) ?? [];
	const all = ids.length > 0 && ids.every((id) => p.selection?.ids.has(id));
	const some = ids.some((id) => p.selection?.ids.has(id));
	const toggle = (id: number, on: boolean) => {
		const next = new Set(p.selection?.ids);
		if (on) next.add(id);
		else next.delete(id);
		p.selection?.set(next);
	};
	const place = (c: Column<R>) =>
		cx(
			c.num && css.num,
			c.primary && css.primary,
			c.from === 'sm' && css.sm,
			c.from === 'lg' && css.lg,
		);
	return (
		<div className={css.wrap}>
			{/* biome-ignore-start lint/a11y/noRedundantRoles: on a phone the rows are cards, and a browser may then drop the native roles */}
			<table
				role="table"
				className={cx(css.table, p.busy && css.busy)}
				aria-label={p.label}
				aria-busy={p.busy || !p.rows}
			>
				<thead role="rowgroup">
					<tr role="row">
						{p.selection && (
							<th role="columnheader" className={css.check} scope="col">
								<label>
									<span className="sr">{t('table.selectPage')}</span>
									<input
										type="checkbox"
										checked={all}
										ref={(el) => {
											if (el) el.indeterminate = some && !all;
										}}
										onChange={(e) => p.selection?.set(e.target.checked ? new Set(ids) : new Set())}
									/>
								</label>
							</th>
						)}
						{p.columns.map((c) => (
							<th
								key={c.id}
								role="columnheader"
								scope="col"
								className={place(c)}
								aria-sort={c.sort ? direction(p.sort, c.sort) : undefined}
							>
								{c.sort ? <SortButton column={c} sort={p.sort} onSort={p.onSort} /> : c.head}
							</th>
						))}
						{p.rowMenu && (
							<th role="columnheader" className={css.menu} scope="col">
								<span className="sr">{t('table.actions')}</span>
							</th>
						)}
					</tr>
				</thead>
				<tbody role="rowgroup">
					{p.rows?.map((row) => {
						const id = p.rowId(row);
						const picked = p.selection?.ids.has(id);
						return (
							<tr
								key={id}
								role="row"
								data-selected={picked || undefined}
								data-checks={p.selection ? true : undefined}
								onPointerEnter={() => p.onHover?.(row)}
							>
								{p.selection && (
									<td role="cell" className={css.check}>
										<label>
											<span className="sr">{t('table.select', p.selection.name(row))}</span>
											<input
												type="checkbox"
												checked={!!picked}
												onChange={(e) => toggle(id, e.target.checked)}
											/>
										</label>
									</td>
								)}
								{p.columns.map((c) => (
									<td key={c.id} role="cell" className={place(c)}>
										{c.cell(row)}
									</td>
								))}
								{p.rowMenu && (
									<td role="cell" className={css.menu}>
										{p.rowMenu(row)}
									</td>
								)}
							</tr>
						);
					})}
					{!p.rows && (
						<SkeletonRows columns={p.columns.length} extra={!!p.selection} menu={!!p.rowMenu} />
					)}
				</tbody>
			</table>
			{/* biome-ignore-end lint/a11y/noRedundantRoles: end of the table */}
		</div>
	);
}

function SkeletonRows({
	columns,
	extra,
	menu,
}: {
	columns: number;
	extra: boolean;
	menu: boolean;
}) {
	const late = useLate();
	const cells = columns + (extra ? 1 : 0) + (menu ? 1 : 0);
	return Array.from({ length: 8 }, (_, r) => (
		// biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
		// biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of bones takes no focus
		<tr key={r} aria-hidden="true">
			{Array.from({ length: cells }, (_, c) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: the cells are all alike
				<td key={c} className={c === (extra ? 1 : 0) ? css.primary : undefined}>
					{late && !(extra && c === 0) && <Skeleton width={`${50 + ((r * 17 + c * 29) % 40)}%`} />}
				</td>
			))}
		</tr>
	));
}

function direction(sort: string | undefined, key: string): 'ascending' | 'descending' | 'none' {
	if (sort === key) return 'ascending';
	return sort === `-${key}` ? 'descending' : 'none';
}

function SortButton<R>({
	column: c,
	sort,
	onSort,
}: {
	column: Column<R>;
	sort: string | undefined;
	onSort: ((key: string) => void) | undefined;
}) {
	const dir = direction(sort, c.sort ?? '');
	const Icon = dir === 'descending' ? ArrowDown : ArrowUp;
	return (
		<button
			type="button"
			className={css.sort}
			onClick={() => onSort?.(dir === 'ascending' ? `-${c.sort}` : (c.sort ?? ''))}
		>
			{c.head}
			<Icon aria-hidden="true" className={dir === 'none' ? css.idle : undefined} />
		</button>
	);
}

const SIZES = ['50', '100', '200'] as const;

type PagerProps = {
	page: { next: string | null; prev: string | null; total: Schemas['Total'] | null } | undefined;
	limit: number;
	go: (cursor: { after?: string | null; before?: string | null }) => void;
	setLimit: (n: number) => void;
};

/** First, previous, next: the server pages by cursors, not by numbers. */
export function Pager({ page, limit, go, setLimit }: PagerProps) {
	const t = useT();
	const lang = useLang();
	const alone = page && !page.next && !page.prev;
	return (
		<div className={css.foot}>
			<span aria-live="polite">
				{page?.total ? t('table.total', formatTotal(page.total, lang), page.total.value) : ''}
			</span>
			{!(alone && limit === 50) && (
				<>
					<BareSelect
						label={t('table.perPage')}
						value={(String(limit) as (typeof SIZES)[number]) ?? '50'}
						onChange={(v) => setLimit(Number(v))}
						options={SIZES.map((v) => ({ value: v, text: t('table.rows', Number(v)) }))}
					/>
					<Button small isDisabled={!page?.prev} onPress={() => go({ after: null, before: null })}>
						{t('table.first')}
					</Button>
					<Button
						small
						isDisabled={!page?.prev}
						onPress={() => go({ before: page?.prev ?? null, after: null })}
					>
						{t('table.previous')}
					</Button>
					<Button
						small
						isDisabled={!page?.next}
						onPress={() => go({ after: page?.next ?? null, before: null })}
					>
						{t('table.next')}
					</Button>
				</>
			)}
		</div>
	);
}
