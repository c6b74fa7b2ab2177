import { client } from '../api/client';

/** Ends the session; a fresh page holds nothing of the last one. */
export async function signOut(): Promise<void> {
	await client.DELETE('/api/v1/session').catch(() => undefined);
	location.hash = '#/';
	location.reload();
}
