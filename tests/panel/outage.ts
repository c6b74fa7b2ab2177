import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

// Parts of the running instance go away for real: MariaDB is ended and
// started again, the publisher and what does the jobs are stopped in their steps.

const state = process.env.POSTROOM_TEST_STATE;

/** Whether the instance is one that this run may take apart. */
export const isOurs = state !== undefined;

/** Does the work while the part is away; it is back when this returns. */
export async function without(part: 'database' | 'publisher' | 'jobs', work: () => Promise<void>): Promise<void> {
	const program = spawn('../lib/outage', [state as string, part], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = once(program, 'exit');
	const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
	try {
		const first = await lines.next();
		if (first.value !== 'away') throw new Error(`the ${part} does not go away`);
		await work();
	} finally {
		program.stdin.end();
		const [code] = await ended;
		if (code !== 0) throw new Error(`the ${part} does not come back`);
	}
}
