import { useState } from 'react';
import { ok, type Schemas } from '../api/client';
import { useT } from '../i18n';
import type { FormState } from '../lib/useForm';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { DiffView, TooMany } from './Diff';
import { Note } from './Marks';

type Props<P extends object> = {
	form: FormState;
	/** What would be saved; null where the form has a fault, which it shows. */
	patchOf: () => P | null;
	/** The same request as the save, with dry_run. */
	send: (patch: P) => Parameters<typeof ok>[0];
};

/** What a save would change on the mail servers, without saving. */
export function DryRun<P extends object>({ form, patchOf, send }: Props<P>) {
	const t = useT();
	const [shown, setShown] = useState<Schemas['DryRun'] | 'nothing' | null>(null);
	const ask = () => {
		const patch = patchOf();
		if (!patch) return;
		if (Object.keys(patch).length === 0) return setShown('nothing');
		void form.run(async () => setShown((await ok(send(patch))) as Schemas['DryRun']));
	};
	return (
		<>
			<span style={{ marginInlineEnd: 'auto' }}>
				<Button look="quiet" isDisabled={form.pending} onPress={ask}>
					{t('dry.show')}
				</Button>
			</span>
			{shown && (
				<Dialog title={t('dry.title')} onClose={() => setShown(null)} wide>
					<Shown dry={shown} />
				</Dialog>
			)}
		</>
	);
}

function Shown({ dry }: { dry: Schemas['DryRun'] | 'nothing' }) {
	const t = useT();
	if (dry === 'nothing') return <p>{t('dry.none')}</p>;
	return (
		<div data-dry-run>
			{dry.faults.map((f) => (
				<Note key={f.domain} tone="warn">
					{t('explain.fault', f.domain, f.reason)}
				</Note>
			))}
			{dry.truncated ? (
				<TooMany diff={dry} />
			) : dry.lines.length === 0 ? (
				<p>{t('dry.none')}</p>
			) : (
				<>
					<p className="muted" style={{ paddingBottom: 'var(--s3)' }}>
						{t('dry.text')}
					</p>
					<DiffView lines={dry.lines} files={dry.files} />
					{dry.next !== null && <p className="muted">{t('drift.more')}</p>}
				</>
			)}
		</div>
	);
}
