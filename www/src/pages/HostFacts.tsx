import { Card, Fact, Facts } from '../app/Page';
import { type T, useLang, useT } from '../i18n';
import { formatBytes, formatNumber, formatTime } from '../lib/format';

const NAMES = [
	'version',
	'host',
	'os',
	'kernel',
	'postfix',
	'dovecot',
	'disk_free_bytes',
	'disk_bytes',
	'memory_bytes',
	'memory_free_bytes',
	'load',
	'cores',
	'uptime_s',
	'started_at',
	'lines',
	'queue',
] as const;

function nameOf(t: T, key: string): string {
	const known = NAMES.find((n) => n === key);
	return known ? t(`fact.${known}`) : key;
}

/** What a node's postroom-mapd says about its host. */
export function HostFacts({ facts }: { facts: Record<string, unknown> }) {
	const t = useT();
	const lang = useLang();
	const show = (key: string, v: unknown): string => {
		if (typeof v === 'number' && key.endsWith('_bytes')) return formatBytes(v, lang);
		if (typeof v === 'number' && key.endsWith('_s')) return t('fact.hours', Math.round(v / 3600));
		if (typeof v === 'number') return formatNumber(v, lang);
		if (typeof v === 'string' && key.endsWith('_at')) return formatTime(v, lang);
		if (typeof v === 'boolean') return t(v ? 'yes' : 'no');
		return typeof v === 'string' ? v : JSON.stringify(v);
	};
	const all = Object.entries(facts).filter(([, v]) => v !== null && v !== '');
	if (all.length === 0) return null;
	return (
		<Card title={t('node.host')}>
			<Facts>
				{all.map(([key, v]) => (
					<Fact key={key} name={nameOf(t, key)}>
						{show(key, v)}
					</Fact>
				))}
			</Facts>
		</Card>
	);
}
