import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'wouter';
import { ApiError, type Schemas } from '../api/client';
import { publishingQuery } from '../api/queries';
import { Page, TabLinks } from '../app/Page';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { Loading } from '../ui/Marks';
import { ModeDialog } from './ModeDialog';
import { Pending } from './Pending';
import { RollBack } from './RollBack';
import { Versions } from './Versions';

/** What waits, what was published, and the way back. */
export default function Publish() {
	const t = useT();
	const { tab, item } = useParams<{ tab?: string; item?: string }>();
	const { admin } = useSession();
	const q = useQuery(publishingQuery);
	const isSuper = admin.role === 'superadmin';
	const versions = isSuper && tab === 'versions';
	const serial = versions && item && /^\d+$/.test(item) ? Number(item) : null;
	if (serial !== null) return <RollBack key={serial} serial={serial} publishing={q.data} />;
	return (
		<Page
			title={t('nav.publish')}
			aside={isSuper && q.data ? <Mode publishing={q.data} /> : undefined}
		>
			{isSuper && (
				<TabLinks
					label={t('nav.publish')}
					tabs={[
						{ text: t('publish.tab.pending'), href: '#/publish', current: !versions },
						{ text: t('publish.tab.versions'), href: '#/publish/versions', current: versions },
					]}
				/>
			)}
			{q.error instanceof ApiError && !q.data && (
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			)}
			{!q.data && q.isPending && <Loading lines={6} />}
			{q.data && (versions ? <Versions /> : <Pending publishing={q.data} mayAct={isSuper} />)}
		</Page>
	);
}

/** Automatic or reviewed, with the way to the other one. */
function Mode({ publishing }: { publishing: Schemas['Publishing'] }) {
	const t = useT();
	const [open, setOpen] = useState(false);
	return (
		<span style={{ marginInlineStart: 'auto' }} data-mode={publishing.mode}>
			<span className="muted">{t('mode.label')}</span>{' '}
			<strong>{t(`mode.${publishing.mode}`)}</strong>{' '}
			<Button look="link" onPress={() => setOpen(true)}>
				{t('mode.change')}
			</Button>
			{open && <ModeDialog publishing={publishing} onClose={() => setOpen(false)} />}
		</span>
	);
}
