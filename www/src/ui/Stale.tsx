import { useT } from '../i18n';
import { Button } from './Button';
import { Actions, Dialog } from './Dialog';
import css from './History.module.css';

export type StaleRow = { name: string; mine: string; theirs: string };

/** Somebody else saved first: what differs, and what to do about it. */
export function StaleDialog({
	rows,
	onReload,
	onApply,
	onClose,
}: {
	rows: StaleRow[];
	onReload: () => void;
	onApply: () => void;
	onClose: () => void;
}) {
	const t = useT();
	return (
		<Dialog title={t('stale.title')} onClose={onClose} role="alertdialog" wide>
			<p>{t('stale.text')}</p>
			{rows.length > 0 ? (
				<table className={css.diffs}>
					<thead>
						<tr>
							<th scope="col">{t('history.field')}</th>
							<th scope="col">{t('stale.theirs')}</th>
							<th scope="col">{t('stale.mine')}</th>
						</tr>
					</thead>
					<tbody>
						{rows.map((r) => (
							<tr key={r.name}>
								<th scope="row">{r.name}</th>
								<td>{r.theirs}</td>
								<td>{r.mine}</td>
							</tr>
						))}
					</tbody>
				</table>
			) : (
				<p className="muted">{t('stale.same')}</p>
			)}
			<Actions>
				<Button onPress={onReload}>{t('stale.reload')}</Button>
				<Button look="primary" onPress={onApply}>
					{t('stale.apply')}
				</Button>
			</Actions>
		</Dialog>
	);
}
