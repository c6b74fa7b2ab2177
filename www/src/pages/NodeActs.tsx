import { useState } from 'react';
import { flushSync } from 'react-dom';
import { client, etag, ok } from '../api/client';
import { type NodeDef, nodeQuery } from '../api/publishing';
import { queryClient, refresh } from '../api/queries';
import { useT } from '../i18n';
import { navigate } from '../lib/location';
import { useDraft } from '../lib/useDraft';
import { useForm } from '../lib/useForm';
import { useStale } from '../lib/useStale';
import type { Role } from '../lib/words';
import { Button } from '../ui/Button';
import { Actions, Dialog, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { TextField } from '../ui/Field';
import { StaleDialog } from '../ui/Stale';
import { toast } from '../ui/Toast';
import css from './Form.module.css';
import { NodeFields } from './NodeFields';

const FIELDS = ['network', 'next_hop', 'note'] as const;
const toDraft = (n: NodeDef) => ({ network: n.network, next_hop: n.next_hop, note: n.note });

export function EditNode({ node, onClose }: { node: NodeDef; onClose: () => void }) {
	const t = useT();
	const { base: n, draft, set, reset } = useDraft(node, toDraft);
	const form = useForm(FIELDS);
	const params = { path: { id: n.id } };
	const stale = useStale(() => ok(client.GET('/api/v1/nodes/{id}', { params })));
	const save = (version: number) => {
		const patch = Object.fromEntries(
			FIELDS.filter((f) => draft[f].trim() !== n[f]).map((f) => [f, draft[f].trim()]),
		);
		if (Object.keys(patch).length === 0) return onClose();
		void form.run(() =>
			stale.guard(patch, async () => {
				const header = { 'If-Match': etag(version) };
				const r = await ok(
					client.PATCH('/api/v1/nodes/{id}', { params: { ...params, header }, body: patch }),
				);
				queryClient.setQueryData(nodeQuery(n.id).queryKey, r);
				toast({ title: t('saved', n.name) });
				void refresh();
				onClose();
			}),
		);
	};
	return (
		<Drawer title={<span className="mono">{n.name}</span>} onClose={onClose}>
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					save(n.version);
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<NodeFields role={n.role as Role} draft={draft} set={set} form={form} />
				<Actions sticky>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="primary" type="submit" isPending={form.pending}>
						{t('save')}
					</Button>
				</Actions>
			</form>
			{stale.stale && (
				<StaleDialog
					rows={stale.stale.rows}
					onClose={stale.close}
					onReload={() => {
						if (stale.stale) reset(stale.stale.fresh);
						stale.close();
					}}
					onApply={() => {
						const v = stale.stale?.fresh.version ?? n.version;
						stale.close();
						save(v);
					}}
				/>
			)}
		</Drawer>
	);
}

/** Its token ends at once, and nobody waits for it any more. */
export function RemoveNode({ node: n, onClose }: { node: NodeDef; onClose: () => void }) {
	const t = useT();
	const [typed, setTyped] = useState('');
	const form = useForm(['name']);
	const submit = () => {
		if (typed.trim() !== n.name) return form.fail('name', 'not_the_name', n.name);
		void form.run(async () => {
			await ok(
				client.DELETE('/api/v1/nodes/{id}', {
					params: { path: { id: n.id }, header: { 'If-Match': etag(n.version) } },
				}),
			);
			toast({ title: t('node.removed', n.name) });
			// Its page has to be gone before everything is asked for anew.
			flushSync(() => navigate('/system'));
			queryClient.removeQueries({ queryKey: nodeQuery(n.id).queryKey });
			void refresh();
		});
	};
	return (
		<Dialog title={t('node.removeTitle', n.name)} onClose={onClose} role="alertdialog">
			<form
				ref={form.ref}
				className={css.form}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<p>{t('node.removeText')}</p>
				<TextField
					label={t('domain.typeName', n.name)}
					name="name"
					mono
					value={typed}
					onChange={(v) => {
						setTyped(v);
						form.clear('name');
					}}
					error={form.errors.name}
					autoFocus
				/>
				<Actions>
					<Button onPress={onClose}>{t('cancel')}</Button>
					<Button look="danger" type="submit" isPending={form.pending}>
						{t('node.remove')}
					</Button>
				</Actions>
			</form>
		</Dialog>
	);
}

/** Without one it gets nothing more; the node itself stays known. */
export function RevokeToken({ node: n, onClose }: { node: NodeDef; onClose: () => void }) {
	const t = useT();
	const form = useForm([]);
	const revoke = () =>
		form.run(async () => {
			await ok(client.DELETE('/api/v1/nodes/{id}/token', { params: { path: { id: n.id } } }));
			toast({ title: t('token.revoked', n.name) });
			void refresh();
			onClose();
		});
	return (
		<Dialog title={t('token.revokeTitle', n.name)} onClose={onClose} role="alertdialog">
			{form.problem && <ErrorBox error={form.problem} />}
			<p>{t('token.revokeText')}</p>
			<Actions>
				<Button onPress={onClose}>{t('cancel')}</Button>
				<Button look="danger" isPending={form.pending} onPress={() => void revoke()}>
					{t('token.revoke')}
				</Button>
			</Actions>
		</Dialog>
	);
}
