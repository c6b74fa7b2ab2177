import { useQuery } from '@tanstack/react-query';
import {
	AtSign,
	Ban,
	Globe,
	History,
	KeyRound,
	type LucideIcon,
	Mail,
	Network,
	Plus,
	Route,
	Search,
} from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { client, etag, ok, type Schemas } from '../api/client';
import { searchQuery } from '../api/queries';
import { type T, useT } from '../i18n';
import { navigate } from '../lib/location';
import { stateWord } from '../lib/words';
import { cx } from '../ui/cx';
import overlay from '../ui/Overlay.module.css';
import { saved } from '../ui/Toast';
import { Kbd } from '../ui/Toolbar';
import css from './Palette.module.css';
import { placesFor } from './places';
import { useSession } from './useSession';

type Item = {
	id: string;
	text: string;
	note?: string;
	icon: LucideIcon;
	href: string;
	mono?: boolean;
	run?: () => Promise<void>;
};
type Group = { id: string; title: string; items: Item[] };

const isNamed = (g: Group, typed: string) =>
	g.items.some((i) => [i.text, i.note].some((x) => x?.toLowerCase() === typed.toLowerCase()));

const RECENT = 'postroom.recent';

function recent(): Item[] {
	try {
		const kept = JSON.parse(localStorage.getItem(RECENT) ?? '[]') as {
			text: string;
			href: string;
		}[];
		return kept.slice(0, 4).map((r) => ({ id: `r${r.href}`, ...r, icon: History, mono: true }));
	} catch {
		return [];
	}
}

function remember(item: Item): void {
	try {
		const old = JSON.parse(localStorage.getItem(RECENT) ?? '[]') as {
			text: string;
			href: string;
		}[];
		const next = [{ text: item.text, href: item.href }, ...old.filter((r) => r.href !== item.href)];
		localStorage.setItem(RECENT, JSON.stringify(next.slice(0, 8)));
	} catch {
		// Nothing is remembered then.
	}
}

function pagesAndActs(t: T, role: Schemas['Admin']['role'], q: string): Group[] {
	const pages = placesFor(role)
		.flat()
		.map((p) => ({ id: p.href, text: t(p.key), icon: p.icon, href: p.href }));
	const acts: Item[] = [
		{ id: 'am', text: t('mailbox.add'), icon: Plus, href: '/mailboxes/new' },
		{ id: 'aa', text: t('alias.add'), icon: Plus, href: '/aliases/new' },
		{ id: 'ad', text: t('domain.add'), icon: Plus, href: '/domains/new' },
		{ id: 'aw', text: t('whitelist.add'), icon: Plus, href: '/whitelist/new' },
		...(role === 'superadmin'
			? [{ id: 'an', text: t('node.add'), icon: Plus, href: '/system/new' }]
			: []),
	];
	const match = (i: Item) => i.text.toLowerCase().includes(q.toLowerCase());
	return [
		{ id: 'acts', title: t('palette.acts'), items: q ? acts.filter(match) : acts },
		{ id: 'pages', title: t('palette.pages'), items: q ? pages.filter(match) : pages },
	];
}

/** Disabled at once, with Undo; what goes wrong shows on its own page. */
async function disable(t: T, id: number): Promise<void> {
	const params = { path: { id } };
	try {
		const m = await ok(client.GET('/api/v1/mailboxes/{id}', { params }));
		const header = { 'If-Match': etag(m.version) };
		const r = await ok(
			client.PATCH('/api/v1/mailboxes/{id}', {
				params: { ...params, header },
				body: { state: 'closed' },
			}),
		);
		saved(t('mailbox.done.closed', r.address), r.changed_serial);
	} catch {
		navigate(`/mailboxes/${id}`);
	}
}

/** Go to anything, or begin anything, without the mouse. */
export default function Palette({ onClose }: { onClose: () => void }) {
	const t = useT();
	const { admin } = useSession();
	const id = useId();
	const [text, setText] = useState('');
	const [q, setQ] = useState('');
	const [active, setActive] = useState(0);
	const [want, setWant] = useState(false);
	const composing = useRef(false);
	const list = useRef<HTMLDivElement>(null);
	const typed = text.normalize('NFKC').trim();
	useEffect(() => {
		if (composing.current) return;
		const timer = setTimeout(() => setQ(typed), 100);
		return () => clearTimeout(timer);
	}, [typed]);
	const search = useQuery(searchQuery(q));
	const fresh = q === typed && !search.isPlaceholderData && !search.isFetching;
	const found = typed && q ? search.data : undefined;
	const groups: Group[] = [
		...(found
			? [
					{
						id: 'm',
						title: t('nav.mailboxes'),
						items: found.mailboxes.map((m) => ({
							id: `m${m.id}`,
							text: m.address,
							note: m.state === 'active' ? m.name : `${m.name} ${stateWord(t, m.state)}`,
							icon: Mail,
							href: `/mailboxes/${m.id}`,
							mono: true,
						})),
					},
					{
						id: 'd',
						title: t('nav.domains'),
						items: found.domains.map((d) => ({
							id: `d${d.id}`,
							text: d.name_unicode,
							note: d.name === d.name_unicode ? '' : d.name,
							icon: Globe,
							href: `/domains/${d.id}`,
							mono: d.name === d.name_unicode,
						})),
					},
					{
						id: 'a',
						title: t('nav.aliases'),
						items: found.aliases.map((a) => ({
							id: `a${a.id}`,
							text: a.address,
							note: t('alias.targetCount', a.target_count),
							icon: AtSign,
							href: `/aliases/${a.id}`,
							mono: true,
						})),
					},
					{
						id: 'w',
						title: t('nav.whitelist'),
						items: found.whitelist.map((w) => ({
							id: `w${w.id}`,
							text: w.network,
							note: w.note,
							icon: Network,
							href: `/whitelist/${w.id}`,
							mono: true,
						})),
					},
				]
			: []),
		...(typed ? [] : [{ id: 'recent', title: t('palette.recent'), items: recent() }]),
		...pagesAndActs(t, admin.role, typed),
		...(found && found.mailboxes.length > 0
			? [
					{
						id: 'do',
						title: t('palette.do'),
						items: found.mailboxes.slice(0, 2).flatMap((m) => [
							{
								id: `p${m.id}`,
								text: t('password.resetFor', m.address),
								icon: KeyRound,
								href: `/mailboxes/${m.id}?do=password`,
							},
							...(m.state === 'active'
								? [
										{
											id: `c${m.id}`,
											text: t('palette.disable', m.address),
											icon: Ban,
											href: `/mailboxes/${m.id}`,
											run: () => disable(t, m.id),
										},
									]
								: []),
							...(admin.role === 'superadmin'
								? [
										{
											id: `e${m.id}`,
											text: t('palette.explain', m.address),
											icon: Route,
											href: `/explain?recipient=${encodeURIComponent(m.address)}`,
										},
									]
								: []),
							{
								id: `h${m.id}`,
								text: t('palette.history', m.address),
								icon: History,
								href: `/mailboxes/${m.id}?view=history`,
							},
						]),
					},
				]
			: []),
	].filter((g) => g.items.length > 0);
	// Whose name was typed in full is meant, and not what only begins with it.
	if (found) groups.sort((a, b) => Number(isNamed(b, typed)) - Number(isNamed(a, typed)));
	const flat = groups.flatMap((g) => g.items);
	const at = Math.min(active, flat.length - 1);
	const go = (item: Item | undefined) => {
		if (!item) return;
		if (/\/\d+$/.test(item.href)) remember(item);
		onClose();
		if (item.run) void item.run();
		else navigate(item.href);
	};
	// Enter before the reply waits for it, so that the first hit is the true one.
	useEffect(() => {
		if (!want || !fresh) return;
		setWant(false);
		go(flat[at]);
	});
	useEffect(() => {
		list.current?.querySelector(`[id="${id}-${at}"]`)?.scrollIntoView({ block: 'nearest' });
	}, [at, id]);
	let n = -1;
	return (
		<ModalOverlay
			isOpen
			isDismissable
			onOpenChange={(open) => !open && onClose()}
			className={cx(overlay.scrim, overlay.center)}
		>
			<Modal className={css.box}>
				<Dialog aria-label={t('palette.open')} className={overlay.body}>
					<div className={css.input}>
						<Search className="icon" aria-hidden="true" />
						<input
							type="search"
							role="combobox"
							aria-label={t('palette.open')}
							aria-expanded={flat.length > 0}
							aria-controls={`${id}-list`}
							aria-autocomplete="list"
							aria-activedescendant={flat[at] ? `${id}-${at}` : undefined}
							placeholder={t('palette.hint')}
							autoComplete="off"
							spellCheck={false}
							autoFocus
							value={text}
							onChange={(e) => {
								setText(e.target.value);
								setActive(0);
								setWant(false);
							}}
							onCompositionStart={() => {
								composing.current = true;
							}}
							onCompositionEnd={(e) => {
								composing.current = false;
								setText(`${e.currentTarget.value} `.slice(0, -1));
								setQ(e.currentTarget.value.normalize('NFKC').trim());
							}}
							onKeyDown={(e) => {
								if (e.nativeEvent.isComposing) return;
								if (e.key === 'ArrowDown') setActive(flat.length ? (at + 1) % flat.length : 0);
								else if (e.key === 'ArrowUp')
									setActive(flat.length ? (at - 1 + flat.length) % flat.length : 0);
								else if (e.key === 'Enter') {
									if (typed && !fresh) setWant(true);
									else go(flat[at]);
								} else return;
								e.preventDefault();
							}}
						/>
						<Kbd>Esc</Kbd>
					</div>
					<div
						ref={list}
						className={css.list}
						role="listbox"
						id={`${id}-list`}
						aria-label={t('palette.results')}
					>
						{groups.map((g) => (
							// biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
							<div key={g.id} role="group" aria-label={g.title}>
								<div className={css.group} aria-hidden="true">
									{g.title}
								</div>
								{g.items.map((item) => {
									n += 1;
									const index = n;
									return (
										// biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the input
										// biome-ignore lint/a11y/useKeyWithClickEvents: the input has the keys
										<div
											key={item.id}
											id={`${id}-${index}`}
											role="option"
											aria-selected={index === at}
											className={css.item}
											onPointerMove={() => setActive(index)}
											onClick={() => go(item)}
										>
											<item.icon className="icon" aria-hidden="true" />
											<span className={item.mono ? 'mono' : undefined}>{item.text}</span>
											{item.note && <span>{item.note}</span>}
										</div>
									);
								})}
							</div>
						))}
						{typed && fresh && flat.length === 0 && (
							<p className={css.none}>{t('palette.none', typed)}</p>
						)}
					</div>
				</Dialog>
			</Modal>
		</ModalOverlay>
	);
}
