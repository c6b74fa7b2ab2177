import { useState } from 'react';
import { client, etag, ok, type Schemas } from '../api/client';
import { refresh } from '../api/queries';
import { Fact, Facts } from '../app/Page';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { CheckField, SelectField, TextField } from '../ui/Field';
import { Note, Time } from '../ui/Marks';
import { toast } from '../ui/Toast';
import form_ from './Form.module.css';
import { RequestMark } from './RelayRequests';

const FIELDS = ['answer'] as const;
const DAYS = ['30', '90', '365', 'never'] as const;

/** A request, and its answer by a superadmin. */
export function RelayAnswer({
	request: r,
	onClose,
}: {
	request: Schemas['RelayRequest'];
	onClose: () => void;
}) {
	const t = useT();
	const { admin } = useSession();
	const isSuper = admin.role === 'superadmin';
	const isOpen = r.state === 'open';
	return (
		<div className={form_.form}>
			<Facts>
				<Fact name={t('field.state')}>
					<RequestMark state={r.state} />
				</Fact>
				<Fact name={t('request.network')}>
					<span className="mono">{r.network}</span>
				</Fact>
				<Fact name={t('request.reason')}>{r.reason}</Fact>
				<Fact name={t('request.domains')}>
					<span className="mono">{r.domains.join(', ')}</span>
				</Fact>
				<Fact name={t('request.by')}>
					{r.requested_by} · <Time at={r.created_at} />
				</Fact>
				{r.answered_at && r.answered_by && (
					<Fact name={t('request.answerBy')}>
						{r.answered_by} · <Time at={r.answered_at} />
					</Fact>
				)}
				{r.answer && <Fact name={t('request.answer')}>{r.answer}</Fact>}
			</Facts>
			{isSuper && r.whitelist_id && (
				<p>
					<a href={`#/whitelist/${r.whitelist_id}`}>{t('request.seeEntry')}</a>
				</p>
			)}
			{isOpen && (isSuper ? <Answer request={r} /> : <Withdraw request={r} onDone={onClose} />)}
		</div>
	);
}

const params = (r: Schemas['RelayRequest']) => ({
	path: { id: r.id },
	header: { 'If-Match': etag(r.version) },
});

function Answer({ request: r }: { request: Schemas['RelayRequest'] }) {
	const t = useT();
	const [answer, setAnswer] = useState('');
	const [days, setDays] = useState<(typeof DAYS)[number]>('90');
	const [known, setKnown] = useState(false);
	const form = useForm(FIELDS);
	const approve = () =>
		form.run(async () => {
			const end = new Date(Date.now() + Number(days) * 86_400_000).toISOString();
			await ok(
				client.POST('/api/v1/relay-requests/{id}/approve', {
					params: params(r),
					body: {
						unbound: true,
						answer: answer.trim(),
						expires_at: days === 'never' ? null : end,
					},
				}),
			);
			toast({ title: t('request.approved') });
			void refresh();
		});
	const decline = () => {
		if (answer.trim() === '') return form.fail('answer', 'required');
		void form.run(async () => {
			await ok(
				client.POST('/api/v1/relay-requests/{id}/decline', {
					params: params(r),
					body: { answer: answer.trim() },
				}),
			);
			toast({ title: t('request.declined') });
			void refresh();
		});
	};
	return (
		<form
			ref={form.ref}
			className={form_.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				if (known) void approve();
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			<Note tone="warn">
				<strong>{t('request.unboundTitle')}</strong>
				<p>{t('request.unboundText', r.network)}</p>
			</Note>
			<TextField
				label={t('request.answer')}
				name="answer"
				optional
				value={answer}
				onChange={(v) => {
					setAnswer(v);
					form.clear('answer');
				}}
				error={form.errors.answer}
				maxLength={500}
			/>
			<SelectField
				label={t('request.expires')}
				value={days}
				onChange={setDays}
				options={DAYS.map((value) => ({
					value,
					text: value === 'never' ? t('apitoken.never') : t('apitoken.days', Number(value)),
				}))}
			/>
			<CheckField label={t('request.unboundCheck')} checked={known} onChange={setKnown} />
			<Actions sticky>
				<Button onPress={decline} isPending={form.pending}>
					{t('request.decline')}
				</Button>
				<Button look="primary" type="submit" isDisabled={!known} isPending={form.pending}>
					{t('request.approve')}
				</Button>
			</Actions>
		</form>
	);
}

function Withdraw({
	request: r,
	onDone,
}: {
	request: Schemas['RelayRequest'];
	onDone: () => void;
}) {
	const t = useT();
	const form = useForm(FIELDS);
	return (
		<>
			{form.problem && <ErrorBox error={form.problem} />}
			<Actions sticky>
				<Button
					isPending={form.pending}
					onPress={() =>
						void form.run(async () => {
							await ok(client.POST('/api/v1/relay-requests/{id}/withdraw', { params: params(r) }));
							toast({ title: t('request.withdrawn') });
							void refresh();
							onDone();
						})
					}
				>
					{t('request.withdraw')}
				</Button>
			</Actions>
		</>
	);
}
