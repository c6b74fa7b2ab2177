import { X } from 'lucide-react';
import { useState } from 'react';
import { Text } from 'react-aria-components/Text';
import {
	UNSTABLE_Toast as AriaToast,
	UNSTABLE_ToastContent as ToastContent,
	UNSTABLE_ToastQueue as ToastQueue,
	UNSTABLE_ToastRegion as ToastRegion,
} from 'react-aria-components/Toast';
import { ApiError, client, ok } from '../api/client';
import { refresh } from '../api/queries';
import { useT, words } from '../i18n';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorBox } from './ErrorBox';
import { LiveMark } from './Live';
import css from './Toast.module.css';
import { TriggerButton } from './TriggerButton';

type Content = {
	title: string;
	serial?: number;
	/** What the change waits with; null for what goes live in every mode. */
	domain?: string | null | undefined;
	undo?: boolean;
	href?: string;
	link?: string;
};

const SHOWN_MS = 6000;
const queue = new ToastQueue<Content>({ maxVisibleToasts: 4 });

/** Success only; an error stands where it happened and never times out. */
export function toast(content: Content): void {
	queue.add(content, { timeout: SHOWN_MS });
}

/** A change was saved: tells when the mail servers have it, offers Undo. */
export function saved(
	title: string,
	serial: number,
	{ undo = true, domain }: { undo?: boolean; domain?: string | null } = {},
): void {
	toast({ title, serial, undo, domain });
	void refresh();
}

export function Toasts() {
	const t = useT();
	const [failed, setFailed] = useState<ApiError | null>(null);
	const undo = async (serial: number) => {
		try {
			const rev = await ok(
				client.POST('/api/v1/revisions/{serial}/undo', { params: { path: { serial } }, body: {} }),
			);
			saved(words()('undo.done'), rev.serial, { undo: false });
		} catch (e) {
			setFailed(e instanceof ApiError ? e : new ApiError('internal', 0));
			void refresh();
		}
	};
	return (
		<>
			<ToastRegion queue={queue} className={css.region} aria-label={t('toasts')}>
				{({ toast: one }) => (
					<AriaToast toast={one} className={css.toast}>
						<ToastContent className={css.content}>
							<Text slot="title" className={css.title}>
								{one.content.title}
							</Text>
							{one.content.serial !== undefined && (
								<Text slot="description">
									<LiveMark serial={one.content.serial} domain={one.content.domain} />
								</Text>
							)}
							{one.content.href && <a href={one.content.href}>{one.content.link}</a>}
						</ToastContent>
						{one.content.undo && one.content.serial !== undefined && (
							<Button
								small
								onPress={() => {
									queue.close(one.key);
									void undo(one.content.serial ?? 0);
								}}
							>
								{t('undo')}
							</Button>
						)}
						<TriggerButton slot="close" look="quiet" small icon aria-label={t('close')}>
							<X className="icon" aria-hidden="true" />
						</TriggerButton>
					</AriaToast>
				)}
			</ToastRegion>
			{failed && (
				<Dialog title={t('undo.failed')} onClose={() => setFailed(null)}>
					<ErrorBox error={failed} />
				</Dialog>
			)}
		</>
	);
}
