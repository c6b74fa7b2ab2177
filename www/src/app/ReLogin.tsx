import { refresh } from '../api/queries';
import { signedIn } from '../api/session';
import { useT } from '../i18n';
import { SignInForm } from '../pages/SignInForm';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { signOut } from './signOut';

/** Over the page: what was typed below it stays. */
export function ReLogin({ login }: { login: string }) {
	const t = useT();
	return (
		<Dialog title={t('relogin.title')} onClose={() => {}} closable={false} role="alertdialog">
			<p>{t('relogin.text')}</p>
			<SignInForm
				login={login}
				onDone={(s) => {
					signedIn(s);
					void refresh();
				}}
			/>
			<Button look="link" onPress={() => void signOut()}>
				{t('relogin.other')}
			</Button>
		</Dialog>
	);
}
