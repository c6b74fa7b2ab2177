import createClient from 'openapi-fetch';
import { reportDown } from './connection';
import { proveAgain } from './proof';
import type { components, paths } from './schema';
import { relogin } from './session';

export type Schemas = components['schemas'];
export type Problem = Schemas['Problem'];
export type ProblemItem = Schemas['ProblemItem'];
export type ErrorCode = Problem['code'] | 'offline' | 'down';

/** Any failed request: the problem document, or no answer at all. */
export class ApiError extends Error {
	override name = 'ApiError';
	constructor(
		readonly code: ErrorCode,
		readonly status: number,
		readonly items: ProblemItem[] = [],
		readonly requestId = '',
		readonly retryAfter = 0,
		detail = '',
	) {
		super(detail || code);
	}
	/** The request may be sent again as it is: nothing answered. */
	get isAway(): boolean {
		return this.code === 'offline' || this.code === 'down' || this.code === 'unavailable';
	}
}

export function isProblem(x: unknown): x is Problem {
	return typeof x === 'object' && x !== null && 'code' in x && 'errors' in x;
}

const isSession = (url: string) =>
	/\/api\/v1\/(session(\/(code|challenge|passkey))?|first-use|health)$/.test(url);

async function wantsProof(res: Response): Promise<boolean> {
	if (res.status !== 403) return false;
	const body: unknown = await res
		.clone()
		.json()
		.catch(() => null);
	return isProblem(body) && body.errors[0]?.reason === 'proof_needed';
}

async function send(req: Request): Promise<Response> {
	let res: Response;
	try {
		res = await fetch(req);
	} catch (e) {
		if (e instanceof DOMException && e.name === 'AbortError') throw e;
		reportDown(navigator.onLine ? 'down' : 'offline');
		throw new ApiError(navigator.onLine ? 'down' : 'offline', 0);
	}
	if (res.status === 502 || res.status === 504) reportDown('down');
	if (res.status === 503) {
		const body: unknown = await res
			.clone()
			.json()
			.catch(() => null);
		reportDown(isProblem(body) && body.request_id ? 'database' : 'down');
	}
	return res;
}

// A lost session, and a dangerous act, ask for a proof over the page, then send
// the same request again: what was typed is never lost.
async function apiFetch(req: Request): Promise<Response> {
	if (req.method !== 'GET') req.headers.set('X-Postroom', '1');
	const spare = req.clone();
	const res = await send(req);
	if (await wantsProof(res)) return (await proveAgain()) ? apiFetch(spare) : res;
	if (res.status !== 401 || isSession(new URL(req.url).pathname)) return res;
	await relogin();
	return send(spare);
}

export const client = createClient<paths>({ baseUrl: location.origin, fetch: apiFetch });

type Reply<T> = { data?: T; error?: unknown; response: Response };

/** The data of a reply, or an ApiError. */
export async function ok<T>(reply: Promise<Reply<T>>): Promise<T> {
	const { data, error, response } = await reply;
	if (response.ok) return data as T;
	// The web server answers for a service that does not: no request number.
	if (isProblem(error) && error.status === 503 && !error.request_id) {
		throw new ApiError('down', error.status);
	}
	if (isProblem(error)) {
		const { code, status, errors, request_id, retry_after_s, detail } = error;
		throw new ApiError(code, status, errors, request_id, retry_after_s, detail);
	}
	throw new ApiError(response.status >= 502 ? 'down' : 'internal', response.status);
}

export const etag = (version: number) => `"${version}"`;
