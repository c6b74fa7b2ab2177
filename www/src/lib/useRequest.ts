import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, client, ok, type Schemas } from '../api/client';

export type Reply<B> =
	| { is: 'idle' }
	| { is: 'waiting'; until: number }
	| { is: 'ok'; body: B }
	| { is: 'failed' | 'refused'; reason: string }
	| { is: 'expired' }
	| { is: 'error'; error: ApiError };

/** The words of a node's own refusal, where it gives some. */
function reasonOf(body: unknown): string {
	const b = body as { error?: unknown; message?: unknown; text?: unknown } | null;
	const said = b?.error ?? b?.message ?? b?.text;
	return typeof said === 'string' ? said : '';
}

const FIRST_MS = 250;
const LATER_MS = 1000;
const QUICK = 12;

/**
 * A node is asked by a row and answers by another: asks, then looks for the
 * answer until it is there or the request has expired.
 */
export function useRequest<B>(node: number) {
	const [reply, setReply] = useState<Reply<B>>({ is: 'idle' });
	const turn = useRef(0);
	useEffect(
		() => () => {
			turn.current++;
		},
		[],
	);

	const follow = useCallback(
		async (request: number, expiresAt: string | null): Promise<Reply<B>> => {
			const mine = ++turn.current;
			const until = expiresAt ? Date.parse(expiresAt) : Date.now() + 60_000;
			const settle = (r: Reply<B>) => {
				if (turn.current === mine) setReply(r);
				return r;
			};
			settle({ is: 'waiting', until });
			try {
				for (let n = 0; turn.current === mine; n++) {
					const params = { path: { id: node, request } };
					const r = await ok(client.GET('/api/v1/nodes/{id}/requests/{request}', { params }));
					if (r.state === 'ok') return settle({ is: 'ok', body: r.body as B });
					if (r.state === 'expired') return settle({ is: 'expired' });
					if (r.state !== 'waiting') return settle({ is: r.state, reason: reasonOf(r.body) });
					await new Promise((done) => setTimeout(done, n < QUICK ? FIRST_MS : LATER_MS));
				}
			} catch (e) {
				return settle({
					is: 'error',
					error: e instanceof ApiError ? e : new ApiError('internal', 0),
				});
			}
			return { is: 'idle' };
		},
		[node],
	);

	const ask = useCallback(
		async (verb: Schemas['NodeVerb'], args: Schemas['NodeArgs'] = {}): Promise<Reply<B>> => {
			const mine = ++turn.current;
			setReply({ is: 'waiting', until: Date.now() + 60_000 });
			try {
				const r = await ok(
					client.POST('/api/v1/nodes/{id}/requests', {
						params: { path: { id: node } },
						body: { verb, args },
					}),
				);
				if (turn.current !== mine) return { is: 'idle' };
				return await follow(r.id, r.expires_at);
			} catch (e) {
				const failed: Reply<B> = {
					is: 'error',
					error: e instanceof ApiError ? e : new ApiError('internal', 0),
				};
				setReply(failed);
				return failed;
			}
		},
		[node, follow],
	);

	return { reply, ask, follow };
}
