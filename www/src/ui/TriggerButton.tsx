import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps } from 'react-aria-components/Button';
import { type ButtonLook, buttonLook } from './Button';

type Props = Omit<ButtonProps, 'children' | 'className' | 'style'> &
	ButtonLook & { children: ReactNode };

/** A button that opens a menu or a popover, or closes a message. */
export function TriggerButton({ look, small, icon, className, children, ...rest }: Props) {
	return (
		<AriaButton {...rest} className={buttonLook({ look, small, icon, className } as ButtonLook)}>
			{children}
		</AriaButton>
	);
}
