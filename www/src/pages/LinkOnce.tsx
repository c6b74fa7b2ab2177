import type { Schemas } from '../api/client';
import { useLang, useT } from '../i18n';
import { formatTime } from '../lib/format';
import { Button } from '../ui/Button';
import { Actions } from '../ui/Dialog';
import { Copy } from '../ui/ErrorBox';
import { Note } from '../ui/Marks';
import css from './Node.module.css';

/** A first-use link as it stands in one reply only. */
export function LinkOnce({
	link,
	onClose,
}: {
	link: NonNullable<Schemas['AdminWithLink']['first_use']>;
	onClose: () => void;
}) {
	const t = useT();
	const lang = useLang();
	const text = `${location.origin}/#/first-use?token=${link.token}`;
	return (
		<>
			<p>{t('link.text')}</p>
			<div className={css.token}>
				<code data-token>{text}</code>
				<Copy text={text} label={t('link.copy')} />
			</div>
			<Note tone="warn">{t('link.once', formatTime(link.expires_at, lang))}</Note>
			<Actions sticky>
				<Button look="primary" onPress={onClose}>
					{t('done')}
				</Button>
			</Actions>
		</>
	);
}
