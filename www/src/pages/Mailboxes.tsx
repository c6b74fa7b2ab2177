import { useParams } from 'wouter';
import { Page } from '../app/Page';
import { useT } from '../i18n';
import { MailboxList } from './MailboxList';

export default function Mailboxes() {
	const t = useT();
	const { item } = useParams<{ item?: string }>();
	return (
		<Page title={t('nav.mailboxes')}>
			<MailboxList base="/mailboxes" item={item} />
		</Page>
	);
}
