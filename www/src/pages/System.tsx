import { useQuery } from '@tanstack/react-query';
import { Plus, Server } from 'lucide-react';
import { useParams } from 'wouter';
import { ApiError } from '../api/client';
import type { NodeStatus } from '../api/publishing';
import { publishingQuery } from '../api/queries';
import { NodeMark } from '../app/Nodes';
import { Page, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { navigate } from '../lib/location';
import { roleName } from '../lib/words';
import { buttonClass } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { Empty, Mark, Time } from '../ui/Marks';
import { type Column, DataTable } from '../ui/Table';
import { Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { DocumentMenu } from './DocumentMenu';
import { NewNode } from './NewNode';
import { NodePage } from './NodePage';
import { PasswordCensus } from './PasswordCensus';

/** The mail servers: what each has, and what it says of itself. */
export default function System() {
	const { item, tab } = useParams<{ item?: string; tab?: string }>();
	return item && item !== 'new' ? (
		<NodePage key={item} id={Number(item)} tab={tab} />
	) : (
		<Nodes isNew={item === 'new'} />
	);
}

function Nodes({ isNew }: { isNew: boolean }) {
	const t = useT();
	const lang = useLang();
	const q = useQuery(publishingQuery);
	const head = q.data?.head_serial ?? 0;
	const columns: Column<NodeStatus>[] = [
		{
			id: 'name',
			head: t('field.name'),
			primary: true,
			cell: (n) => (
				<a href={`#/system/${n.id}`} className="mono">
					{n.name}
				</a>
			),
		},
		{
			id: 'role',
			head: t('node.role'),
			cell: (n) => roleName(t, n.role),
		},
		{ id: 'state', head: t('field.state'), cell: (n) => <NodeMark node={n} /> },
		{
			id: 'serial',
			head: t('node.live'),
			cell: (n) => (
				<span className={n.serial < head ? undefined : 'muted'}>
					{t('node.serial', formatNumber(n.serial, lang), formatNumber(head, lang))}
				</span>
			),
		},
		{
			id: 'seen',
			head: t('node.seen'),
			from: 'sm',
			cell: (n) => (n.seen_at ? <Time at={n.seen_at} /> : t('value.none')),
		},
		{
			id: 'pending',
			head: t('node.pending'),
			num: true,
			from: 'lg',
			cell: (n) => (n.pending > 0 ? formatNumber(n.pending, lang) : t('value.none')),
		},
		{
			id: 'drift',
			head: t('node.drift'),
			num: true,
			from: 'sm',
			cell: (n) =>
				n.drift > 0 ? (
					<Mark tone="bad" icon={Server}>
						{formatNumber(n.drift, lang)}
					</Mark>
				) : (
					t('value.none')
				),
		},
	];
	const rows = q.data?.nodes;
	const add = (
		<a href="#/system/new" className={buttonClass('primary')} data-hotkey="new">
			<Plus className="icon" aria-hidden="true" />
			<span>{t('node.add')}</span>
		</a>
	);
	return (
		<Page title={t('nav.system')}>
			<Toolbar>
				<p className="muted">{t('system.intro')}</p>
				<ToolbarEnd>
					<DocumentMenu nodes={rows ?? []} />
					{add}
				</ToolbarEnd>
			</Toolbar>
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			<Stack>
				{rows?.length === 0 ? (
					<Empty icon={Server} title={t('system.none')} text={t('live.none')}>
						{add}
					</Empty>
				) : (
					!(q.error && !rows) && (
						<DataTable label={t('live.title')} columns={columns} rows={rows} rowId={(n) => n.id} />
					)
				)}
				<PasswordCensus />
			</Stack>
			{isNew && <NewNode onClose={() => navigate('/system')} />}
		</Page>
	);
}
