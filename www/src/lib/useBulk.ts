import { useEffect, useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import type { Selection } from '../ui/Table';

export type BulkNoun = 'domains' | 'mailboxes' | 'aliases' | 'whitelist';

/** As the list's query; each noun takes its own part of it. */
export type BulkFilter = {
	q?: string;
	state?: string;
	domain_id?: number;
	target?: string;
	ids?: number[];
};
export type BulkAction = Schemas['DomainBulkIn']['action'] &
	Schemas['MailboxBulkIn']['action'] &
	Schemas['AliasBulkIn']['action'] &
	Schemas['WhitelistBulkIn']['action'];
/** Some keys of it; the state is the noun's. */
export type BulkSend = Partial<Omit<BulkAction, 'state'>> & { state?: string };

type Counted = { total: Schemas['Total'] | null };

/** Ids that were ticked, or all that match, with their exact number. */
type Picked = { kind: 'ids'; ids: ReadonlySet<number> } | { kind: 'all'; count: number };
const NONE: Picked = { kind: 'ids', ids: new Set() };

/** What is selected in a list: rows one by one, or all that match its filter. */
export function useBulk(noun: BulkNoun, filter: BulkFilter) {
	const [picked, setPicked] = useState<Picked>(NONE);
	// What was picked in one view is not picked in another.
	const view = JSON.stringify(filter);
	// biome-ignore lint/correctness/useExhaustiveDependencies: only the view counts
	useEffect(() => setPicked(NONE), [view]);
	const count = picked.kind === 'all' ? picked.count : picked.ids.size;
	return {
		noun,
		count,
		isAll: picked.kind === 'all',
		state: filter.state,
		/** A selection of deleted rows says so, or nothing would match. */
		filter:
			picked.kind === 'all'
				? filter
				: { ids: [...picked.ids], ...(filter.state ? { state: filter.state } : {}) },
		clear: () => setPicked(NONE),
		pickAll: async () => {
			const page = (await ok(
				client.GET(`/api/v1/${noun}`, {
					params: { query: { ...(filter as object), limit: 1, count: 'exact' } },
				}),
			)) as Counted;
			setPicked({ kind: 'all', count: page.total?.value ?? 0 });
		},
		/** Of the table. */
		selection: <R>(
			rows: R[] | undefined,
			id: (row: R) => number,
			name: (row: R) => string,
		): Selection<R> => ({
			ids: picked.kind === 'ids' ? picked.ids : new Set(rows?.map(id)),
			set: (ids) => setPicked({ kind: 'ids', ids }),
			name,
		}),
	};
}
export type Bulk = ReturnType<typeof useBulk>;

/** Begins the change; what it answers is the job. */
export async function startBulk(bulk: Bulk, action: BulkSend): Promise<Schemas['Job']> {
	const body = { filter: bulk.filter, expected_count: bulk.count, action };
	const r = await ok(
		client.POST(`/api/v1/${bulk.noun as 'mailboxes'}/bulk`, {
			body: body as Schemas['MailboxBulkIn'],
		}),
	);
	return r.job;
}
