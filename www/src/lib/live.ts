import type { Schemas } from '../api/client';

type Counted = { count: number; of: number };
export type LiveState =
	| ({ state: 'live'; at: string | null } & Counted)
	| ({ state: 'going' } & Counted)
	| { state: 'review' }
	| { state: 'behind'; serial: number }
	| { state: 'held' | 'error'; node: string; reason: string }
	| { state: 'unreachable'; node: string; at: string | null }
	| { state: 'none' };

type Node = Schemas['Node'];
type Waiting = Pick<Schemas['Pending'], 'domain' | 'kind' | 'first_serial' | 'last_serial'>;

/** The serial that routing is held at, on purpose: the lowest of all nodes. */
export function holdOf(p: Schemas['Publishing']): Node | undefined {
	return p.nodes
		.filter((n) => n.hold_serial !== null)
		.sort((a, b) => (a.hold_serial ?? 0) - (b.hold_serial ?? 0))[0];
}

/** Does not follow, and nobody wanted it so. */
export function isBad(n: Node): boolean {
	if (n.state === 'held') return n.held.length > 0 || n.hold_serial === null;
	return n.state === 'unreachable' || n.state === 'error';
}

/**
 * How far the mail servers are with the change of this serial. `domain` is
 * what the change waits with ('': the whitelist), null for what goes live in
 * every mode, undefined when it is not known. `waiting` is what waits, and why.
 */
export function liveOf(
	p: Schemas['Publishing'],
	serial: number,
	domain?: string | null,
	waiting: readonly Waiting[] = [],
): LiveState {
	if (p.nodes.length === 0) return { state: 'none' };
	// A server that was added and never reported is not waited for.
	const joined = p.nodes.filter((n) => n.seen_at !== null);
	const nodes = joined.length > 0 ? joined : p.nodes;
	for (const n of nodes) {
		const held = domain ? n.held.find((h) => h.domain === domain) : undefined;
		if (held) return { state: 'held', node: n.name, reason: held.reason };
	}
	const why = waiting.find(
		(w) =>
			(domain === undefined || w.domain === domain) &&
			w.first_serial <= serial &&
			serial <= w.last_serial,
	);
	if (why?.kind === 'review') return { state: 'review' };
	const hold = holdOf(p)?.hold_serial;
	if (why?.kind === 'hold' && typeof hold === 'number') return { state: 'behind', serial: hold };
	const late = nodes.filter((n) => n.serial < serial || isCatchingUp(p, n));
	for (const n of late) {
		if (n.state === 'unreachable') return { state: 'unreachable', node: n.name, at: n.seen_at };
		if (n.state === 'error') return { state: 'error', node: n.name, reason: n.message };
		if (n.state === 'held' && n.held.length === 0 && n.hold_serial === null)
			return { state: 'held', node: n.name, reason: n.message };
	}
	const counted = { count: nodes.length - late.length, of: nodes.length };
	if (late.length > 0) return { state: 'going', ...counted };
	// The time of a node's last step is this change's only if it was the last.
	const at = nodes.every((n) => n.serial === serial)
		? nodes.reduce<string | null>(
				(a, n) => (n.applied_at && (!a || n.applied_at > a) ? n.applied_at : a),
				null,
			)
		: null;
	return { state: 'live', at, ...counted };
}

/** All is published, but the node still has lines that it held back. */
function isCatchingUp(p: Schemas['Publishing'], n: Node): boolean {
	return (
		p.pending.revisions === 0 && n.pending > 0 && n.hold_serial === null && n.held.length === 0
	);
}
