import { TriangleAlert } from 'lucide-react';
import { useEffect } from 'react';
import type { NodeStatus } from '../api/publishing';
import { useT } from '../i18n';
import { idIn, useUrl } from '../lib/url';
import { useRequest } from '../lib/useRequest';
import { Asked } from '../ui/Asked';
import { Button } from '../ui/Button';
import { Mark } from '../ui/Marks';
import { NodePick } from '../ui/NodePick';
import css from './Explain.module.css';

type Setting = {
	program: string;
	service: string | null;
	name: string;
	value: string | null;
	expected: string | null;
	differs: boolean;
	file: string | null;
	line: number | null;
};

/** The values that count, and the file that gives each. */
export function NodeSettings({ nodes }: { nodes: NodeStatus[] }) {
	const t = useT();
	const { params, set } = useUrl();
	const id = idIn(params, 'node') ?? nodes[0]?.id ?? 0;
	const name = nodes.find((n) => n.id === id)?.name ?? '';
	return (
		<div className={css.page}>
			<p className="muted">{t('settings.intro')}</p>
			<NodePick nodes={nodes} value={id} onChange={(node) => set({ node })} />
			{id > 0 && <Settings key={id} id={id} name={name} />}
		</div>
	);
}

function Settings({ id, name }: { id: number; name: string }) {
	const t = useT();
	const { reply, ask } = useRequest<{ items: Setting[] }>(id);
	useEffect(() => {
		void ask('settings');
	}, [ask]);
	if (reply.is !== 'ok')
		return <Asked reply={reply} node={name} again={() => void ask('settings')} />;
	const programs = [...new Set(reply.body.items.map((s) => s.program))];
	return (
		<>
			{programs.map((p) => (
				<section key={p} className={css.settings}>
					<h2>{p}</h2>
					<table>
						<thead>
							<tr>
								<th scope="col">{t('settings.name')}</th>
								<th scope="col">{t('settings.value')}</th>
								<th scope="col">{t('settings.file')}</th>
							</tr>
						</thead>
						<tbody>
							{reply.body.items
								.filter((s) => s.program === p)
								.map((s) => (
									<tr key={`${s.service} ${s.name}`} data-differs={s.differs || undefined}>
										<th scope="row" className="mono">
											{s.name}
											{s.service && <span className="muted"> {s.service}</span>}
										</th>
										<td>
											<span className="mono">{s.value || t('value.none')}</span>
											{s.differs && (
												<p>
													<Mark tone="warn" icon={TriangleAlert}>
														{t('settings.differs')}
													</Mark>{' '}
													<span className="mono">{s.expected}</span>
												</p>
											)}
										</td>
										<td className="mono muted">
											{s.file ? `${s.file}${s.line ? `:${s.line}` : ''}` : t('settings.default')}
										</td>
									</tr>
								))}
						</tbody>
					</table>
				</section>
			))}
			<p>
				<Button small onPress={() => void ask('settings')}>
					{t('asked.again')}
				</Button>
			</p>
		</>
	);
}
