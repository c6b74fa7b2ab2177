import { useState } from 'react';
import type { ProblemItem } from '../api/client';
import { useT } from '../i18n';
import { TextField } from '../ui/Field';

const digits = (v: string) => v.normalize('NFKC').replace(/\D/g, '');

/** Six digits, which send themselves; or one of the codes that were kept. */
export function CodeField({
	recovery,
	error,
	onChange,
	onWhole,
}: {
	recovery: boolean;
	error?: ProblemItem | undefined;
	onChange: (v: string) => void;
	onWhole: (v: string) => void;
}) {
	const t = useT();
	const [value, setValue] = useState('');
	const set = (raw: string) => {
		const v = recovery ? raw : digits(raw).slice(0, 6);
		const isNew = v !== value;
		setValue(v);
		onChange(v);
		if (!recovery && isNew && v.length === 6) onWhole(v);
	};
	return (
		<TextField
			key={recovery ? 'recovery' : 'code'}
			label={recovery ? t('signin.recovery') : t('signin.code')}
			name="code"
			mono
			value={value}
			onChange={set}
			error={error}
			help={recovery ? t('signin.recoveryHelp') : t('signin.codeHelp')}
			inputMode={recovery ? 'text' : 'numeric'}
			autoComplete={recovery ? 'off' : 'one-time-code'}
			autoFocus
		/>
	);
}
