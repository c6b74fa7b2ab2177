import { signOut } from '../app/signOut';
import type { OwnerSession } from '../app/useSession';
import { useT } from '../i18n';
import { Button } from '../ui/Button';
import { Front } from './Front';

/** What the owner of a mailbox sees: one column of cards. */
export default function Owner({ session }: { session: OwnerSession }) {
	const t = useT();
	return (
		<Front title={session.mailbox.address}>
			<Button onPress={() => void signOut()}>{t('signout')}</Button>
		</Front>
	);
}
