import { queryOptions } from '@tanstack/react-query';
import { client, ok } from './client';
import { queryClient } from './queries';

export const factorsQuery = queryOptions({
	queryKey: ['me', 'factors'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/me/factors', { signal })),
});
export const ownSessionsQuery = queryOptions({
	queryKey: ['me', 'sessions'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/me/sessions', { signal })),
});
export const signInsQuery = (before: number | null) =>
	queryOptions({
		queryKey: ['me', 'sign-ins', before],
		queryFn: ({ signal }) =>
			ok(
				client.GET('/api/v1/me/sign-ins', {
					params: { query: before ? { before } : {} },
					signal,
				}),
			),
	});
export const noticesQuery = queryOptions({
	queryKey: ['me', 'notices'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/me/notices', { signal })),
	staleTime: 60_000,
});
export const ownMailboxQuery = queryOptions({
	queryKey: ['me', 'mailbox'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/me/mailbox', { signal })),
});

export const refreshMe = () => queryClient.invalidateQueries({ queryKey: ['me'] });
