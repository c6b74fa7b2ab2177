import { useQuery } from '@tanstack/react-query';
import { publishingQuery } from '../api/queries';
import { type LiveState, liveOf } from './live';

export function useLive(serial: number, domain?: string): LiveState | null {
	const { data } = useQuery(publishingQuery);
	return data ? liveOf(data, serial, domain) : null;
}
