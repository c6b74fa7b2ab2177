import type { NodeStatus } from '../api/publishing';
import { useT } from '../i18n';
import { SelectField } from './Field';

/** Which mail server; with one alone there is nothing to choose. */
export function NodePick({
	nodes,
	value,
	onChange,
}: {
	nodes: NodeStatus[];
	value: number;
	onChange: (id: number) => void;
}) {
	const t = useT();
	if (nodes.length < 2) return null;
	return (
		<SelectField
			label={t('node')}
			name="node"
			value={String(value)}
			onChange={(v) => onChange(Number(v))}
			options={nodes.map((n) => ({ value: String(n.id), text: n.name }))}
		/>
	);
}
