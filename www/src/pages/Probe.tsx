import { CheckCircle2, TriangleAlert } from 'lucide-react';
import type { Schemas } from '../api/client';
import { useT } from '../i18n';
import { useRequest } from '../lib/useRequest';
import { Asked } from '../ui/Asked';
import { Button } from '../ui/Button';
import { Mark } from '../ui/Marks';
import css from './Explain.module.css';

type ProbeReply = { code: number; reply: string; agrees: boolean };

/** Asks the real mail server the same, up to RCPT; nothing is sent. */
export function Probe({
	node,
	name,
	args,
}: {
	node: number;
	name: string;
	args: Schemas['NodeArgs'];
}) {
	const t = useT();
	const { reply, ask } = useRequest<ProbeReply>(node);
	const run = () => void ask('probe', args);
	const agrees = reply.is === 'ok' && reply.body.agrees;
	return (
		<div className={css.probe} data-probe={reply.is}>
			{reply.is === 'idle' ? (
				<>
					<Button small onPress={run}>
						{t('probe.ask')}
					</Button>
					<span className="muted">{t('probe.help')}</span>
				</>
			) : (
				<Asked reply={reply} node={name} again={run} />
			)}
			{reply.is === 'ok' && (
				<>
					<Mark tone={agrees ? 'ok' : 'warn'} icon={agrees ? CheckCircle2 : TriangleAlert}>
						{t(agrees ? 'probe.agrees' : 'probe.differs')}
					</Mark>
					<code>
						{reply.body.code} {reply.body.reply}
					</code>
				</>
			)}
		</div>
	);
}
