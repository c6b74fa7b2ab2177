import { useQuery } from '@tanstack/react-query';
import { pendingQuery } from '../api/publishing';
import { publishingQuery } from '../api/queries';
import { type LiveState, liveOf } from './live';

export function useLive(serial: number, domain?: string | null): LiveState | null {
	const { data } = useQuery(publishingQuery);
	const waits = (data?.pending.revisions ?? 0) > 0;
	const pending = useQuery({ ...pendingQuery, enabled: waits }).data;
	return data ? liveOf(data, serial, domain, waits ? pending?.items : []) : null;
}
