import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { ApiError } from '../api/client';
import { publishingQuery } from '../api/queries';
import { Page, TabLinks } from '../app/Page';
import { useT } from '../i18n';
import { ErrorBox } from '../ui/ErrorBox';
import { Loading } from '../ui/Marks';
import { ExplainMail } from './ExplainMail';
import { NodeSettings } from './NodeSettings';

/** What will happen to a message, and which file gives a setting. */
export default function Explain() {
	const t = useT();
	const { tab } = useParams<{ tab?: string }>();
	const nodes = useQuery(publishingQuery);
	const settings = tab === 'settings';
	return (
		<Page title={t('nav.explain')}>
			<TabLinks
				label={t('nav.explain')}
				tabs={[
					{ text: t('explain.tab.mail'), href: '#/explain', current: !settings },
					{ text: t('explain.tab.settings'), href: '#/explain/settings', current: settings },
				]}
			/>
			{nodes.error instanceof ApiError && !nodes.data && (
				<ErrorBox error={nodes.error} onRetry={() => void nodes.refetch()} />
			)}
			{!nodes.data && nodes.isPending && <Loading />}
			{nodes.data &&
				(settings ? (
					<NodeSettings nodes={nodes.data.nodes} />
				) : (
					<ExplainMail nodes={nodes.data.nodes} />
				))}
		</Page>
	);
}
