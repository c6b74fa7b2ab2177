import { X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { useT } from '../i18n';
import { KEPT } from '../lib/useForm';
import { Button } from './Button';
import { cx } from './cx';
import css from './Overlay.module.css';

type Props = {
	title: ReactNode;
	onClose: () => void;
	children: ReactNode;
	wide?: boolean;
	/** Asks for an answer: a press outside does not close it. */
	role?: 'dialog' | 'alertdialog';
	closable?: boolean;
};

export function Dialog({
	title,
	onClose,
	children,
	wide,
	role = 'dialog',
	closable = true,
}: Props) {
	const t = useT();
	return (
		<ModalOverlay
			isOpen
			onOpenChange={(open) => !open && onClose()}
			isDismissable={role === 'dialog' && closable}
			isKeyboardDismissDisabled={!closable}
			className={cx(css.scrim, css.center)}
		>
			<Modal className={cx(css.dialog, wide && css.wide)}>
				<AriaDialog className={css.body} role={role}>
					<div className={css.head}>
						<Heading slot="title" level={2}>
							{title}
						</Heading>
						{closable && (
							<Button look="quiet" icon onPress={onClose} aria-label={t('close')}>
								<X className="icon" aria-hidden="true" />
							</Button>
						)}
					</div>
					<div className={css.main}>{children}</div>
				</AriaDialog>
			</Modal>
		</ModalOverlay>
	);
}

/** The right-hand side of a list: one object, with its own address. */
export function Drawer({ title, onClose, children }: Omit<Props, 'wide' | 'role'>) {
	const t = useT();
	// A slip of the mouse beside it throws away nothing that was typed, and
	// Escape asks.
	const [typed, setTyped] = useState(false);
	const [asking, setAsking] = useState(false);
	const rest = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const kept = () => setTyped(false);
		const at = rest.current;
		at?.addEventListener(KEPT, kept);
		return () => at?.removeEventListener(KEPT, kept);
	}, []);
	const leave = () => (typed ? setAsking(true) : onClose());
	return (
		<ModalOverlay
			isOpen
			onOpenChange={(open) => !open && leave()}
			isDismissable={!typed}
			className={css.scrim}
		>
			<Modal className={css.drawer}>
				<AriaDialog className={css.body}>
					<div
						ref={rest}
						className={css.rest}
						onInput={(e) => {
							if ((e.target as Element).closest('form')) setTyped(true);
						}}
					>
						<div className={css.head}>
							<Heading slot="title" level={2}>
								{title}
							</Heading>
							<Button look="quiet" icon onPress={leave} aria-label={t('close')}>
								<X className="icon" aria-hidden="true" />
							</Button>
						</div>
						<div className={css.main}>{children}</div>
					</div>
					{asking && (
						<Dialog title={t('discard.title')} role="alertdialog" onClose={() => setAsking(false)}>
							<p>{t('discard.text')}</p>
							<Actions>
								<Button onPress={onClose}>{t('discard.yes')}</Button>
								<Button look="primary" onPress={() => setAsking(false)}>
									{t('discard.no')}
								</Button>
							</Actions>
						</Dialog>
					)}
				</AriaDialog>
			</Modal>
		</ModalOverlay>
	);
}

export function Actions({ children, sticky }: { children: ReactNode; sticky?: boolean }) {
	return <div className={cx(css.actions, sticky && css.sticky)}>{children}</div>;
}
