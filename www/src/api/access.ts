import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client, ok } from './client';
import type { paths } from './schema';

type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } }
	? NonNullable<Q>
	: never;

export const adminsQuery = (query: Query<'/api/v1/admins'>) =>
	queryOptions({
		queryKey: ['admins', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/admins', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const adminQuery = (id: number) =>
	queryOptions({
		queryKey: ['admin', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/admins/{id}', { params: { path: { id } }, signal })),
	});

export const tokensQuery = queryOptions({
	queryKey: ['tokens'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/tokens', { signal })),
});

export const relayRequestsQuery = (query: Query<'/api/v1/relay-requests'>) =>
	queryOptions({
		queryKey: ['relay-requests', query],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/relay-requests', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const relayRequestQuery = (id: number) =>
	queryOptions({
		queryKey: ['relay-request', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/relay-requests/{id}', { params: { path: { id } }, signal })),
	});
