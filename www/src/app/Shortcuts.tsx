import { useState } from 'react';
import { useT } from '../i18n';
import { setSingleKeys, singleKeysOn } from '../lib/hotkeys';
import { Dialog } from '../ui/Dialog';
import { CheckField } from '../ui/Field';
import { Kbd } from '../ui/Toolbar';
import css from './Shell.module.css';

export function Shortcuts({ onClose }: { onClose: () => void }) {
	const t = useT();
	const [on, setOn] = useState(singleKeysOn());
	const keys = [
		['Ctrl K', t('keys.palette')],
		['/', t('keys.search')],
		['n', t('keys.new')],
		['?', t('keys.help')],
		['Esc', t('keys.close')],
	];
	return (
		<Dialog title={t('keys.title')} onClose={onClose}>
			<dl className={css.keys}>
				{keys.map(([key, text]) => (
					<div key={key} style={{ display: 'contents' }}>
						<dt>
							<Kbd>{key}</Kbd>
						</dt>
						<dd>{text}</dd>
					</div>
				))}
			</dl>
			<CheckField
				label={t('keys.single')}
				checked={on}
				onChange={(v) => {
					setOn(v);
					setSingleKeys(v);
				}}
			/>
		</Dialog>
	);
}
