import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import type { ProblemItem } from '../api/client';
import { useT } from '../i18n';
import { makePassword } from '../lib/password';
import { Button } from './Button';
import { Copy } from './ErrorBox';
import { TextField } from './Field';

type Props = {
	value: string;
	onChange: (v: string) => void;
	error?: ProblemItem | undefined;
};

/** A password made here, shown so that it can be handed on; or one's own. */
export function NewPasswordField({ value, onChange, error }: Props) {
	const t = useT();
	const [made, setMade] = useState(value);
	return (
		<TextField
			label={t('password')}
			name="password"
			mono
			value={value}
			onChange={onChange}
			autoComplete="new-password"
			error={error}
			help={value === made ? t('password.made') : t('password.own')}
			suffix={
				<>
					<Copy text={value} label={t('password.copy')} />
					<Button
						icon
						aria-label={t('password.again')}
						onPress={() => {
							const next = makePassword();
							setMade(next);
							onChange(next);
						}}
					>
						<RefreshCw className="icon" aria-hidden="true" />
					</Button>
				</>
			}
		/>
	);
}
