import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiError } from '../api/client';
import {
	type Explained,
	type ExplainQuery,
	type ExplainSide,
	explainQuery,
	type NodeStatus,
} from '../api/publishing';
import { useT } from '../i18n';
import { foldAddress, foldNetwork } from '../lib/fold';
import { idIn, type Patch, useUrl } from '../lib/url';
import { useForm } from '../lib/useForm';
import { useRequest } from '../lib/useRequest';
import { Asked } from '../ui/Asked';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { Loading, Note } from '../ui/Marks';
import { NodePick } from '../ui/NodePick';
import css from './Explain.module.css';
import { Probe } from './Probe';
import { Outcome, Steps } from './Steps';

const FIELDS = ['recipient', 'sender', 'client', 'helo', 'login'] as const;
type Field = (typeof FIELDS)[number];

const folds: Record<Field, (v: string) => string> = {
	recipient: foldAddress,
	sender: foldAddress,
	client: foldNetwork,
	helo: foldNetwork,
	login: foldAddress,
};

const examples: Record<Field, string> = {
	recipient: 'taro@example.jp',
	sender: 'friend@elsewhere.example',
	client: '192.0.2.7',
	helo: 'mail.elsewhere.example',
	login: 'hanako@example.jp',
};

const helps: { [F in Field]?: 'explain.senderHelp' | 'explain.clientHelp' } = {
	sender: 'explain.senderHelp',
	client: 'explain.clientHelp',
};

/** A message that was not sent: what would become of it. */
export function ExplainMail({ nodes }: { nodes: NodeStatus[] }) {
	const t = useT();
	const { params, set } = useUrl();
	const asked = Object.fromEntries(FIELDS.map((f) => [f, params.get(f) ?? ''])) as Record<
		Field,
		string
	>;
	const node = idIn(params, 'node') ?? nodes[0]?.id ?? 0;
	const [draft, setDraft] = useState(asked);
	// A link from elsewhere fills the form anew.
	const key = JSON.stringify(asked);
	useEffect(() => setDraft(JSON.parse(key)), [key]);
	const [turn, setTurn] = useState(0);
	const form = useForm(FIELDS);
	const query: ExplainQuery = {
		recipient: asked.recipient,
		...Object.fromEntries(FIELDS.slice(1).flatMap((f) => (asked[f] ? [[f, asked[f]]] : []))),
		...(node ? { node } : {}),
	};
	const q = useQuery(explainQuery(query, String(turn)));
	const submit = () => {
		const clean = Object.fromEntries(FIELDS.map((f) => [f, draft[f].trim()])) as Patch;
		if (!clean.recipient) return form.fail('recipient', 'required');
		setTurn((n) => n + 1);
		set(clean);
	};
	const field = (name: Field) => (
		<TextField
			label={t(`explain.${name}`)}
			name={name}
			value={draft[name]}
			onChange={(v) => {
				setDraft((d) => ({ ...d, [name]: v }));
				form.clear(name);
			}}
			fold={folds[name]}
			optional={name !== 'recipient'}
			error={form.errors[name] ?? problemOf(q.error, name)}
			{...(helps[name] ? { help: t(helps[name]) } : {})}
			placeholder={examples[name]}
			mono
			autoFocus={name === 'recipient' && asked.recipient === ''}
		/>
	);
	const other = q.error instanceof ApiError && !FIELDS.some((f) => problemOf(q.error, f));
	return (
		<div className={css.page}>
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					submit();
				}}
			>
				<p className="muted">{t('explain.intro')}</p>
				<div className={css.fields}>
					{FIELDS.map((f) => (
						<div key={f}>{field(f)}</div>
					))}
					<NodePick nodes={nodes} value={node} onChange={(id) => set({ node: id })} />
				</div>
				<p>
					<Button look="primary" type="submit" isPending={q.isFetching}>
						{t('explain.submit')}
					</Button>
				</p>
			</form>
			{other && <ErrorBox error={q.error as ApiError} onRetry={() => void q.refetch()} />}
			{q.isFetching && !q.data && <Loading lines={6} />}
			{q.data && !q.error && (
				<Answer key={q.data.request?.id} explained={q.data} query={query} nodes={nodes} />
			)}
		</div>
	);
}

function problemOf(e: unknown, field: string) {
	return e instanceof ApiError ? e.items.find((i) => i.field === field) : undefined;
}

/** The live side comes from the node itself, the other from the database. */
function Answer({
	explained: { pending, request },
	query,
	nodes,
}: {
	explained: Explained;
	query: ExplainQuery;
	nodes: NodeStatus[];
}) {
	const t = useT();
	const [live, setLive] = useState<ExplainSide | null>(null);
	const same = live && sameSide(live, pending);
	const { node: _, ...args } = query;
	const name = nodes.find((n) => n.id === request?.node)?.name ?? '';
	return (
		<>
			<p className={css.same} role="status">
				{live && t(same ? 'explain.same' : 'explain.differs')}
			</p>
			{pending.faults.map((f) => (
				<Note key={f.domain} tone="warn">
					{t('explain.fault', f.domain, f.reason)}
				</Note>
			))}
			<div className={css.sides}>
				{request ? (
					<Live
						request={request}
						name={name}
						args={args}
						other={same ? undefined : pending}
						onLive={setLive}
					/>
				) : (
					<Note>{t('explain.noNode')}</Note>
				)}
				<section aria-labelledby="side-saved" data-side="saved">
					<h2 id="side-saved">{t('explain.saved')}</h2>
					<Outcome side={pending} />
					<Steps side={pending} other={same ? undefined : (live ?? undefined)} />
				</section>
			</div>
		</>
	);
}

function Live({
	request: { node, id, expires_at },
	name,
	args,
	other,
	onLive,
}: {
	request: NonNullable<Explained['request']>;
	name: string;
	args: Omit<ExplainQuery, 'node'>;
	other: ExplainSide | undefined;
	onLive: (side: ExplainSide) => void;
}) {
	const t = useT();
	const { reply, ask, follow } = useRequest<ExplainSide>(node);
	useEffect(() => {
		void follow(id, expires_at);
	}, [follow, id, expires_at]);
	useEffect(() => {
		if (reply.is === 'ok') onLive(reply.body);
	}, [reply, onLive]);
	return (
		<section aria-labelledby="side-live" data-side="live">
			<h2 id="side-live">{t('explain.live', name)}</h2>
			<Asked reply={reply} node={name} again={() => void ask('explain', args)} />
			{reply.is === 'ok' && (
				<>
					<Outcome side={reply.body} />
					<Probe node={node} name={name} args={args} />
					<Steps side={reply.body} other={other} />
				</>
			)}
		</section>
	);
}

function sameSide(a: ExplainSide, b: ExplainSide): boolean {
	const of = (s: ExplainSide) =>
		JSON.stringify([
			s.steps.map((x) => [x.text_code, x.subject, x.map, x.line, x.code]),
			s.outcome.result,
			s.outcome.code,
			s.outcome.deliver,
		]);
	return of(a) === of(b);
}
