import type { ButtonHTMLAttributes, ReactNode } from 'react';
import css from './Button.module.css';
import { cx } from './cx';

type Look = 'plain' | 'primary' | 'danger' | 'quiet' | 'link';
export type ButtonLook = {
	look?: Look;
	small?: boolean;
	/** An icon alone: needs aria-label. */
	icon?: boolean;
	isPending?: boolean;
	className?: string | undefined;
};
type Props = ButtonLook &
	Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick' | 'disabled' | 'className'> & {
		children: ReactNode;
		isDisabled?: boolean;
		onPress?: () => void;
	};

const looks: Record<Look, string | undefined> = {
	plain: undefined,
	primary: css.primary,
	danger: css.danger,
	quiet: css.quiet,
	link: css.link,
};

export function buttonLook({
	look = 'plain',
	small,
	icon,
	isPending,
	className,
}: ButtonLook): string {
	return cx(
		css.button,
		looks[look],
		small && css.small,
		icon && css.icon,
		isPending && css.pending,
		className,
	);
}

/** While pending it keeps its width and its focus, and refuses a press. */
export function Button(p: Props) {
	const { look, small, icon, isPending, className, isDisabled, onPress, children, ...rest } = p;
	return (
		<button
			type="button"
			{...rest}
			className={buttonLook({ look, small, icon, isPending, className } as ButtonLook)}
			disabled={isDisabled}
			aria-disabled={isPending || undefined}
			aria-busy={isPending || undefined}
			onClick={(e) => {
				if (isPending) e.preventDefault();
				else onPress?.();
			}}
		>
			{isPending && <span className={css.spin} aria-hidden="true" />}
			{typeof children === 'string' ? <span>{children}</span> : children}
		</button>
	);
}

export function buttonClass(look: Look = 'plain', small = false): string {
	return buttonLook({ look, small });
}
