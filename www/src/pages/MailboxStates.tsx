import { useT } from '../i18n';
import { RadioField } from '../ui/Field';

type State = 'active' | 'nologin' | 'closed';

export function MailboxStates({ value, onChange }: { value: State; onChange: (v: State) => void }) {
	const t = useT();
	return (
		<RadioField
			legend={t('field.state')}
			value={value}
			onChange={onChange}
			options={[
				{ value: 'active', text: t('state.active'), help: t('mailbox.help.active') },
				{ value: 'nologin', text: t('state.nologin'), help: t('mailbox.help.nologin') },
				{ value: 'closed', text: t('state.closed'), help: t('mailbox.help.closed') },
			]}
		/>
	);
}
