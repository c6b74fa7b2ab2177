import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, type ProblemItem } from '../api/client';

/** Sent by a form whose text was saved: a drawer may close without asking. */
export const KEPT = 'postroom:kept';

export type FieldErrors = Record<string, ProblemItem>;

/**
 * One form: sends it once, keeps what was typed, and gives each refusal to
 * the field that it names. What belongs to no field of the form stands in
 * `problem`.
 */
export function useForm(fields: readonly string[]) {
	const [pending, setPending] = useState(false);
	const [errors, setErrors] = useState<FieldErrors>({});
	const [problem, setProblem] = useState<ApiError | null>(null);
	const busy = useRef(false);
	const ref = useRef<HTMLFormElement>(null);

	// A refusal moves the focus to what it names, once that is on the page.
	const [refusals, setRefusals] = useState(0);
	useEffect(() => {
		if (refusals === 0) return;
		const bad = ref.current?.querySelector<HTMLElement>(
			'input[aria-invalid="true"], select[aria-invalid="true"], textarea[aria-invalid="true"]',
		);
		(bad ?? ref.current?.querySelector<HTMLElement>('[role="alert"]'))?.focus();
	}, [refusals]);

	const refuse = useCallback(
		(e: unknown) => {
			const err = e instanceof ApiError ? e : new ApiError('internal', 0, [], '', 0, String(e));
			const mine: FieldErrors = {};
			for (const item of err.items) {
				const name = fields.find(
					(f) =>
						item.field === f || item.field.startsWith(`${f}[`) || item.field.startsWith(`${f}.`),
				);
				if (name && !mine[name]) mine[name] = item;
			}
			const rest = err.items.filter((i) => !Object.values(mine).includes(i));
			setErrors(mine);
			setProblem(
				Object.keys(mine).length === 0 || rest.length > 0
					? new ApiError(err.code, err.status, rest, err.requestId, err.retryAfter, err.message)
					: null,
			);
			setRefusals((n) => n + 1);
		},
		[fields],
	);

	const run = useCallback(
		async (work: () => Promise<void>) => {
			if (busy.current) return;
			busy.current = true;
			setPending(true);
			setProblem(null);
			setErrors({});
			try {
				await work();
				ref.current?.dispatchEvent(new Event(KEPT, { bubbles: true }));
			} catch (e) {
				refuse(e);
			} finally {
				busy.current = false;
				setPending(false);
			}
		},
		[refuse],
	);

	const clear = useCallback((name: string) => {
		setErrors((e) => {
			if (!(name in e)) return e;
			const { [name]: _, ...rest } = e;
			return rest;
		});
	}, []);

	const fail = useCallback((field: string, reason: string, subject = '') => {
		setErrors((e) => ({ ...e, [field]: { field, reason, subject, text: '' } }));
		setRefusals((n) => n + 1);
	}, []);

	return { ref, pending, errors, problem, run, clear, fail, setProblem };
}

export type FormState = ReturnType<typeof useForm>;
