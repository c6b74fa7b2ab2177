import { Loader } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useT } from '../i18n';
import type { Reply } from '../lib/useRequest';
import { Button } from './Button';
import { ErrorBox } from './ErrorBox';
import { Note, useLate } from './Marks';
import css from './Marks.module.css';

/** Anything but an answer: asked and waiting, late, refused or failed. */
export function Asked<B>({
	reply,
	node,
	again,
}: {
	reply: Reply<B>;
	node: string;
	again: () => void;
}) {
	const t = useT();
	switch (reply.is) {
		case 'idle':
		case 'ok':
			return null;
		case 'waiting':
			return <Waiting node={node} until={reply.until} />;
		case 'error':
			return <ErrorBox error={reply.error} onRetry={again} />;
		case 'expired':
			return (
				<Note tone="warn">
					<p>{t('asked.expired', node)}</p>
					<p>
						<Button small onPress={again}>
							{t('asked.again')}
						</Button>
					</p>
				</Note>
			);
		default:
			return (
				<Note tone="warn">
					<p>{t(`asked.${reply.is}`, node)}</p>
					{reply.reason && <p className="mono">{reply.reason}</p>}
					<p>
						<Button small onPress={again}>
							{t('asked.again')}
						</Button>
					</p>
				</Note>
			);
	}
}

function Waiting({ node, until }: { node: string; until: number }) {
	const t = useT();
	const late = useLate(300);
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		const id = setInterval(() => setNow(Date.now()), 1000);
		return () => clearInterval(id);
	}, []);
	if (!late) return <p className={css.live}> </p>;
	return (
		<p className={css.live} data-asked>
			<Loader aria-hidden="true" className={css.pulse} />
			<span role="status">{t('asked.waiting', node)}</span>
			<span aria-hidden="true">
				{t('asked.left', Math.max(0, Math.ceil((until - now) / 1000)))}
			</span>
		</p>
	);
}
