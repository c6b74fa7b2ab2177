import { useQuery } from '@tanstack/react-query';
import { ListChecks } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { isActiveJob, jobsQuery, refresh } from '../api/queries';
import { useT } from '../i18n';
import { jobTitle } from '../lib/words';
import { Bar, JobMark } from '../ui/Marks';
import overlay from '../ui/Overlay.module.css';
import { toast } from '../ui/Toast';
import { TriggerButton } from '../ui/TriggerButton';
import css from './Shell.module.css';

/** The latest jobs; one that ends says so. */
export function JobsTray() {
	const t = useT();
	const { data } = useQuery(jobsQuery({ limit: 6 }));
	const jobs = data?.items ?? [];
	const running = jobs.filter(isActiveJob);
	const seen = useRef(new Set<number>());
	const newest = useRef<number>(undefined);
	useEffect(() => {
		if (!data) return;
		const before = newest.current ?? Number.POSITIVE_INFINITY;
		newest.current = Math.max(newest.current ?? 0, ...data.items.map((j) => j.id));
		for (const j of data.items) {
			if (isActiveJob(j)) seen.current.add(j.id);
			// A quick one was never seen at work.
			else if (seen.current.delete(j.id) || j.id > before) {
				const text = t(
					`job.ended.${j.state === 'failed' ? 'failed' : j.state === 'done' ? 'done' : 'cancelled'}`,
					jobTitle(t, j),
				);
				toast({ title: text, href: `#/jobs/${j.id}`, link: t('job.open') });
				void refresh();
			}
		}
	}, [data, t]);
	return (
		<DialogTrigger>
			<TriggerButton
				look="quiet"
				icon
				aria-label={running.length ? t('jobs.running', running.length) : t('nav.jobs')}
			>
				<span className={css.dotWrap}>
					<ListChecks className="icon" aria-hidden="true" />
					{running.length > 0 && (
						<span className={css.badge} aria-hidden="true">
							{running.length}
						</span>
					)}
				</span>
			</TriggerButton>
			<Popover className={overlay.popover} placement="bottom end">
				<Dialog className={css.tray} aria-label={t('nav.jobs')}>
					{({ close }) => (
						<>
							{jobs.length === 0 && <p className="muted">{t('jobs.none')}</p>}
							<ul>
								{jobs.map((j) => (
									<li key={j.id}>
										<div className={css.trayRow}>
											<a href={`#/jobs/${j.id}`} onClick={close}>
												{jobTitle(t, j)}
											</a>
											<JobMark state={j.state} />
										</div>
										{isActiveJob(j) && <Bar value={j.done} max={j.total} label={jobTitle(t, j)} />}
									</li>
								))}
							</ul>
							<a href="#/jobs" onClick={close}>
								{t('jobs.all')}
							</a>
						</>
					)}
				</Dialog>
			</Popover>
		</DialogTrigger>
	);
}
