import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { client, ok, type Schemas } from './client';
import { pace } from './queries';

export type PendingDomain = Schemas['Pending'];
export type Diff = Schemas['Diff'];
export type DiffLine = Schemas['DiffLine'];
export type RollbackPreview = Schemas['RollbackPreview'];
export type Version = Schemas['Version'];
export type NodeDef = Schemas['NodeDef'];
export type NodeStatus = Schemas['Node'];
export type Explained = Schemas['Explained'];
export type ExplainSide = Pick<Schemas['ExplainLive'], 'steps' | 'outcome' | 'is_cut'>;
export type ExplainStep = Schemas['ExplainStep'];

// Publishing: what waits, what would change, what was published, and the
// nodes that do it.

/** The domains with saved changes that are not live, at most one page. */
export const pendingQuery = queryOptions({
	queryKey: ['publishing', 'pending'],
	queryFn: ({ signal }) =>
		ok(client.GET('/api/v1/publishing/pending', { params: { query: { limit: 200 } }, signal })),
	placeholderData: keepPreviousData,
	refetchInterval: () => pace(8_000),
});

export type MapName = DiffLine['map'];
export type DiffQuery = { from?: number; to?: number; domain?: string; map?: MapName };

// What somebody reads does not change under their eyes: no refresh by itself.
const FIXED = { staleTime: Number.POSITIVE_INFINITY, gcTime: 60_000 } as const;

/** Map lines between two serials, page by page; live to saved without any. */
export const diffQuery = (query: DiffQuery) =>
	infiniteQueryOptions({
		queryKey: ['diff', query],
		queryFn: ({ signal, pageParam }) =>
			ok(
				client.GET('/api/v1/publishing/diff', {
					params: { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } },
					signal,
				}),
			),
		initialPageParam: '',
		getNextPageParam: (last) => last.next,
		...FIXED,
	});

/** What a roll back to a serial would do to what is live now. */
export const rollbackQuery = (serial: number) =>
	infiniteQueryOptions({
		queryKey: ['rollback', serial],
		queryFn: ({ signal, pageParam }) =>
			ok(
				client.GET('/api/v1/publishing/rollback-preview', {
					params: { query: { serial, ...(pageParam ? { cursor: pageParam } : {}) } },
					signal,
				}),
			),
		initialPageParam: '',
		getNextPageParam: (last) => last.next,
		...FIXED,
	});

export type VersionQuery = { after?: string; limit?: number };

export const versionsQuery = (query: VersionQuery) =>
	queryOptions({
		queryKey: ['publishing', 'versions', query],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/publishing/versions', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const nodeQuery = (id: number) =>
	queryOptions({
		queryKey: ['node', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/nodes/{id}', { params: { path: { id } }, signal })),
	});

export type ExplainQuery = {
	recipient: string;
	sender?: string;
	client?: string;
	helo?: string;
	login?: string;
	node?: number;
};

/** Asks anew each time: it also asks the node. */
export const explainQuery = (query: ExplainQuery, nonce: string) =>
	queryOptions({
		queryKey: ['explain', query, nonce],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/explain', { params: { query }, signal })),
		enabled: query.recipient !== '',
		...FIXED,
	});
