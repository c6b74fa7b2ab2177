import { useState } from 'react';
import { Card, Stack } from '../app/Page';
import { useT } from '../i18n';
import { Copy } from '../ui/ErrorBox';
import { SelectField } from '../ui/Field';
import css from './Import.module.css';

const COMMANDS = {
	postfixadmin: 'postroom import postfixadmin --options /root/old.cnf --preview',
	vpopmail: 'postroom import vpopmail --options /root/old.cnf --preview',
	iredmail: 'postroom import iredmail --options /root/old.cnf --preview',
	files:
		'postroom import files --mailboxes /etc/postfix/vmailbox --aliases /etc/postfix/virtual --passwd /etc/dovecot/users --preview',
	system: 'postroom import system --domain example.org --preview',
} as const;
type Source = keyof typeof COMMANDS;
const SOURCES = Object.keys(COMMANDS) as Source[];

/** Other systems are read where they are, by the command line. */
export function ImportFrom() {
	const t = useT();
	const [source, setSource] = useState<Source>('postfixadmin');
	const isDatabase = source !== 'files' && source !== 'system';
	return (
		<Card title={t('import.from')}>
			<Stack>
				<p>{t('import.from.text')}</p>
				<SelectField
					label={t('import.from.source')}
					value={source}
					onChange={setSource}
					options={SOURCES.map((s) => ({ value: s, text: t(`import.from.${s}`) }))}
				/>
				<div className={css.command}>
					<code>{COMMANDS[source]}</code>
					<Copy text={COMMANDS[source]} label={t('import.from.copy')} />
				</div>
				<p className="muted">{t(isDatabase ? 'import.from.options' : 'import.from.preview')}</p>
			</Stack>
		</Card>
	);
}
