import { client, ok, type Schemas } from '../api/client';
import { domainQuery, queryClient, refresh } from '../api/queries';
import type { T } from '../i18n';
import { saved, toast } from '../ui/Toast';

/** A small domain comes back at once, a large one by a job. */
export async function restoreDomain(t: T, d: Schemas['Domain']): Promise<void> {
	const r = await ok(
		client.POST('/api/v1/domains/{id}/restore', { params: { path: { id: d.id } } }),
	);
	if ('job' in r) {
		toast({
			title: t('domain.restoring', d.name_unicode),
			href: `#/jobs/${r.job.id}`,
			link: t('job.open'),
		});
		await refresh();
		return;
	}
	queryClient.setQueryData(domainQuery(d.id).queryKey, r);
	saved(t('domain.done.restored', d.name_unicode), r.changed_serial, {
		undo: false,
		domain: d.name,
	});
}
