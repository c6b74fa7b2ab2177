import { keepPreviousData, useQueries } from '@tanstack/react-query';
import type { Schemas } from '../api/client';
import { useLang } from '../i18n';
import { formatTotal } from './format';

type Counted = { total: Schemas['Total'] | null };

/** How many rows each choice of a filter has, in words: 12, or 10,000+. */
export function useCounts<V extends string>(
	list: string,
	filter: object,
	choices: readonly V[],
	read: (choice: V, signal: AbortSignal) => Promise<Counted>,
): Partial<Record<V, string>> {
	const lang = useLang();
	const told = useQueries({
		queries: choices.map((choice) => ({
			queryKey: [list, 'count', filter, choice],
			queryFn: ({ signal }: { signal: AbortSignal }) => read(choice, signal),
			placeholderData: keepPreviousData,
			staleTime: 15_000,
		})),
	});
	const counts: Partial<Record<V, string>> = {};
	choices.forEach((choice, i) => {
		const total = told[i]?.data?.total;
		if (total) counts[choice] = formatTotal(total, lang);
	});
	return counts;
}
