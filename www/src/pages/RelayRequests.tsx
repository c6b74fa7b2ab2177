import { useQuery } from '@tanstack/react-query';
import { Ban, CheckCircle2, Clock, Network, Plus, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'wouter';
import { relayRequestQuery, relayRequestsQuery } from '../api/access';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { Page } from '../app/Page';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { foldNetwork } from '../lib/fold';
import { navigate } from '../lib/location';
import { useForm } from '../lib/useForm';
import { Button, buttonClass } from '../ui/Button';
import { Actions, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Empty, Loading, Mark, Time } from '../ui/Marks';
import { type Column, DataTable } from '../ui/Table';
import { toast } from '../ui/Toast';
import { Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { DomainPick, type Picked } from './DomainPick';
import form_ from './Form.module.css';
import { RelayAnswer } from './RelayAnswer';

type Request = Schemas['RelayRequest'];

const marks = {
	open: ['warn', Clock],
	approved: ['ok', CheckCircle2],
	declined: ['bad', Ban],
	withdrawn: ['plain', Undo2],
} as const;

export function RequestMark({ state }: { state: Request['state'] }) {
	const t = useT();
	const [tone, icon] = marks[state];
	return (
		<Mark tone={tone} icon={icon}>
			{t(`request.state.${state}`)}
		</Mark>
	);
}

/** What domain admins ask for in the relay whitelist; of a domain admin, his own. */
export default function RelayRequests() {
	const t = useT();
	const { item } = useParams<{ item?: string }>();
	const { admin } = useSession();
	const isSuper = admin.role === 'superadmin';
	const q = useQuery(relayRequestsQuery({ limit: 200 }));
	const close = () => navigate('/relay-requests');
	const columns: Column<Request>[] = [
		{
			id: 'network',
			head: t('request.network'),
			primary: true,
			cell: (r) => (
				<a href={`#/relay-requests/${r.id}`} className="mono">
					{r.network}
				</a>
			),
		},
		{ id: 'state', head: t('field.state'), cell: (r) => <RequestMark state={r.state} /> },
		{ id: 'by', head: t('request.by'), from: 'sm', cell: (r) => r.requested_by },
		{
			id: 'domains',
			head: t('request.domains'),
			from: 'lg',
			cell: (r) => <span className="mono">{r.domains.join(', ')}</span>,
		},
		{ id: 'at', head: t('request.at'), from: 'sm', cell: (r) => <Time at={r.created_at} /> },
	];
	const add = (
		<a href="#/relay-requests/new" className={buttonClass('primary')} data-hotkey="new">
			<Plus className="icon" aria-hidden="true" />
			<span>{t('request.add')}</span>
		</a>
	);
	const rows = q.data?.items;
	const id = Number(item);
	return (
		<Page title={t('nav.requests')}>
			<Toolbar>
				<p className="muted">{t(isSuper ? 'request.introSuper' : 'request.intro')}</p>
				{!isSuper && <ToolbarEnd>{add}</ToolbarEnd>}
			</Toolbar>
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{rows?.length === 0 ? (
				<Empty icon={Network} title={t('request.none')} text={t('request.noneText')} />
			) : (
				!(q.error && !rows) && (
					<DataTable label={t('nav.requests')} columns={columns} rows={rows} rowId={(r) => r.id} />
				)
			)}
			{item === 'new' && <NewRequest onClose={close} />}
			{Number.isSafeInteger(id) && id > 0 && <RequestDrawer key={id} id={id} onClose={close} />}
		</Page>
	);
}

function RequestDrawer({ id, onClose }: { id: number; onClose: () => void }) {
	const t = useT();
	const q = useQuery(relayRequestQuery(id));
	return (
		<Drawer
			title={q.data ? t('request.title', q.data.network) : t('nav.requests')}
			onClose={onClose}
		>
			{q.error instanceof ApiError && !q.data ? (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			) : q.data ? (
				<RelayAnswer key={q.data.version} request={q.data} onClose={onClose} />
			) : (
				<Loading lines={6} />
			)}
		</Drawer>
	);
}

const FIELDS = ['network', 'reason'] as const;

function NewRequest({ onClose }: { onClose: () => void }) {
	const t = useT();
	const [network, setNetwork] = useState('');
	const [reason, setReason] = useState('');
	const [domains, setDomains] = useState<Picked[]>([]);
	const form = useForm(FIELDS);
	const submit = () => {
		if (network.trim() === '') return form.fail('network', 'required');
		if (reason.trim() === '') return form.fail('reason', 'required');
		void form.run(async () => {
			await ok(
				client.POST('/api/v1/relay-requests', {
					body: {
						network: network.trim(),
						reason: reason.trim(),
						domain_ids: domains.map((d) => d.id),
					},
				}),
			);
			toast({ title: t('request.sent') });
			void refresh();
			onClose();
		});
	};
	return (
		<Drawer title={t('request.add')} onClose={onClose}>
			<form
				ref={form.ref}
				className={form_.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TextField
					label={t('request.network')}
					name="network"
					mono
					value={network}
					onChange={(v) => {
						setNetwork(v);
						form.clear('network');
					}}
					fold={foldNetwork}
					placeholder="192.0.2.7"
					help={t('request.networkHelp')}
					error={form.errors.network}
					maxLength={43}
					autoFocus
				/>
				<TextField
					label={t('request.reason')}
					name="reason"
					value={reason}
					onChange={(v) => {
						setReason(v);
						form.clear('reason');
					}}
					help={t('request.reasonHelp')}
					error={form.errors.reason}
					maxLength={500}
				/>
				<DomainPick label={t('request.domains')} value={domains} onChange={setDomains} />
				<Actions sticky>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button
						look="primary"
						type="submit"
						isPending={form.pending}
						isDisabled={domains.length === 0}
					>
						{t('request.add')}
					</Button>
				</Actions>
			</form>
		</Drawer>
	);
}
