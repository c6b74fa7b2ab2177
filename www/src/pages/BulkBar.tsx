import {
	AtSign,
	Ban,
	CalendarClock,
	Gauge,
	type LucideIcon,
	RotateCcw,
	Trash2,
} from 'lucide-react';
import { useState } from 'react';
import { ApiError, type Schemas } from '../api/client';
import { queryClient } from '../api/queries';
import { type Key, type T, useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import type { Bulk, BulkNoun } from '../lib/useBulk';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { toast } from '../ui/Toast';
import { PickedBar, ToolbarEnd } from '../ui/Toolbar';
import {
	BulkDelete,
	type BulkDialog,
	BulkExpires,
	BulkLimits,
	BulkQuota,
	BulkRestore,
	BulkState,
	BulkToAlias,
} from './BulkDialogs';

type Act = { id: string; key: Key; icon: LucideIcon; dialog: BulkDialog };

const QUOTA: Act = { id: 'quota', key: 'field.quota', icon: Gauge, dialog: BulkQuota };
const LIMITS: Act = { id: 'limits', key: 'bulk.act.limits', icon: Gauge, dialog: BulkLimits };
const STATE: Act = { id: 'state', key: 'field.state', icon: Ban, dialog: BulkState };
const TO_ALIAS: Act = {
	id: 'toAlias',
	key: 'bulk.act.toAlias',
	icon: AtSign,
	dialog: BulkToAlias,
};
const EXPIRES: Act = {
	id: 'expires',
	key: 'field.expires',
	icon: CalendarClock,
	dialog: BulkExpires,
};
const DELETE: Act = { id: 'delete', key: 'delete', icon: Trash2, dialog: BulkDelete };
const RESTORE: Act = { id: 'restore', key: 'restore', icon: RotateCcw, dialog: BulkRestore };

const ACTS: Record<BulkNoun, Act[]> = {
	domains: [LIMITS, STATE, DELETE],
	mailboxes: [QUOTA, STATE, TO_ALIAS, DELETE],
	aliases: [STATE, TO_ALIAS, DELETE],
	whitelist: [EXPIRES, STATE, DELETE],
};

type Total = Schemas['Total'] | null | undefined;

const allText = (t: T, lang: 'en' | 'ja', total: Schemas['Total']) =>
	t('table.selectAll', formatNumber(total.value, lang) + (total.exact ? '' : '+'));

function usePickAll(bulk: Bulk) {
	const [failed, setFailed] = useState<ApiError | null>(null);
	const t = useT();
	const pick = () =>
		bulk.pickAll().catch((e) => setFailed(e instanceof ApiError ? e : new ApiError('internal', 0)));
	const dialog = failed && (
		<Dialog title={t('failed.title')} onClose={() => setFailed(null)}>
			<ErrorBox error={failed} />
		</Dialog>
	);
	return { pick, dialog };
}

/** Takes the toolbar's place while something is selected. */
export function BulkBar({ bulk, total }: { bulk: Bulk; total: Total }) {
	const t = useT();
	const lang = useLang();
	const [open, setOpen] = useState<Act | null>(null);
	const all = usePickAll(bulk);
	const acts = bulk.state === 'deleted' || bulk.state === 'expired' ? [RESTORE] : ACTS[bulk.noun];
	const what = t(`many.${bulk.noun}`, formatNumber(bulk.count, lang), bulk.count);
	const onDone = (job: Schemas['Job']) => {
		setOpen(null);
		bulk.clear();
		toast({
			title: t('bulk.started', what),
			href: `#/jobs/${job.id}`,
			link: t('job.open'),
		});
		void queryClient.invalidateQueries({ queryKey: ['jobs'] });
	};
	return (
		<PickedBar>
			<strong aria-live="polite">
				{t('table.picked', formatNumber(bulk.count, lang), bulk.count)}
			</strong>
			{acts.map((a) => (
				<Button key={a.id} small onPress={() => setOpen(a)}>
					<a.icon className="icon" aria-hidden="true" />
					<span>{(t as (k: Key) => string)(a.key)}</span>
				</Button>
			))}
			<ToolbarEnd>
				{!bulk.isAll && total && total.value > bulk.count && (
					<Button small look="link" onPress={() => void all.pick()}>
						{allText(t, lang, total)}
					</Button>
				)}
				<Button small onPress={bulk.clear}>
					{t('table.clearPicked')}
				</Button>
			</ToolbarEnd>
			{open && (
				<open.dialog bulk={bulk} what={what} onClose={() => setOpen(null)} onDone={onDone} />
			)}
			{all.dialog}
		</PickedBar>
	);
}

/** In the toolbar of a filtered list: all that match, with one press. */
export function SelectAll({ bulk, total }: { bulk: Bulk; total: Total }) {
	const t = useT();
	const lang = useLang();
	const all = usePickAll(bulk);
	if (!total || total.value < 2) return null;
	return (
		<>
			<Button onPress={() => void all.pick()}>{allText(t, lang, total)}</Button>
			{all.dialog}
		</>
	);
}
