import { CircleAlert } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ApiError } from '../api/client';
import { useT } from '../i18n';
import { useReason } from '../i18n/reasons';
import { Button } from './Button';
import { cx } from './cx';
import css from './ErrorBox.module.css';

/** What happened, why, what to do, and the request's number. */
export function ErrorBox({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
	const t = useT();
	const reason = useReason();
	const ref = useRef<HTMLDivElement>(null);
	const items = error.items.filter((i) => i.reason);
	return (
		<div ref={ref} className={cx(css.box, css.boxError)} role="alert" tabIndex={-1}>
			<CircleAlert className="icon" aria-hidden="true" />
			<div>
				<strong>{t('error.title', error.code)}</strong>
				{items.length === 1 && items[0] && <p>{reason(items[0])}</p>}
				{items.length > 1 && (
					<ul className={css.boxList}>
						{items.map((i) => (
							<li key={i.field + i.reason + i.subject}>{reason(i)}</li>
						))}
					</ul>
				)}
				{items.length === 0 && <p>{t('error.help', error.code, error.retryAfter)}</p>}
				<div className={css.row}>
					{onRetry && (
						<Button small onPress={onRetry}>
							{t('retry')}
						</Button>
					)}
					{error.requestId && (
						<span className={cx(css.copy, 'muted')}>
							{t('error.request')} <code>{error.requestId}</code>
							<Copy text={error.requestId} label={t('error.copyRequest')} quiet />
						</span>
					)}
				</div>
			</div>
		</div>
	);
}

/** Its label turns to "Copied", which is announced too. */
export function Copy({ text, label, quiet }: { text: string; label?: string; quiet?: boolean }) {
	const t = useT();
	const [done, setDone] = useState(false);
	useEffect(() => {
		if (!done) return;
		const id = setTimeout(() => setDone(false), 2500);
		return () => clearTimeout(id);
	}, [done]);
	return (
		<Button
			look={quiet ? 'link' : 'plain'}
			small={!!quiet}
			onPress={() => void copyText(text).then(setDone)}
			aria-label={done ? undefined : label}
		>
			<span aria-live="polite">{done ? t('copied') : t('copy')}</span>
		</Button>
	);
}

/** The clipboard needs a secure page; the old way serves the others. */
async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		const area = document.createElement('textarea');
		area.value = text;
		area.setAttribute('readonly', '');
		document.activeElement?.after(area);
		area.select();
		const done = document.execCommand('copy');
		area.remove();
		return done;
	}
}
