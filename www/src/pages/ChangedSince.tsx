import { useInfiniteQuery } from '@tanstack/react-query';
import { ApiError } from '../api/client';
import { diffQuery } from '../api/publishing';
import { useT } from '../i18n';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { DiffView } from '../ui/Diff';
import { ErrorBox } from '../ui/ErrorBox';
import { Loading } from '../ui/Marks';
import css from './Form.module.css';

/** Saved after what was looked at: which domains, and what in them. */
export function ChangedSince({
	domains,
	from,
	to,
	onAgain,
	onClose,
}: {
	domains: string[];
	from: number;
	to: number;
	onAgain: () => void;
	onClose: () => void;
}) {
	const t = useT();
	const q = useInfiniteQuery(
		diffQuery(domains.length === 1 && domains[0] ? { from, to, domain: domains[0] } : { from, to }),
	);
	const first = q.data?.pages[0];
	const lines = q.data?.pages.flatMap((p) => p.lines).filter((l) => domains.includes(l.domain));
	return (
		<Dialog title={t('since.title')} onClose={onClose} role="alertdialog" wide>
			<p>{t('since.text', domains.length)}</p>
			<ul className={css.list}>
				{domains.map((d) => (
					<li key={d} className="mono">
						{d}
					</li>
				))}
			</ul>
			{q.error instanceof ApiError && <ErrorBox error={q.error} />}
			{!q.data && q.isPending && <Loading />}
			{first && lines && <DiffView lines={lines} files={first.files} />}
			<Actions>
				<Button onPress={onClose}>{t('close')}</Button>
				<Button look="primary" onPress={onAgain}>
					{t('publish.again')}
				</Button>
			</Actions>
		</Dialog>
	);
}
