import { Page, Stack } from '../app/Page';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { Factors } from './Factors';
import { OwnPassword, OwnSessions, SignIns } from './OwnSessions';

/** An administrator's own sign-in: password, second factors, sessions. */
export default function Security() {
	const t = useT();
	const { admin } = useSession();
	return (
		<Page title={t('security')}>
			<Stack narrow>
				<OwnPassword isMail={false} />
				<Factors handle={`admin/${admin.id}`} login={admin.login} />
				<OwnSessions />
				<SignIns isMail={false} />
			</Stack>
		</Page>
	);
}
