import { queryOptions } from '@tanstack/react-query';
import { client, ok, type Schemas } from './client';
import { pace } from './queries';

export type Import = Schemas['Import'];
export type ImportOptions = Schemas['ImportOptions'];
export type ImportNoun = Schemas['ImportIn']['noun'];

const PIECE = 512 * 1024;

/** A file in pieces; each may be sent again, so a retry costs nothing. */
export async function uploadFile(
	noun: ImportNoun,
	file: File,
	onPart: (bytes: number) => void,
): Promise<Import> {
	let made = await ok(
		client.POST('/api/v1/imports', { body: { noun, file_name: file.name.slice(0, 200) } }),
	);
	for (let at = 0, seq = 1; at < file.size || seq === 1; at += PIECE, seq++) {
		const body = await file.slice(at, at + PIECE).arrayBuffer();
		made = await ok(
			client.PUT('/api/v1/imports/{id}/pieces/{seq}', {
				params: { path: { id: made.id, seq } },
				body: body as unknown as string,
				bodySerializer: (b) => b as unknown as BodyInit,
				headers: { 'Content-Type': 'application/octet-stream' },
			}),
		);
		onPart(Math.min(file.size, at + PIECE));
	}
	return made;
}

export const importsQuery = queryOptions({
	queryKey: ['imports'],
	queryFn: ({ signal }) =>
		ok(client.GET('/api/v1/imports', { params: { query: { limit: 50 } }, signal })),
});

export const isMoving = (i: Import) => i.state === 'checking' || i.state === 'importing';

export const importQuery = (id: number) =>
	queryOptions({
		queryKey: ['import', id],
		queryFn: ({ signal }) =>
			ok(client.GET('/api/v1/imports/{id}', { params: { path: { id } }, signal })),
		refetchInterval: (q) => (q.state.data && isMoving(q.state.data) ? pace(1_000) : false),
	});

export const importGuess = (id: number, options: Partial<ImportOptions>) =>
	queryOptions({
		queryKey: ['import', id, 'guess', options],
		queryFn: ({ signal }) =>
			ok(
				client.POST('/api/v1/imports/{id}/guess', {
					params: { path: { id } },
					body: options,
					signal,
				}),
			),
		staleTime: Number.POSITIVE_INFINITY,
	});

export const importErrorsQuery = (id: number, at: { row: number; n: number }, state: string) =>
	queryOptions({
		queryKey: ['import', id, 'errors', at, state],
		queryFn: ({ signal }) =>
			ok(
				client.GET('/api/v1/imports/{id}/errors', {
					params: {
						path: { id },
						query: { limit: 50, after: at.row, after_n: at.n },
					},
					signal,
				}),
			),
	});

export const importRowsQuery = (id: number, after: number) =>
	queryOptions({
		queryKey: ['import', id, 'rows', after],
		queryFn: ({ signal }) =>
			ok(
				client.GET('/api/v1/imports/{id}/rows', {
					params: { path: { id }, query: { outcome: 'changed', limit: 50, after } },
					signal,
				}),
			),
	});

/** All pieces of the wrong rows, in order. */
export async function failedRows(id: number): Promise<string> {
	let text = '';
	for (let seq = 1; ; seq++) {
		const r = await ok(
			client.GET('/api/v1/imports/{id}/failed/{seq}', { params: { path: { id, seq } } }),
		);
		text += r.csv;
		if (!r.has_more) return text;
	}
}

/** Passwords that were made: what this returns is gone on the server. */
export async function takePasswords(id: number): Promise<string> {
	let text = '';
	for (;;) {
		const r = await ok(client.POST('/api/v1/imports/{id}/passwords', { params: { path: { id } } }));
		text += r.csv;
		if (!r.has_more) return text;
	}
}
