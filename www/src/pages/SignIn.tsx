import { signedIn } from '../api/session';
import { useT } from '../i18n';
import { Front } from './Front';
import { SignInForm } from './SignInForm';

export default function SignIn() {
	const t = useT();
	return (
		<Front title={t('signin.title')}>
			<SignInForm onDone={signedIn} />
		</Front>
	);
}
