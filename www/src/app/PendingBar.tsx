import { useQuery } from '@tanstack/react-query';
import { History, Hourglass } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useDown } from '../api/connection';
import { versionsQuery } from '../api/publishing';
import { publishingQuery } from '../api/queries';
import { useLang, useT } from '../i18n';
import { formatNumber, formatTime } from '../lib/format';
import { holdOf } from '../lib/live';
import { usePath } from '../lib/location';
import { Button } from '../ui/Button';
import css from './ConnectionBar.module.css';
import { useSession } from './useSession';

const ResumeDialog = lazy(() => import('../pages/ResumeDialog'));

/** Saved and live differ on purpose: what waits, and the way to end it. */
export function PendingBar() {
	const t = useT();
	const lang = useLang();
	const [path] = usePath();
	const { admin } = useSession();
	const mayAct = admin.role === 'superadmin';
	const { data } = useQuery(publishingQuery);
	const down = useDown();
	const [resume, setResume] = useState(false);
	const hold = data ? holdOf(data) : undefined;
	const acts = useQuery({ ...versionsQuery({ limit: 50 }), enabled: mayAct && !!hold }).data;
	const act = acts?.items.find((v) => v.kind === 'rollback');
	const waiting = data?.pending.revisions ?? 0;
	const here = path.startsWith('/publish');
	return (
		<>
			<div role="status">
				{data && !down && hold && (
					<div className={css.bar} data-pending="hold">
						<History className="icon" aria-hidden="true" />
						<span>
							{hold.hold_by === 'local'
								? t('bar.holdLocal', hold.name, formatNumber(hold.hold_serial ?? 0, lang))
								: t(
										'bar.hold',
										formatNumber(hold.hold_serial ?? 0, lang),
										act ? formatTime(act.at, lang) : '',
										act?.actor_name ?? '',
									)}
						</span>
						{mayAct && (
							<Button look="link" onPress={() => setResume(true)}>
								{t('resume')}
							</Button>
						)}
					</div>
				)}
				{data && !down && !hold && waiting > 0 && (
					<div className={css.bar} data-pending="review">
						<Hourglass className="icon" aria-hidden="true" />
						<span>{t('bar.pending', waiting)}</span>
						{!here && <a href="#/publish">{t('bar.review')}</a>}
					</div>
				)}
			</div>
			{resume && data && (
				<Suspense fallback={null}>
					<ResumeDialog publishing={data} onClose={() => setResume(false)} />
				</Suspense>
			)}
		</>
	);
}
