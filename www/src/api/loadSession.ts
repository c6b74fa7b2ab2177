import { ApiError, client, ok } from './client';
import { onceBack } from './connection';
import { setSession, signedIn } from './session';

/** Asks who is signed in; again when the service is back. */
export async function loadSession(): Promise<void> {
	try {
		signedIn(await ok(client.GET('/api/v1/session')));
	} catch (e) {
		const error = e instanceof ApiError ? e : new ApiError('internal', 0);
		if (error.status === 401) setSession({ is: 'out' });
		else {
			setSession({ is: 'unknown', error });
			onceBack(() => void loadSession());
		}
	}
}
