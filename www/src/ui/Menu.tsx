import type { LucideIcon } from 'lucide-react';
import { Ellipsis } from 'lucide-react';
import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import { cx } from './cx';
import css from './Overlay.module.css';
import { TriggerButton } from './TriggerButton';

export type Act = {
	id: string;
	text: string;
	icon?: LucideIcon;
	run?: () => void;
	href?: string;
	danger?: boolean;
	hint?: string;
	/** A line above it. */
	apart?: boolean;
};

export function ActMenu({
	label,
	acts,
	trigger,
}: {
	label: string;
	acts: (Act | false | null | undefined)[];
	trigger?: ReactNode;
}) {
	const all = acts.filter((a): a is Act => !!a);
	return (
		<MenuTrigger>
			{trigger ?? (
				<TriggerButton look="quiet" small icon aria-label={label}>
					<Ellipsis className="icon" aria-hidden="true" />
				</TriggerButton>
			)}
			<Popover className={css.popover} placement="bottom end">
				<AriaMenu className={css.menu} aria-label={label}>
					{all.flatMap((a) => {
						const item = (
							<MenuItem
								key={a.id}
								id={a.id}
								textValue={a.text}
								className={cx(css.item, a.danger && css.itemDanger)}
								{...(a.href ? { href: a.href } : { onAction: () => a.run?.() })}
							>
								{a.icon && <a.icon className="icon" aria-hidden="true" />}
								<span>{a.text}</span>
								{a.hint && <kbd>{a.hint}</kbd>}
							</MenuItem>
						);
						return a.apart
							? [<Separator key={`${a.id}-line`} className={css.rule} />, item]
							: [item];
					})}
				</AriaMenu>
			</Popover>
		</MenuTrigger>
	);
}
