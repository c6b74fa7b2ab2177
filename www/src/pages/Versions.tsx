import { useQuery } from '@tanstack/react-query';
import {
	Check,
	CheckCheck,
	History,
	type LucideIcon,
	Pencil,
	Play,
	Rocket,
	ToggleLeft,
} from 'lucide-react';
import { ApiError } from '../api/client';
import { type Version, versionsQuery } from '../api/publishing';
import { type T, useLang, useT } from '../i18n';
import { formatNumber } from '../lib/format';
import { useList } from '../lib/useList';
import { nounName } from '../lib/words';
import { Button } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { Empty, Mark, Time } from '../ui/Marks';
import { type Column, DataTable } from '../ui/Table';

const icons: Record<Version['kind'], LucideIcon> = {
	revision: Pencil,
	publish: Rocket,
	rollback: History,
	resume: Play,
	confirm: CheckCheck,
	mode: ToggleLeft,
};

/** What a version was, in words. */
export function versionText(t: T, v: Version): string {
	switch (v.kind) {
		case 'publish':
		case 'rollback':
		case 'resume':
			return v.node
				? t('version.of', t(`version.${v.kind}`), v.node)
				: v.domains.length > 0
					? t('version.of', t(`version.${v.kind}`), v.domains.join(', '))
					: t(`version.${v.kind}`);
		case 'confirm':
			return t('version.confirm', v.domains.join(', '));
		case 'mode':
			return v.subject === 'automatic' || v.subject === 'reviewed'
				? t('version.modeTo', t(`mode.${v.subject}`))
				: t('version.mode');
		default:
			return revisionText(t, v);
	}
}

function revisionText(t: T, v: Version): string {
	const [noun, verb] = v.action.split('.');
	const op = (['create', 'update', 'delete', 'restore'] as const).find((o) => o === verb);
	if (v.action === 'mailbox.password') return t('did.password', v.subject);
	if (noun && op) return t(`did.${op}`, nounName(t, noun), v.subject);
	return [v.action, v.subject].filter(Boolean).join(' ');
}

/** Everything that was published or done to publishing, newest first. */
export function Versions() {
	const t = useT();
	const lang = useLang();
	const list = useList();
	const q = useQuery(
		versionsQuery({
			...(list.cursor.after ? { after: list.cursor.after } : {}),
			limit: list.limit,
		}),
	);
	const columns: Column<Version>[] = [
		{
			id: 'what',
			head: t('changes.what'),
			primary: true,
			cell: (v) =>
				v.kind === 'revision' ? (
					<a href={`#/changes/${v.serial}`}>{versionText(t, v)}</a>
				) : (
					<Mark tone={v.kind === 'rollback' ? 'warn' : 'plain'} icon={icons[v.kind] ?? Check}>
						{versionText(t, v)}
					</Mark>
				),
		},
		{ id: 'who', head: t('changes.who'), cell: (v) => v.actor_name },
		{ id: 'when', head: t('changes.when'), cell: (v) => <Time at={v.at} /> },
		{ id: 'note', head: t('field.note'), from: 'lg', cell: (v) => v.note },
		{
			id: 'size',
			head: t('version.size'),
			num: true,
			from: 'sm',
			cell: (v) => (v.changes > 0 ? formatNumber(v.changes, lang) : ''),
		},
		{
			id: 'serial',
			head: t('changes.serial'),
			num: true,
			from: 'sm',
			cell: (v) => formatNumber(v.serial, lang),
		},
		{
			id: 'act',
			head: t('rollback'),
			cell: (v) =>
				v.can_roll_back && (
					<a
						href={`#/publish/versions/${v.serial}`}
						aria-label={t('rollback.to', formatNumber(v.serial, lang))}
					>
						{t('rollback.here')}
					</a>
				),
		},
	];
	const rows = q.data?.items;
	if (q.error instanceof ApiError && !rows)
		return <ErrorBox error={q.error} onRetry={() => void q.refetch()} />;
	if (rows?.length === 0)
		return (
			<Empty icon={History} title={t('version.none')} text={t('version.noneText')}>
				{list.cursor.after && (
					<Button onPress={() => list.go({ after: null, before: null })}>{t('table.first')}</Button>
				)}
			</Empty>
		);
	return (
		<>
			<DataTable
				label={t('publish.tab.versions')}
				columns={columns}
				rows={rows}
				rowId={(v) => rows?.indexOf(v) ?? v.serial}
				busy={q.isPlaceholderData}
			/>
			{(list.cursor.after || q.data?.next) && (
				<p style={{ paddingTop: 'var(--s3)' }}>
					<Button
						small
						isDisabled={!list.cursor.after}
						onPress={() => list.go({ after: null, before: null })}
					>
						{t('table.first')}
					</Button>{' '}
					<Button
						small
						isDisabled={!q.data?.next}
						onPress={() => list.go({ after: q.data?.next ?? null })}
					>
						{t('table.next')}
					</Button>
				</p>
			)}
		</>
	);
}
