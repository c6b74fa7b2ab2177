import { useQuery } from '@tanstack/react-query';
import { Plus, Users } from 'lucide-react';
import { useParams } from 'wouter';
import { adminsQuery } from '../api/access';
import { ApiError, type Schemas } from '../api/client';
import { Page } from '../app/Page';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { idIn, useUrl } from '../lib/url';
import { Button, buttonClass } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { Empty } from '../ui/Marks';
import { type Column, DataTable, Pager } from '../ui/Table';
import { SearchBox, Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { AdminDrawer } from './AdminDrawer';
import { AdminMark } from './AdminMark';
import type { Picked } from './DomainPick';
import { NewAdmin } from './NewAdmin';

type View = Schemas['AdminView'];

/** Who may sign in, and what for. */
export default function Admins() {
	const t = useT();
	const { item } = useParams<{ item?: string }>();
	return (
		<Page title={t('nav.admins')}>
			<AdminList base="/admins" item={item} />
		</Page>
	);
}

/** All whom one may see, or those of a domain. */
export function AdminList({
	base,
	item,
	domain,
}: {
	base: string;
	item?: string | undefined;
	domain?: Picked;
}) {
	const t = useT();
	const { params, set } = useUrl();
	const text = params.get('q') ?? '';
	const limit = idIn(params, 'limit') ?? 50;
	const q = useQuery(
		adminsQuery({
			limit,
			...(text && { q: text }),
			...(params.get('after') && { after: params.get('after') as string }),
			...(params.get('before') && { before: params.get('before') as string }),
			...(domain && { domain_id: domain.id }),
		}),
	);
	const close = () => navigate(base);
	const columns: Column<View>[] = [
		{
			id: 'login',
			head: t('admin.login'),
			primary: true,
			cell: (a) => <a href={`#${base}/${a.id}`}>{a.login}</a>,
		},
		{ id: 'name', head: t('admin.name'), from: 'sm', cell: (a) => a.name || t('value.none') },
		{ id: 'role', head: t('admin.role'), from: 'sm', cell: (a) => t(`adminRole.${a.role}`) },
		{ id: 'state', head: t('field.state'), cell: (a) => <AdminMark admin={a} /> },
		{
			id: 'domains',
			head: domain ? t('rights.title') : t('admin.domains'),
			from: 'lg',
			cell: (a) => (domain ? <RightsOf admin={a} id={domain.id} /> : <DomainsOf admin={a} />),
		},
	];
	const add = (
		<a href={`#${base}/new`} className={buttonClass('primary')} data-hotkey="new">
			<Plus className="icon" aria-hidden="true" />
			<span>{t('admin.add')}</span>
		</a>
	);
	const rows = q.data?.items;
	const isEmpty = rows?.length === 0;
	const id = Number(item);
	return (
		<>
			<p className="muted">{t(domain ? 'admin.introDomain' : 'admin.intro')}</p>
			<Toolbar>
				<SearchBox
					label={t('admin.search')}
					placeholder={t('admin.search')}
					value={text}
					onChange={(v) => set({ q: v || null, after: null, before: null })}
				/>
				<ToolbarEnd>{add}</ToolbarEnd>
			</Toolbar>
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{isEmpty && !text && (
				<Empty icon={Users} title={t('admin.none')} text={t('admin.noneText')}>
					{add}
				</Empty>
			)}
			{isEmpty && text && (
				<Empty icon={Users} title={t('admin.noMatch', text)} text={t('admin.intro')}>
					<Button onPress={() => set({ q: null, after: null, before: null })}>
						{t('admin.showAll')}
					</Button>
				</Empty>
			)}
			{!isEmpty && !(q.error && !rows) && (
				<>
					<DataTable
						label={t('nav.admins')}
						columns={columns}
						rows={rows}
						rowId={(a) => a.id}
						busy={q.isPlaceholderData}
					/>
					<Pager
						page={q.data && { ...q.data, total: null }}
						limit={limit}
						go={set}
						setLimit={(n) => set({ limit: n })}
					/>
				</>
			)}
			{item === 'new' && <NewAdmin onClose={close} {...(domain && { domain })} />}
			{Number.isSafeInteger(id) && id > 0 && <AdminDrawer key={id} id={id} onClose={close} />}
		</>
	);
}

function DomainsOf({ admin: a }: { admin: View }) {
	const t = useT();
	if (a.role === 'superadmin') return t('admin.allDomains');
	const shown = a.domains.slice(0, 2);
	const more = a.domain_count - shown.length;
	return (
		<>
			<span className="mono">{shown.map((d) => d.name_unicode).join(', ')}</span>{' '}
			{more > 0 && <span className="muted">{t('admin.moreDomains', more)}</span>}{' '}
			{a.other_domain_count > 0 && (
				<span className="muted">{t('admin.otherDomains', a.other_domain_count)}</span>
			)}
			{a.domain_count + a.other_domain_count === 0 && t('value.none')}
		</>
	);
}

function RightsOf({ admin: a, id }: { admin: View; id: number }) {
	const t = useT();
	const rights = a.domains.find((d) => d.id === id)?.rights;
	if (!rights) return t('value.none');
	return rights.length === 0 ? t('rights.none') : rights.map((r) => t(`right.${r}`)).join(', ');
}
