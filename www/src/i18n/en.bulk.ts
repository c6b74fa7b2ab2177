const s = (n: number, one: string, many: string) => (n === 1 ? one : many);

// Words of changes to many rows and of files of lists.
export const en = {
	'many.domains': (n: string, c: number) => `${n} ${s(c, 'domain', 'domains')}`,
	'many.mailboxes': (n: string, c: number) => `${n} ${s(c, 'mailbox', 'mailboxes')}`,
	'many.aliases': (n: string, c: number) => `${n} ${s(c, 'alias', 'aliases')}`,
	'many.whitelist': (n: string, c: number) => `${n} ${s(c, 'network', 'networks')}`,
	'bulk.quota': (what: string) => `Quota of ${what}`,
	'bulk.state': (what: string) => `State of ${what}`,
	'bulk.limits': (what: string) => `Limits of ${what}`,
	'bulk.expires': (what: string) => `Expiry of ${what}`,
	'bulk.toAlias': (what: string) => `Add ${what} to an alias`,
	'bulk.delete': (what: string) => `Delete ${what}?`,
	'bulk.restore': (what: string) => `Restore ${what}?`,
	'bulk.act.limits': 'Limits',
	'bulk.act.toAlias': 'Add to alias',
	'bulk.toAliasText': 'They become targets of this alias, beside those that it has.',
	'bulk.aliasAddress': 'Alias',
	'bulk.limitsText': 'A field that stays empty changes nothing. 0 means no limit.',
	'bulk.deleteText.domains':
		'They leave all map files at once, with their mailboxes and aliases. Their mail is kept for some days, and each can be restored.',
	'bulk.deleteText.mailboxes':
		'They stop to receive mail. The mail is kept for some days, and each can be restored.',
	'bulk.deleteText.aliases':
		'Their addresses stop to receive mail. Each can be restored for some days.',
	'bulk.deleteText.whitelist':
		'They can relay no more, at once. Each can be restored for some days.',
	'bulk.targets': 'Take them out of the aliases that deliver to them',
	'bulk.targetsHelp': 'Otherwise those that an alias delivers to stay, and the report names them.',
	'bulk.typeCount': (n: string) => `Type ${n} to delete them`,
	'bulk.restoreText':
		'They come back as they were. The report names those whose name was taken meanwhile.',
	'bulk.started': (what: string) => `Working on ${what}`,
	'bulk.expires.never': 'Never',
	'bulk.expires.day': 'In a day',
	'bulk.expires.week': 'In a week',
	'bulk.expires.month': 'In 30 days',
	'bulk.expires.year': 'In a year',

	'export.button': 'Export',
	'export.utf8': 'CSV',
	'export.excel': 'CSV for Excel',
	'export.sjis': 'CSV in Shift_JIS',
	'export.hashes': 'CSV with password hashes',
	'export.hashesTitle': 'Export with password hashes?',
	'export.hashesText':
		'Whoever has the file can try out passwords. It is for moving to another system; that it was made is logged.',
	'export.failed': 'The list was not exported',
	'document.button': 'Document',
	'document.failed': 'The page was not made',
	'document.en': 'In English',
	'document.ja': 'In Japanese',

	'did.many': (n: string, noun: string) => `${n} changed at once: ${noun}`,
	'job.kind.domainBulk': 'Change domains',
	'job.kind.mailboxBulk': 'Change mailboxes',
	'job.kind.aliasBulk': 'Change aliases',
	'job.kind.whitelistBulk': 'Change the whitelist',
};
