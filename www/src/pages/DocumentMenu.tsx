import { FileText } from 'lucide-react';
import { useState } from 'react';
import { ApiError, client, ok } from '../api/client';
import type { NodeStatus } from '../api/publishing';
import { useT } from '../i18n';
import { Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { ActMenu } from '../ui/Menu';
import { TriggerButton } from '../ui/TriggerButton';
import { download } from './ExportMenu';

const WAIT_MS = 5000;
const LOOK_MS = 250;

/** A server that does not answer is told of by what it said last. */
async function askSettings(node: NodeStatus): Promise<void> {
	const until = Date.now() + WAIT_MS;
	try {
		const asked = await ok(
			client.POST('/api/v1/nodes/{id}/requests', {
				params: { path: { id: node.id } },
				body: { verb: 'settings' },
			}),
		);
		while (Date.now() < until) {
			const r = await ok(
				client.GET('/api/v1/nodes/{id}/requests/{request}', {
					params: { path: { id: node.id, request: asked.id } },
				}),
			);
			if (r.state !== 'waiting') return;
			await new Promise((done) => setTimeout(done, LOOK_MS));
		}
	} catch {
		// The page then has what the server said before, with its time.
	}
}

/** The system as one page, in either language. */
export function DocumentMenu({ nodes }: { nodes: readonly NodeStatus[] }) {
	const t = useT();
	const [failed, setFailed] = useState<ApiError | null>(null);
	const [isBusy, setBusy] = useState(false);
	const make = async (lang: 'en' | 'ja') => {
		setBusy(true);
		try {
			await Promise.all(nodes.filter((n) => n.role !== 'outbound').map(askSettings));
			await download(`/api/v1/document?lang=${lang}`);
		} catch (e) {
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0));
		} finally {
			setBusy(false);
		}
	};
	return (
		<>
			<ActMenu
				label={t('document.button')}
				trigger={
					<TriggerButton aria-label={t('document.button')} isDisabled={isBusy}>
						<FileText className="icon" aria-hidden="true" />
						<span>{t('document.button')}</span>
					</TriggerButton>
				}
				acts={[
					{ id: 'en', text: t('document.en'), run: () => void make('en') },
					{ id: 'ja', text: t('document.ja'), run: () => void make('ja') },
				]}
			/>
			{failed && (
				<Dialog title={t('document.failed')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</>
	);
}
