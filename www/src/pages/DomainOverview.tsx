import { useState } from 'react';
import { client, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { Card, Columns, Fact, Facts, Stack } from '../app/Page';
import { useLang, useT } from '../i18n';
import { formatBytes, formatNumber } from '../lib/format';
import { useForm } from '../lib/useForm';
import { limitText } from '../lib/words';
import { Button, buttonClass } from '../ui/Button';
import { ErrorBox } from '../ui/ErrorBox';
import { Bar, Note, Time } from '../ui/Marks';
import { saved } from '../ui/Toast';
import { joinTokens, TokenField } from '../ui/TokenField';
import css from './Form.module.css';

type Domain = Schemas['Domain'];

export function DomainOverview({ domain: d }: { domain: Domain }) {
	const t = useT();
	const lang = useLang();
	const count = (n: number, max: number) =>
		max === 0 ? formatNumber(n, lang) : `${formatNumber(n, lang)} / ${formatNumber(max, lang)}`;
	const full = d.max_quota_bytes > 0 && d.quota_allotted_bytes / d.max_quota_bytes > 0.9;
	return (
		<Stack>
			{d.state !== 'active' && <Note tone="warn">{t(`domain.help.${d.state}`)}</Note>}
			{d.state !== 'deleted' && (!d.has_postmaster || !d.has_abuse) && <Offer domain={d} />}
			<div className={css.tiles}>
				<a className={css.tile} href={`#/domains/${d.id}/mailboxes`}>
					<span>{t('nav.mailboxes')}</span>
					<span className={css.count}>{count(d.mailbox_count, d.max_mailboxes)}</span>
				</a>
				<a className={css.tile} href={`#/domains/${d.id}/aliases`}>
					<span>{t('nav.aliases')}</span>
					<span className={css.count}>{count(d.alias_count, d.max_aliases)}</span>
				</a>
				<div className={css.tile}>
					<span>{t('field.allotted')}</span>
					<span className={css.count}>{formatBytes(d.quota_allotted_bytes, lang)}</span>
					{d.max_quota_bytes > 0 && (
						<>
							<Bar
								value={d.quota_allotted_bytes}
								max={d.max_quota_bytes}
								bad={full}
								label={t('field.allotted')}
							/>
							<span className="muted">{t('quota.of', formatBytes(d.max_quota_bytes, lang))}</span>
						</>
					)}
				</div>
			</div>
			{d.state !== 'deleted' && (
				<div className={css.line}>
					<a
						href={`#/domains/${d.id}/mailboxes/new`}
						className={buttonClass('primary')}
						data-hotkey="new"
					>
						{t('mailbox.add')}
					</a>
					<a href={`#/domains/${d.id}/aliases/new`} className={buttonClass()}>
						{t('alias.add')}
					</a>
				</div>
			)}
			<Columns>
				<Card title={t('details')}>
					<Facts>
						<Fact name={t('field.description')}>{d.description || t('value.none')}</Fact>
						<Fact name={t('field.catch_all')}>{t(d.has_catch_all ? 'yes' : 'no')}</Fact>
						<Fact name={t('field.default_quota')}>
							{limitText(t, d.default_quota_bytes, (n) => formatBytes(n, lang))}
						</Fact>
						<Fact name={t('field.transport')}>
							{d.transport ? <code>{d.transport}</code> : t('domain.local')}
						</Fact>
						{d.retire_at && (
							<Fact name={t('field.retire_at')}>
								<Time at={d.retire_at} exact />
							</Fact>
						)}
						{d.deleted_at && (
							<Fact name={t('field.deleted')}>
								<Time at={d.deleted_at} exact />
							</Fact>
						)}
						<Fact name={t('field.created')}>
							<Time at={d.created_at} exact />
						</Fact>
					</Facts>
				</Card>
			</Columns>
		</Stack>
	);
}

const FIELDS = ['targets'] as const;

/** Each domain should read postmaster@ and abuse@: one step makes both. */
function Offer({ domain: d }: { domain: Domain }) {
	const t = useT();
	const [targets, setTargets] = useState<string[]>([]);
	const [text, setText] = useState('');
	const form = useForm(FIELDS);
	const missing = [!d.has_postmaster && 'postmaster', !d.has_abuse && 'abuse'].filter(
		(x): x is string => !!x,
	);
	const submit = () => {
		const all = joinTokens(targets, text);
		if (all.length === 0) return form.fail('targets', 'required');
		setTargets(all);
		setText('');
		void form.run(async () => {
			try {
				for (const name of missing) {
					const r = await ok(
						client.POST('/api/v1/aliases', {
							body: { address: `${name}@${d.name}`, targets: all, send_as: false },
						}),
					);
					saved(t('alias.done.added', r.address), r.changed_serial);
				}
			} finally {
				await refresh();
			}
		});
	};
	return (
		<Card title={t('offer.title', missing.map((m) => `${m}@`).join(', '))}>
			<p className="muted">{t('offer.text')}</p>
			<form
				ref={form.ref}
				className={css.form}
				style={{ maxWidth: 'var(--form)' }}
				noValidate
				onSubmit={(e) => {
					e.preventDefault();
					submit();
				}}
			>
				{form.problem && <ErrorBox error={form.problem} />}
				<TokenField
					label={t('offer.to')}
					help={t('alias.targetsHelp')}
					values={targets}
					onChange={(v) => {
						setTargets(v);
						form.clear('targets');
					}}
					text={text}
					onText={setText}
					error={form.errors.targets}
				/>
				<p>
					<Button type="submit" isPending={form.pending}>
						{t('offer.add', missing.length)}
					</Button>
				</p>
			</form>
		</Card>
	);
}
