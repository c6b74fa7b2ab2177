import { Compass } from 'lucide-react';
import { Page } from '../app/Page';
import { useT } from '../i18n';
import { buttonClass } from '../ui/Button';
import { Empty } from '../ui/Marks';

export default function NotFound() {
	const t = useT();
	return (
		<Page title={t('notfound.title')}>
			<Empty icon={Compass} title={t('notfound.title')} text={t('notfound.text')}>
				<a href="#/" className={buttonClass('primary')}>
					{t('nav.home')}
				</a>
			</Empty>
		</Page>
	);
}
