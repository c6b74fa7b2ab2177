import { CheckCircle2, CirclePause, FileText, Play, SearchX, Send, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Schemas } from '../api/client';
import type { NodeDef } from '../api/publishing';
import { Card, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatBytes, formatNumber } from '../lib/format';
import { useUrl } from '../lib/url';
import { useRequest } from '../lib/useRequest';
import { Asked } from '../ui/Asked';
import { Button } from '../ui/Button';
import { Empty, Mark, Note, Time } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { type Column, DataTable } from '../ui/Table';
import { toast } from '../ui/Toast';
import css from './Node.module.css';
import { Outage } from './Outage';
import { DeleteMessage, Headers } from './QueueDialogs';

export type Message = {
	id: string;
	queue: string;
	arrived_at: string;
	size: number;
	sender: string;
	recipient_count: number;
	recipients: { address: string; reason: string }[];
};
type Total = { count: number; oldest_at: string | null };
export type QueueList = {
	count: number;
	oldest_at: string | null;
	domains: (Total & { domain: string })[];
	recipients: (Total & { address: string })[];
	items: Message[];
	truncated: boolean;
	outage: boolean;
	outage_since: string | null;
	lifetime_s: number;
	first_bounce_at: string | null;
};
type Verb = 'queue_flush' | 'queue_hold' | 'queue_release' | 'queue_delete' | 'outage';

/** What waits on a node, for whom, and what to do about it. */
export function Queue({ node: n }: { node: NodeDef }) {
	const t = useT();
	const { params, set } = useUrl();
	const domain = params.get('domain');
	const list = useRequest<QueueList>(n.id);
	const act = useRequest<Record<string, unknown>>(n.id);
	const [kept, setKept] = useState<QueueList | null>(null);
	const [open, setOpen] = useState<{ what: 'headers' | 'delete'; id: string } | null>(null);
	const { ask } = list;
	const look = useCallback(() => void ask('queue_list', domain ? { domain } : {}), [ask, domain]);
	useEffect(look, [look]);
	useEffect(() => {
		if (list.reply.is === 'ok') setKept(list.reply.body);
	}, [list.reply]);
	const run = async (verb: Verb, args: Schemas['NodeArgs'], done: string) => {
		const r = await act.ask(verb, args);
		if (r.is !== 'ok') return;
		toast({ title: done });
		look();
	};
	const q = kept;
	return (
		<Stack>
			{q && (
				<Outage
					node={n}
					queue={q}
					isPending={act.reply.is === 'waiting'}
					onSet={(on) => void run('outage', { on }, t(on ? 'outage.done.on' : 'outage.done.off'))}
				/>
			)}
			{act.reply.is !== 'ok' && <Asked reply={act.reply} node={n.name} again={look} />}
			{list.reply.is !== 'ok' && !(q && list.reply.is === 'waiting') && (
				<Asked reply={list.reply} node={n.name} again={look} />
			)}
			{q && q.count === 0 && (
				<Empty icon={CheckCircle2} title={t('queue.empty')} text={t('queue.emptyText', n.name)}>
					<Button onPress={look}>{t('queue.look')}</Button>
				</Empty>
			)}
			{q && q.count > 0 && (
				<>
					<Summary
						queue={q}
						chosen={domain}
						choose={(d) => set({ domain: d })}
						look={look}
						isBusy={list.reply.is === 'waiting' || act.reply.is === 'waiting'}
						flush={(d) =>
							void run(
								'queue_flush',
								d ? { domain: d } : {},
								d ? t('queue.flushed', d) : t('queue.flushedAll'),
							)
						}
					/>
					<Messages
						queue={q}
						busy={list.reply.is === 'waiting'}
						open={(what, id) => setOpen({ what, id })}
						run={(verb, id) => void run(verb, { id }, t(`${verb}.done`, id))}
					/>
					{q.truncated && <Note>{t('queue.truncated', q.items.length)}</Note>}
				</>
			)}
			{open?.what === 'headers' && <Headers node={n} id={open.id} onClose={() => setOpen(null)} />}
			{open?.what === 'delete' && (
				<DeleteMessage
					message={q?.items.find((m) => m.id === open.id)}
					onClose={() => setOpen(null)}
					onDelete={() => {
						const { id } = open;
						setOpen(null);
						void run('queue_delete', { id }, t('queue_delete.done', id));
					}}
				/>
			)}
		</Stack>
	);
}

function Summary({
	queue: q,
	chosen,
	choose,
	look,
	flush,
	isBusy,
}: {
	queue: QueueList;
	chosen: string | null;
	choose: (domain: string | null) => void;
	look: () => void;
	flush: (domain?: string) => void;
	isBusy: boolean;
}) {
	const t = useT();
	const lang = useLang();
	return (
		<Card
			title={t('queue.count', formatNumber(q.count, lang), q.count)}
			aside={
				<span className={css.acts}>
					<Button small isPending={isBusy} onPress={look}>
						{t('queue.look')}
					</Button>
					<Button small isDisabled={isBusy} onPress={() => flush()}>
						<Send className="icon" aria-hidden="true" />
						<span>{t('queue.flushAll')}</span>
					</Button>
				</span>
			}
		>
			{q.oldest_at && (
				<p className="muted">
					{t('queue.oldest')} <Time at={q.oldest_at} />
				</p>
			)}
			<ul className={css.domains}>
				{q.domains.map((d) => (
					<li key={d.domain} data-queue-domain={d.domain}>
						<Button
							look="link"
							aria-pressed={chosen === d.domain}
							onPress={() => choose(chosen === d.domain ? null : d.domain)}
						>
							<span className="mono">{d.domain}</span>
						</Button>
						<span className="muted">
							{t('queue.count', formatNumber(d.count, lang), d.count)}
							{d.oldest_at && (
								<>
									{' · '}
									<Time at={d.oldest_at} />
								</>
							)}
						</span>
						<Button
							small
							isDisabled={isBusy}
							aria-label={t('queue.flushOf', d.domain)}
							onPress={() => flush(d.domain)}
						>
							{t('queue.flush')}
						</Button>
					</li>
				))}
			</ul>
			{q.recipients.length > 0 && (
				<details>
					<summary>{t('queue.byRecipient')}</summary>
					<ul className={css.domains}>
						{q.recipients.map((r) => (
							<li key={r.address}>
								<span className="mono">{r.address}</span>
								<span className="muted">
									{t('queue.count', formatNumber(r.count, lang), r.count)}
									{r.oldest_at && (
										<>
											{' · '}
											<Time at={r.oldest_at} />
										</>
									)}
								</span>
							</li>
						))}
					</ul>
				</details>
			)}
			{chosen && (
				<p>
					<Button small onPress={() => choose(null)}>
						{t('filter.clearDomain', chosen)}
					</Button>
				</p>
			)}
		</Card>
	);
}

function Messages({
	queue: q,
	busy,
	open,
	run,
}: {
	queue: QueueList;
	busy: boolean;
	open: (what: 'headers' | 'delete', id: string) => void;
	run: (verb: 'queue_hold' | 'queue_release', id: string) => void;
}) {
	const t = useT();
	const lang = useLang();
	if (q.items.length === 0)
		return <Empty icon={SearchX} title={t('nomatch.title')} text={t('nomatch.text', '')} />;
	const columns: Column<Message>[] = [
		{
			id: 'to',
			head: t('queue.to'),
			primary: true,
			cell: (m) => (
				<>
					<span className="mono">{m.recipients[0]?.address}</span>
					{m.recipient_count > 1 && (
						<span className="muted"> {t('andMore', m.recipient_count - 1)}</span>
					)}
					{m.recipients[0]?.reason && <p className="muted">{m.recipients[0].reason}</p>}
				</>
			),
		},
		{
			id: 'from',
			head: t('queue.from'),
			from: 'sm',
			cell: (m) => <span className="mono">{m.sender || '<>'}</span>,
		},
		{
			id: 'state',
			head: t('field.state'),
			cell: (m) =>
				m.queue === 'hold' ? (
					<Mark tone="warn" icon={CirclePause}>
						{t('queue.held')}
					</Mark>
				) : (
					t(`queue.in.${m.queue === 'active' || m.queue === 'incoming' ? 'active' : 'deferred'}`)
				),
		},
		{
			id: 'size',
			head: t('queue.size'),
			num: true,
			from: 'lg',
			cell: (m) => <span className="nowrap">{formatBytes(m.size, lang)}</span>,
		},
		{ id: 'at', head: t('queue.arrived'), cell: (m) => <Time at={m.arrived_at} /> },
		{ id: 'id', head: 'ID', from: 'lg', cell: (m) => <span className="mono nowrap">{m.id}</span> },
	];
	return (
		<DataTable
			label={t('queue.messages')}
			columns={columns}
			rows={q.items}
			rowId={(m) => q.items.indexOf(m)}
			busy={busy}
			rowMenu={(m) => (
				<ActMenu
					label={t('actions.for', m.id)}
					acts={[
						{
							id: 'headers',
							text: t('queue.headers'),
							icon: FileText,
							run: () => open('headers', m.id),
						},
						m.queue === 'hold'
							? {
									id: 'release',
									text: t('queue.release'),
									icon: Play,
									run: () => run('queue_release', m.id),
								}
							: {
									id: 'hold',
									text: t('queue.hold'),
									icon: CirclePause,
									run: () => run('queue_hold', m.id),
								},
						{
							id: 'delete',
							text: t('delete'),
							icon: Trash2,
							danger: true,
							apart: true,
							run: () => open('delete', m.id),
						},
					]}
				/>
			)}
		/>
	);
}
