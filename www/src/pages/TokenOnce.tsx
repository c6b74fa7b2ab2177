import { useT } from '../i18n';
import { Button } from '../ui/Button';
import { Actions } from '../ui/Dialog';
import { Copy } from '../ui/ErrorBox';
import { Note } from '../ui/Marks';
import css from './Node.module.css';

/** A token as it stands in one reply only. */
export function TokenOnce({
	name,
	token,
	onClose,
}: {
	name: string;
	token: string;
	onClose: () => void;
}) {
	const t = useT();
	return (
		<>
			<p>{t('token.text', name)}</p>
			<div className={css.token}>
				<code data-token>{token}</code>
				<Copy text={token} label={t('token.copy')} />
			</div>
			<Note tone="warn">{t('token.once')}</Note>
			<Actions sticky>
				<Button look="primary" onPress={onClose}>
					{t('done')}
				</Button>
			</Actions>
		</>
	);
}
