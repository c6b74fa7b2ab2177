import { lazy, Suspense } from 'react';
import { loadSession } from '../api/loadSession';
import { useSessionState } from '../api/session';
import { loadAllWords } from '../i18n';
import { usePath } from '../lib/location';
import { ErrorBox } from '../ui/ErrorBox';
import { ConnectionBar } from './ConnectionBar';
import { isAdmin, isOwner } from './useSession';

const SignIn = lazy(() => import('../pages/SignIn'));
const FirstUse = lazy(() => import('../pages/FirstUse'));
const Owner = lazy(async () => {
	const [owner] = await Promise.all([import('../pages/Owner'), loadAllWords()]);
	return owner;
});
const Shell = lazy(async () => {
	const [shell] = await Promise.all([import('./Shell'), loadAllWords()]);
	return shell;
});

export function App() {
	return (
		<Suspense fallback={null}>
			<Gate />
		</Suspense>
	);
}

function Gate() {
	const [path] = usePath();
	const session = useSessionState();
	if (path === '/first-use') return <FirstUse />;
	switch (session.is) {
		case 'loading':
			return null;
		case 'in':
			if (isAdmin(session.session)) return <Shell session={session.session} />;
			return isOwner(session.session) ? <Owner session={session.session} /> : null;
		case 'out':
			return <SignIn />;
		case 'unknown':
			return (
				<main>
					<ConnectionBar />
					<ErrorBox error={session.error} onRetry={() => void loadSession()} />
				</main>
			);
	}
}
