import { useQuery } from '@tanstack/react-query';
import { Ban, KeyRound, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, ok } from '../api/client';
import { type NodeDef, type NodeStatus, nodeQuery } from '../api/publishing';
import { publishingQuery, refresh } from '../api/queries';
import { NodeMark } from '../app/Nodes';
import { Card, Columns, Fact, Facts, Page, Stack, TabLinks } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatNumber, formatRelative } from '../lib/format';
import { heldReason } from '../lib/held';
import { useForm } from '../lib/useForm';
import { roleName } from '../lib/words';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { Loading, Note, Time } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { TriggerButton } from '../ui/TriggerButton';
import { Drift } from './Drift';
import { HostFacts } from './HostFacts';
import { EditNode, RemoveNode, RevokeToken } from './NodeActs';
import { Queue } from './Queue';
import { TokenOnce } from './TokenOnce';

const TABS = ['overview', 'queue', 'drift'] as const;
type Asking = 'edit' | 'token' | 'revoke' | 'remove' | null;

export function NodePage({ id, tab }: { id: number; tab: string | undefined }) {
	const t = useT();
	const q = useQuery(nodeQuery(id));
	const [asking, setAsking] = useState<Asking>(null);
	const all = useQuery(publishingQuery).data;
	const status = all?.nodes.find((x) => x.id === id);
	const at = TABS.find((x) => x === tab) ?? 'overview';
	const n = q.data;
	const close = () => setAsking(null);
	return (
		<Page
			title={n?.name ?? t('node')}
			crumbs={[{ text: t('nav.system'), href: '/system' }]}
			aside={
				n && (
					<>
						{status && <NodeMark node={status} />}
						<span style={{ marginInlineStart: 'auto' }}>
							<ActMenu
								label={t('actions.for', n.name)}
								trigger={<TriggerButton>{t('table.actions')}</TriggerButton>}
								acts={[
									{ id: 'edit', text: t('edit'), icon: Pencil, run: () => setAsking('edit') },
									n.network !== '' && {
										id: 'token',
										text: t('token.new'),
										icon: KeyRound,
										run: () => setAsking('token'),
									},
									n.has_token && {
										id: 'revoke',
										text: t('token.revoke'),
										icon: Ban,
										run: () => setAsking('revoke'),
									},
									{
										id: 'remove',
										text: t('node.remove'),
										icon: Trash2,
										danger: true,
										apart: true,
										run: () => setAsking('remove'),
									},
								]}
							/>
						</span>
					</>
				)
			}
		>
			<TabLinks
				label={n?.name ?? t('node')}
				tabs={TABS.map((x) => ({
					text: t(`node.tab.${x}`),
					href: x === 'overview' ? `#/system/${id}` : `#/system/${id}/${x}`,
					current: at === x,
				}))}
			/>
			{q.error instanceof ApiError && !n && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{!n && q.isPending && <Loading lines={6} />}
			{n && at === 'overview' && <Overview node={n} status={status} head={all?.head_serial ?? 0} />}
			{n && at === 'queue' && <Queue node={n} />}
			{status && at === 'drift' && <Drift node={status} />}
			{n && asking === 'edit' && <EditNode node={n} onClose={close} />}
			{n && asking === 'token' && <NewToken node={n} onClose={close} />}
			{n && asking === 'revoke' && <RevokeToken node={n} onClose={close} />}
			{n && asking === 'remove' && <RemoveNode node={n} onClose={close} />}
		</Page>
	);
}

function Overview({
	node: n,
	status: s,
	head,
}: {
	node: NodeDef;
	status: NodeStatus | undefined;
	head: number;
}) {
	return (
		<Stack>
			{s && <Alarms status={s} />}
			<Columns>
				{s && <Live status={s} head={head} />}
				<Stack>
					<About node={n} />
					{s?.facts && <HostFacts facts={s.facts} />}
				</Stack>
			</Columns>
		</Stack>
	);
}

/** A server that works on a change is behind for a moment. */
const LATE_MS = 30_000;
const isLate = (s: NodeStatus) =>
	s.behind_since !== null && Date.now() - Date.parse(s.behind_since) > LATE_MS;

/** What somebody has to look after. */
function Alarms({ status: s }: { status: NodeStatus }) {
	const t = useT();
	const lang = useLang();
	return (
		<>
			{s.state === 'unreachable' && (
				<Note tone="warn">
					{t('live.unreachable', s.name, s.seen_at ? formatRelative(s.seen_at, lang) : '')}
				</Note>
			)}
			{s.state !== 'unreachable' && isLate(s) && (
				<Note tone="warn">
					{t('node.late', s.behind_since ? formatRelative(s.behind_since, lang) : '')}
				</Note>
			)}
			{s.state === 'error' && <Note tone="warn">{t('live.error', s.name, s.message)}</Note>}
			{s.drift > 0 && (
				<Note tone="warn">
					<p>
						{t('drift.some', s.drift)}. <a href={`#/system/${s.id}/drift`}>{t('home.look')}</a>
					</p>
				</Note>
			)}
		</>
	);
}

function Live({ status: n, head }: { status: NodeStatus; head: number }) {
	const t = useT();
	const lang = useLang();
	const time = (at: string | null) => (at ? <Time at={at} exact /> : t('value.none'));
	return (
		<Card title={t('node.publishing')}>
			<Facts>
				<Fact name={t('node.live')}>
					{t('node.serial', formatNumber(n.serial, lang), formatNumber(head, lang))}
				</Fact>
				<Fact name={t('node.applied')}>{time(n.applied_at)}</Fact>
				<Fact name={t('node.seen')}>{time(n.seen_at)}</Fact>
				<Fact name={t('node.pending')}>{formatNumber(n.pending, lang)}</Fact>
				{n.hold_serial !== null && (
					<Fact name={t('node.hold')}>
						{t(
							n.hold_by === 'local' ? 'node.holdLocal' : 'node.holdAt',
							formatNumber(n.hold_serial, lang),
						)}
					</Fact>
				)}
				<Fact name={t('node.journal')}>
					{n.journal_from > 0 ? formatNumber(n.journal_from, lang) : t('value.none')}
				</Fact>
				<Fact name={t('node.checked')}>{time(n.checked_at)}</Fact>
				<Fact name={t('node.drift')}>{formatNumber(n.drift, lang)}</Fact>
			</Facts>
			{n.message && n.state !== 'error' && <p>{n.message}</p>}
			{n.held.map((h) => (
				<p key={h.domain}>
					<span className="mono">{h.domain}</span>: {heldReason(t, h.reason)}
				</p>
			))}
		</Card>
	);
}

function About({ node: n }: { node: NodeDef }) {
	const t = useT();
	return (
		<Card title={t('node.about')}>
			<Facts>
				<Fact name={t('node.role')}>{roleName(t, n.role)}</Fact>
				<Fact name={t('node.network')}>
					<span className="mono">{n.network || t('value.none')}</span>
				</Fact>
				{n.next_hop && (
					<Fact name={t('node.nextHop')}>
						<span className="mono">{n.next_hop}</span>
					</Fact>
				)}
				<Fact name={t('token')}>
					{n.token_created_at ? <Time at={n.token_created_at} exact /> : t('token.none')}
				</Fact>
				{n.has_token && (
					<Fact name={t('token.used')}>
						{n.token_used_at ? <Time at={n.token_used_at} /> : t('token.never')}
					</Fact>
				)}
				{n.note && <Fact name={t('field.note')}>{n.note}</Fact>}
			</Facts>
		</Card>
	);
}

/** The old token ends when there is a new one. */
function NewToken({ node: n, onClose }: { node: NodeDef; onClose: () => void }) {
	const t = useT();
	const [token, setToken] = useState('');
	const form = useForm([]);
	const make = () =>
		form.run(async () => {
			const r = await ok(
				client.POST('/api/v1/nodes/{id}/token', { params: { path: { id: n.id } } }),
			);
			setToken(r.token ?? '');
			void refresh();
		});
	return (
		<Dialog title={t('token.newTitle', n.name)} onClose={onClose}>
			{token ? (
				<TokenOnce name={n.name} token={token} onClose={onClose} />
			) : (
				<>
					{form.problem && <ErrorBox error={form.problem} />}
					<p>{t('token.ends')}</p>
					<Actions>
						<Button onPress={onClose}>{t('cancel')}</Button>
						<Button look="primary" isPending={form.pending} onPress={() => void make()}>
							{t('token.new')}
						</Button>
					</Actions>
				</>
			)}
		</Dialog>
	);
}
