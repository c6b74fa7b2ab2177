import { lazy, Suspense } from 'react';
import { loadSession } from '../api/loadSession';
import { useSessionState } from '../api/session';
import { loadAllWords } from '../i18n';
import { usePath } from '../lib/location';
import { ErrorBox } from '../ui/ErrorBox';
import { ConnectionBar } from './ConnectionBar';

const SignIn = lazy(() => import('../pages/SignIn'));
const FirstUse = lazy(() => import('../pages/FirstUse'));
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
			return <Shell session={session.session} />;
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
