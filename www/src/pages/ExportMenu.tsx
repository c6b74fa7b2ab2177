import { Download, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { ApiError, isProblem } from '../api/client';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import type { BulkFilter, BulkNoun } from '../lib/useBulk';
import { Button } from '../ui/Button';
import { Actions, Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { Note } from '../ui/Marks';
import { ActMenu } from '../ui/Menu';
import { TriggerButton } from '../ui/TriggerButton';

/**
 * Asks first whether the file can be made, so that a refusal is told here and
 * not on a page of its own; then the browser takes it.
 */
export async function download(url: string): Promise<void> {
	const head = await fetch(url, { method: 'HEAD' });
	if (!head.ok) {
		const reply = await fetch(url);
		const body: unknown = await reply.json().catch(() => null);
		if (isProblem(body))
			throw new ApiError(body.code, body.status, body.errors, body.request_id, 0, body.detail);
		throw new ApiError('internal', reply.status);
	}
	window.location.assign(url);
}

/** The list as a file, with its filter and sort. */
export function ExportMenu({
	noun,
	filter,
	sort,
}: {
	noun: BulkNoun;
	filter: BulkFilter;
	sort: string | undefined;
}) {
	const t = useT();
	const { admin } = useSession();
	const [failed, setFailed] = useState<ApiError | null>(null);
	const [asks, setAsks] = useState(false);
	const get = (more: Record<string, string>) => {
		const query = new URLSearchParams();
		for (const [k, v] of Object.entries({ ...filter, sort, ...more }))
			if (v !== undefined) query.set(k, String(v));
		download(`/api/v1/${noun}/export?${query}`).catch((e) =>
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0)),
		);
	};
	return (
		<>
			<ActMenu
				label={t('export.button')}
				trigger={
					<TriggerButton aria-label={t('export.button')}>
						<Download className="icon" aria-hidden="true" />
						<span>{t('export.button')}</span>
					</TriggerButton>
				}
				acts={[
					{ id: 'utf8', text: t('export.utf8'), run: () => get({ encoding: 'utf-8' }) },
					{ id: 'excel', text: t('export.excel'), run: () => get({ encoding: 'utf-8-bom' }) },
					{ id: 'sjis', text: t('export.sjis'), run: () => get({ encoding: 'shift_jis' }) },
					noun === 'mailboxes' &&
						admin.role === 'superadmin' && {
							id: 'hashes',
							text: t('export.hashes'),
							icon: KeyRound,
							apart: true,
							run: () => setAsks(true),
						},
				]}
			/>
			{asks && (
				<Dialog title={t('export.hashesTitle')} onClose={() => setAsks(false)} role="alertdialog">
					<Note tone="warn">{t('export.hashesText')}</Note>
					<Actions>
						<Button onPress={() => setAsks(false)}>{t('cancel')}</Button>
						<Button
							look="danger"
							onPress={() => {
								setAsks(false);
								get({ hashes: 'true' });
							}}
						>
							{t('export.button')}
						</Button>
					</Actions>
				</Dialog>
			)}
			{failed && (
				<Dialog title={t('export.failed')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</>
	);
}
