import {
	AtSign,
	Globe,
	History,
	House,
	ListChecks,
	type LucideIcon,
	Mail,
	Network,
} from 'lucide-react';

/** The main menu; a palette goes there too. */
export const places = [
	[
		{ href: '/', key: 'nav.home', icon: House },
		{ href: '/domains', key: 'nav.domains', icon: Globe },
		{ href: '/mailboxes', key: 'nav.mailboxes', icon: Mail },
		{ href: '/aliases', key: 'nav.aliases', icon: AtSign },
		{ href: '/whitelist', key: 'nav.whitelist', icon: Network },
	],
	[
		{ href: '/changes', key: 'nav.changes', icon: History },
		{ href: '/jobs', key: 'nav.jobs', icon: ListChecks },
	],
] as const satisfies readonly (readonly { href: string; key: string; icon: LucideIcon }[])[];
