const s = (n: string, one: string, many: string) => (n === '1' ? one : many);

// Words of the audit log, undo, locked mailboxes and retention.
export const en = {
	'undoMany.job': (x: string) => `Undo: ${x}`,
	'undoMany.button': 'Undo this job…',
	'undoMany.counts': (changes: string, revisions: string) =>
		`${changes} ${s(changes, 'change', 'changes')} in ${revisions} ${s(revisions, 'step', 'steps')} will be taken back, newest first.`,
	'undoMany.restored': (n: string) => `${n} deleted ${s(n, 'thing comes', 'things come')} back`,
	'undoMany.removed': (n: string) =>
		`${n} added ${s(n, 'thing is', 'things are')} deleted; mail is kept and restore stays possible`,
	'undoMany.changed': (n: string) =>
		`${n} ${s(n, 'change gets its', 'changes get their')} former values, passwords too`,
	'undoMany.notTried':
		'These are too many to try beforehand. What was changed later is listed below; the job looks at each one again.',
	'undoMany.inTheWay': 'What stands in the way',
	'undoMany.later': (n: string) => `changed again by change ${n}`,
	'undoMany.more': 'and more',
	'undoMany.skip': 'Leave these as they are and undo the rest',
	'undoMany.skipHelp': 'The job names each one that it left.',
	'undoMany.noteHelp': 'Kept with each step in the log.',
	'undoMany.submit': 'Undo',
	'undoMany.undoneBy': (n: number) => `Taken back by job ${n}`,
	'undoMany.undoes': (n: number) => `Takes back job ${n}`,
	'job.kind.undo': 'Undo',
};
