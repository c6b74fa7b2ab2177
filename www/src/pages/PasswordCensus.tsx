import { useQuery } from '@tanstack/react-query';
import { Check, TriangleAlert } from 'lucide-react';
import { ApiError } from '../api/client';
import { censusQuery } from '../api/queries';
import { Card } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { ErrorBox } from '../ui/ErrorBox';
import { Mark } from '../ui/Marks';
import { type Column, DataTable } from '../ui/Table';

type Item = { id: number; scheme: string | null; mailboxes: number; weak: boolean };

/** How the passwords of all mailboxes are stored, and which forms are weak. */
export function PasswordCensus() {
	const t = useT();
	const lang = useLang();
	const q = useQuery(censusQuery);
	const columns: Column<Item>[] = [
		{
			id: 'scheme',
			head: t('census.scheme'),
			primary: true,
			cell: (i) => (i.scheme ? <span className="mono">{i.scheme}</span> : t('census.without')),
		},
		{
			id: 'mailboxes',
			head: t('nav.mailboxes'),
			num: true,
			cell: (i) => formatNumber(i.mailboxes, lang),
		},
		{
			id: 'weak',
			head: t('census.strength'),
			cell: (i) =>
				i.weak ? (
					<Mark tone="warn" icon={TriangleAlert}>
						{t('census.weak')}
					</Mark>
				) : (
					i.scheme && (
						<Mark tone="ok" icon={Check}>
							{t('census.strong')}
						</Mark>
					)
				),
		},
	];
	const items = q.data?.items.map((i, id) => ({ ...i, id }));
	if (q.error instanceof ApiError && !items)
		return <ErrorBox error={q.error} onRetry={() => void q.refetch()} />;
	if (items?.length === 0) return null;
	return (
		<Card title={t('census.title')}>
			{q.data && (
				<p>
					{q.data.weak_mailboxes
						? t('census.some', formatNumber(q.data.weak_mailboxes, lang))
						: t('census.none')}
				</p>
			)}
			<DataTable label={t('census.title')} columns={columns} rows={items} rowId={(i) => i.id} />
		</Card>
	);
}
