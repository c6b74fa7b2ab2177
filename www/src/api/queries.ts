import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import { ApiError, client, ok, type Schemas } from './client';
import { onBack } from './connection';
import type { paths } from './schema';

type Query<P extends keyof paths> = paths[P] extends { get: { parameters: { query?: infer Q } } }
	? NonNullable<Q>
	: never;

export type DomainQuery = Query<'/api/v1/domains'>;
export type MailboxQuery = Query<'/api/v1/mailboxes'>;
export type AliasQuery = Query<'/api/v1/aliases'>;
export type WhitelistQuery = Query<'/api/v1/whitelist'>;
export type RevisionQuery = Query<'/api/v1/revisions'>;
export type JobQuery = Query<'/api/v1/jobs'>;

export const queryClient = new QueryClient({
	defaultOptions: {
		queries: {
			staleTime: 5_000,
			retry: (n, e) => e instanceof ApiError && e.code === 'internal' && n < 1,
			networkMode: 'always',
		},
		mutations: { networkMode: 'always' },
	},
});
onBack(() => void queryClient.invalidateQueries());

export const homeQuery = queryOptions({
	queryKey: ['home'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/home', { signal })),
	refetchInterval: 30_000,
});

export const domainsQuery = (query: DomainQuery) =>
	queryOptions({
		queryKey: ['domains', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/domains', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const domainQuery = (id: number) =>
	queryOptions({
		queryKey: ['domain', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/domains/{id}', { params: { path: { id } }, signal })),
	});

export const domainPreviewQuery = (id: number) =>
	queryOptions({
		queryKey: ['domain', id, 'delete-preview'],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/domains/{id}/delete-preview', { params: { path: { id } }, signal })),
	});

export const mailboxesQuery = (query: MailboxQuery) =>
	queryOptions({
		queryKey: ['mailboxes', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/mailboxes', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const mailboxQuery = (id: number) =>
	queryOptions({
		queryKey: ['mailbox', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/mailboxes/{id}', { params: { path: { id } }, signal })),
	});

export const referencesQuery = (id: number) =>
	queryOptions({
		queryKey: ['mailbox', id, 'references'],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/mailboxes/{id}/references', { params: { path: { id } }, signal })),
	});

export const censusQuery = queryOptions({
	queryKey: ['census'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/mailboxes/census', { signal })),
});

export const aliasesQuery = (query: AliasQuery) =>
	queryOptions({
		queryKey: ['aliases', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/aliases', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const aliasQuery = (id: number) =>
	queryOptions({
		queryKey: ['alias', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/aliases/{id}', { params: { path: { id } }, signal })),
	});

export const whitelistsQuery = (query: WhitelistQuery) =>
	queryOptions({
		queryKey: ['whitelist', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/whitelist', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const whitelistQuery = (id: number) =>
	queryOptions({
		queryKey: ['whitelist', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/whitelist/{id}', { params: { path: { id } }, signal })),
	});

export const revisionsQuery = (query: RevisionQuery) =>
	queryOptions({
		queryKey: ['revisions', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/revisions', { params: { query }, signal })),
		placeholderData: keepPreviousData,
	});

export const revisionQuery = (serial: number) =>
	queryOptions({
		queryKey: ['revision', serial],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/revisions/{serial}', { params: { path: { serial } }, signal })),
	});

export const searchQuery = (q: string, limit = 6) =>
	queryOptions({
		queryKey: ['search', q, limit],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/search', { params: { query: { q, limit } }, signal })),
		enabled: q !== '',
		placeholderData: keepPreviousData,
		staleTime: 10_000,
	});

// Polling: quick while something moves, slow when the tab is hidden, and not
// at all when nobody touched the page for a while, so that a forgotten tab
// does not keep its session alive.

const ASLEEP_MS = 15 * 60_000;
let touched = Date.now();
for (const type of ['pointerdown', 'keydown', 'focus']) {
	addEventListener(
		type,
		() => {
			const slept = Date.now() - touched > ASLEEP_MS;
			touched = Date.now();
			if (slept) void queryClient.invalidateQueries();
		},
		true,
	);
}

export function pace(ms: number): number | false {
	if (Date.now() - touched > ASLEEP_MS) return false;
	return document.hidden ? Math.max(ms, 15_000) : ms;
}

const isMoving = (p: Schemas['Publishing'] | undefined) =>
	p?.nodes.some((n) => n.serial < p.head_serial) ?? false;

const QUICK_MS = 60_000;
let movingSince = 0;

export const publishingQuery = queryOptions({
	queryKey: ['publishing'],
	queryFn: ({ signal }) => ok(client.GET('/api/v1/publishing', { signal })),
	refetchInterval: (q) => {
		if (q.state.error) return pace(5_000);
		if (!isMoving(q.state.data)) {
			movingSince = 0;
			return pace(8_000);
		}
		movingSince ||= Date.now();
		return pace(Date.now() - movingSince < QUICK_MS ? 500 : 3_000);
	},
	refetchIntervalInBackground: true,
});

export const isActiveJob = (j: Schemas['Job']) => j.state === 'queued' || j.state === 'running';

function jobPace(jobs: Schemas['Job'][] | undefined): number | false {
	const running = jobs?.filter(isActiveJob) ?? [];
	if (running.length === 0) return pace(20_000);
	const youngest = Math.max(...running.map((j) => Date.parse(j.created_at)));
	return pace(Date.now() - youngest < 30_000 ? 1_000 : 3_000);
}

export const jobsQuery = (query: JobQuery) =>
	queryOptions({
		queryKey: ['jobs', query],
		queryFn: ({ signal }) => ok(client.GET('/api/v1/jobs', { params: { query }, signal })),
		placeholderData: keepPreviousData,
		refetchInterval: (q) => jobPace(q.state.data?.items),
	});

export const jobQuery = (id: number) =>
	queryOptions({
		queryKey: ['job', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/jobs/{id}', { params: { path: { id } }, signal })),
		refetchInterval: (q) =>
			q.state.data && isActiveJob(q.state.data) ? jobPace([q.state.data]) : false,
	});

export const jobErrorsQuery = (id: number, after: number) =>
	queryOptions({
		queryKey: ['job', id, 'errors', after],
		queryFn: ({ signal }) =>
			ok(
				client.GET('/api/v1/jobs/{id}/errors', {
					params: { path: { id }, query: { after, limit: 100 } },
					signal,
				}),
			),
	});

/** After a write everything that is on the screen is read again. */
export function refresh(): Promise<void> {
	return queryClient.invalidateQueries();
}
