import { useParams } from 'wouter';
import { Page } from '../app/Page';
import { useT } from '../i18n';
import { AliasList } from './AliasList';

export default function Aliases() {
	const t = useT();
	const { item } = useParams<{ item?: string }>();
	return (
		<Page title={t('nav.aliases')}>
			<AliasList base="/aliases" item={item} />
		</Page>
	);
}
