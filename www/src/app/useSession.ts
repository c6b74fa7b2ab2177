import { createContext, useContext } from 'react';
import type { Schemas } from '../api/client';

export const SessionContext = createContext<Schemas['Session'] | null>(null);

/** Who is signed in, and the settings that forms need. */
export function useSession(): Schemas['Session'] {
	const s = useContext(SessionContext);
	if (!s) throw new Error('no session');
	return s;
}
