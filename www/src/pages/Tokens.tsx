import { useQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'wouter';
import { tokensQuery } from '../api/access';
import { ApiError, client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { Page } from '../app/Page';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { Button, buttonClass } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { Empty, Mark, Time } from '../ui/Marks';
import { type Column, DataTable } from '../ui/Table';
import { toast } from '../ui/Toast';
import { Toolbar, ToolbarEnd } from '../ui/Toolbar';
import { NewToken } from './NewToken';

type Token = Schemas['Token'];

/** One's own API tokens. */
export default function Tokens() {
	const t = useT();
	const { item } = useParams<{ item?: string }>();
	const q = useQuery(tokensQuery);
	const [ending, setEnding] = useState<Token | null>(null);
	const columns: Column<Token>[] = [
		{ id: 'name', head: t('apitoken.name'), primary: true, cell: (x) => x.name },
		{
			id: 'scopes',
			head: t('apitoken.scopes'),
			cell: (x) => <span className="mono">{x.scopes.join(' ')}</span>,
		},
		{
			id: 'domains',
			head: t('admin.domains'),
			from: 'lg',
			cell: (x) =>
				x.domains ? (
					<span className="mono">{x.domains.map((d) => d.name).join(', ') || t('value.none')}</span>
				) : (
					t('apitoken.allDomains')
				),
		},
		{
			id: 'until',
			head: t('apitoken.until'),
			from: 'sm',
			cell: (x) =>
				x.is_over ? (
					<Mark tone="bad" icon={KeyRound}>
						{t('apitoken.over')}
					</Mark>
				) : x.expires_at ? (
					<Time at={x.expires_at} />
				) : (
					t('apitoken.never')
				),
		},
		{
			id: 'used',
			head: t('apitoken.used'),
			from: 'sm',
			cell: (x) =>
				x.used_at ? (
					<>
						<Time at={x.used_at} /> <span className="mono muted">{x.used_from}</span>
					</>
				) : (
					t('apitoken.unused')
				),
		},
		{
			id: 'end',
			head: t('apitoken.revoke'),
			cell: (x) => (
				<Button small onPress={() => setEnding(x)} aria-label={t('apitoken.revokeTitle', x.name)}>
					{t('apitoken.revoke')}
				</Button>
			),
		},
	];
	const add = (
		<a href="#/tokens/new" className={buttonClass('primary')} data-hotkey="new">
			<Plus className="icon" aria-hidden="true" />
			<span>{t('apitoken.add')}</span>
		</a>
	);
	const rows = q.data?.items;
	return (
		<Page title={t('nav.tokens')}>
			<Toolbar>
				<p className="muted">{t('apitoken.intro')}</p>
				<ToolbarEnd>{add}</ToolbarEnd>
			</Toolbar>
			{q.error instanceof ApiError && !rows && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{rows?.length === 0 ? (
				<Empty icon={KeyRound} title={t('apitoken.none')} text={t('apitoken.noneText')} />
			) : (
				!(q.error && !rows) && (
					<DataTable label={t('nav.tokens')} columns={columns} rows={rows} rowId={(x) => x.id} />
				)
			)}
			{item === 'new' && <NewToken onClose={() => navigate('/tokens')} />}
			{ending && <EndToken token={ending} onClose={() => setEnding(null)} />}
		</Page>
	);
}

function EndToken({ token, onClose }: { token: Token; onClose: () => void }) {
	const t = useT();
	const [problem, setProblem] = useState<ApiError | null>(null);
	const end = async () => {
		try {
			await ok(client.DELETE('/api/v1/tokens/{id}', { params: { path: { id: token.id } } }));
			toast({ title: t('apitoken.revoked', token.name) });
			onClose();
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setProblem(e);
		}
		void refresh();
	};
	return (
		<Dialog title={t('apitoken.revokeTitle', token.name)} role="alertdialog" onClose={onClose}>
			{problem && <ErrorBox error={problem} />}
			<p>{t('apitoken.revokeText')}</p>
			<Actions>
				<Button onPress={onClose}>{t('cancel')}</Button>
				<Button look="danger" onPress={() => void end()}>
					{t('apitoken.revoke')}
				</Button>
			</Actions>
		</Dialog>
	);
}
