import { Ban, CheckCircle2, Clock } from 'lucide-react';
import type { Schemas } from '../api/client';
import { useT } from '../i18n';
import { Mark } from '../ui/Marks';

export function AdminMark({ admin: a }: { admin: Schemas['AdminView'] }) {
	const t = useT();
	if (a.state === 'disabled')
		return (
			<Mark tone="bad" icon={Ban}>
				{t('adminState.disabled')}
			</Mark>
		);
	return a.has_password ? (
		<Mark tone="ok" icon={CheckCircle2}>
			{t('adminState.active')}
		</Mark>
	) : (
		<Mark tone="warn" icon={Clock}>
			{t('adminState.waiting')}
		</Mark>
	);
}
