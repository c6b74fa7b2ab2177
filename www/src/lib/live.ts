import type { Schemas } from '../api/client';

type Counted = { count: number; of: number };
export type LiveState =
	| ({ state: 'live'; at: string | null } & Counted)
	| ({ state: 'going' } & Counted)
	| { state: 'held' | 'error'; node: string; reason: string }
	| { state: 'unreachable'; node: string; at: string | null }
	| { state: 'none' };

/** How far the mail servers are with the change of this serial. */
export function liveOf(p: Schemas['Publishing'], serial: number, domain?: string): LiveState {
	if (p.nodes.length === 0) return { state: 'none' };
	for (const n of p.nodes) {
		const held = domain === undefined ? undefined : n.held.find((h) => h.domain === domain);
		if (held) return { state: 'held', node: n.name, reason: held.reason };
	}
	const late = p.nodes.filter((n) => n.serial < serial);
	for (const n of late) {
		if (n.state === 'unreachable') return { state: 'unreachable', node: n.name, at: n.seen_at };
		if (n.state === 'error') return { state: 'error', node: n.name, reason: n.message };
		if (n.state === 'held' && n.held.length === 0)
			return { state: 'held', node: n.name, reason: n.message };
	}
	const counted = { count: p.nodes.length - late.length, of: p.nodes.length };
	if (late.length > 0) return { state: 'going', ...counted };
	// The time of a node's last step is this change's only if it was the last.
	const at = p.nodes.every((n) => n.serial === serial)
		? p.nodes.reduce<string | null>(
				(a, n) => (n.applied_at && (!a || n.applied_at > a) ? n.applied_at : a),
				null,
			)
		: null;
	return { state: 'live', at, ...counted };
}
