import { createContext, useContext } from 'react';
import type { Schemas } from '../api/client';

export type AdminSession = Schemas['Session'] & { admin: Schemas['Admin'] };
export type OwnerSession = Schemas['Session'] & { mailbox: Schemas['Owner'] };

export const isAdmin = (s: Schemas['Session']): s is AdminSession => s.admin !== null;
export const isOwner = (s: Schemas['Session']): s is OwnerSession => s.mailbox !== null;

export const SessionContext = createContext<AdminSession | null>(null);

/** The administrator who is signed in, and the settings that forms need. */
export function useSession(): AdminSession {
	const s = useContext(SessionContext);
	if (!s) throw new Error('no session');
	return s;
}
