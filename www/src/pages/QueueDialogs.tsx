import { useEffect } from 'react';
import type { NodeDef } from '../api/publishing';
import { useT } from '../i18n';
import { useRequest } from '../lib/useRequest';
import { Asked } from '../ui/Asked';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import css from './Node.module.css';
import type { Message } from './Queue';

/** The headers of a message that waits; never its text. */
export function Headers({
	node: n,
	id,
	onClose,
}: {
	node: NodeDef;
	id: string;
	onClose: () => void;
}) {
	const t = useT();
	const { reply, ask } = useRequest<{ headers: string }>(n.id);
	useEffect(() => {
		void ask('queue_headers', { id });
	}, [ask, id]);
	return (
		<Dialog title={t('queue.headersOf', id)} onClose={onClose} wide>
			<Asked reply={reply} node={n.name} again={() => void ask('queue_headers', { id })} />
			{reply.is === 'ok' && (
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
				<section className={css.headers} tabIndex={0} aria-label={t('queue.headers')}>
					<pre>{reply.body.headers}</pre>
				</section>
			)}
		</Dialog>
	);
}

/** Nobody gets it back, and nobody is told: so it is asked. */
export function DeleteMessage({
	message: m,
	onDelete,
	onClose,
}: {
	message: Message | undefined;
	onDelete: () => void;
	onClose: () => void;
}) {
	const t = useT();
	return (
		<Dialog title={t('queue.deleteTitle')} onClose={onClose} role="alertdialog">
			<p>{t('queue.deleteText', m?.recipient_count ?? 1)}</p>
			<p className="mono">
				{m?.sender || '<>'} → {m?.recipients.map((r) => r.address).join(', ')}
			</p>
			<Actions>
				<Button onPress={onClose}>{t('cancel')}</Button>
				<Button look="danger" onPress={onDelete}>
					{t('delete')}
				</Button>
			</Actions>
		</Dialog>
	);
}
