import {
	AtSign,
	FileQuestion,
	FileUp,
	Globe,
	History,
	House,
	ListChecks,
	type LucideIcon,
	Mail,
	Network,
	Rocket,
	Route,
	Server,
	Users,
} from 'lucide-react';
import type { Schemas } from '../api/client';
import type { Key } from '../i18n';

type Place = {
	href: string;
	key: Extract<Key, `nav.${string}`>;
	icon: LucideIcon;
	superadmin?: true;
};

const all: Place[][] = [
	[
		{ href: '/', key: 'nav.home', icon: House },
		{ href: '/domains', key: 'nav.domains', icon: Globe },
		{ href: '/mailboxes', key: 'nav.mailboxes', icon: Mail },
		{ href: '/aliases', key: 'nav.aliases', icon: AtSign },
		{ href: '/whitelist', key: 'nav.whitelist', icon: Network, superadmin: true },
		{ href: '/relay-requests', key: 'nav.requests', icon: FileQuestion },
	],
	[
		{ href: '/import', key: 'nav.import', icon: FileUp },
		{ href: '/publish', key: 'nav.publish', icon: Rocket },
		{ href: '/explain', key: 'nav.explain', icon: Route, superadmin: true },
	],
	[
		{ href: '/changes', key: 'nav.changes', icon: History },
		{ href: '/jobs', key: 'nav.jobs', icon: ListChecks },
		{ href: '/admins', key: 'nav.admins', icon: Users },
		{ href: '/system', key: 'nav.system', icon: Server, superadmin: true },
	],
];

/** The main menu, without what the role can never open; a palette goes there too. */
export function placesFor(role: Schemas['Admin']['role']): Place[][] {
	return all.map((group) => group.filter((p) => role === 'superadmin' || !p.superadmin));
}
