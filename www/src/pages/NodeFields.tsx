import { useT } from '../i18n';
import { foldNetwork } from '../lib/fold';
import type { FormState } from '../lib/useForm';
import type { Role } from '../lib/words';
import { TextField } from '../ui/Field';

export type NodeDraft = { network: string; next_hop: string; note: string };

/** What can be changed of a node later too. */
export function NodeFields({
	role,
	draft,
	set,
	form,
}: {
	role: Role;
	draft: NodeDraft;
	set: (p: Partial<NodeDraft>) => void;
	form: FormState;
}) {
	const t = useT();
	const edit = (field: keyof NodeDraft) => (v: string) => {
		set({ [field]: v });
		form.clear(field);
	};
	return (
		<>
			<TextField
				label={t('node.network')}
				name="network"
				mono
				optional={role === 'mailbox'}
				value={draft.network}
				onChange={edit('network')}
				placeholder="192.0.2.7 2001:db8::7"
				help={t('node.networkHelp')}
				error={form.errors.network}
				maxLength={400}
			/>
			{role === 'secondary' && (
				<TextField
					label={t('node.nextHop')}
					name="next_hop"
					mono
					value={draft.next_hop}
					onChange={edit('next_hop')}
					fold={foldNetwork}
					placeholder="smtp:[mail.example.jp]:25"
					help={t('node.nextHopHelp')}
					error={form.errors.next_hop}
					maxLength={255}
				/>
			)}
			<TextField
				label={t('field.note')}
				name="note"
				optional
				value={draft.note}
				onChange={edit('note')}
				error={form.errors.note}
				maxLength={200}
			/>
		</>
	);
}
