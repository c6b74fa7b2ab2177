import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { adminQuery } from '../api/access';
import { ApiError, client, etag, ok, type Schemas } from '../api/client';
import { queryClient, refresh } from '../api/queries';
import { Fact, Facts } from '../app/Page';
import { useSession } from '../app/useSession';
import { useT } from '../i18n';
import { useForm } from '../lib/useForm';
import { Button } from '../ui/Button';
import { Actions, Dialog, Drawer } from '../ui/Dialog';
import { ErrorBox } from '../ui/ErrorBox';
import { SelectField, TextField } from '../ui/Field';
import { Loading, Note, Time } from '../ui/Marks';
import { toast } from '../ui/Toast';
import css from './Access.module.css';
import { AdminMark } from './AdminMark';
import { DomainPick, type Picked } from './DomainPick';
import form_ from './Form.module.css';
import { LinkOnce } from './LinkOnce';
import { type Right, RightChecks } from './Rights';

type View = Schemas['AdminView'];
type Link = NonNullable<Schemas['AdminWithLink']['first_use']>;

export function AdminDrawer({ id, onClose }: { id: number; onClose: () => void }) {
	const t = useT();
	const q = useQuery(adminQuery(id));
	const [link, setLink] = useState<Link | null>(null);
	if (q.error instanceof ApiError && !q.data)
		return (
			<Drawer title={t('nav.admins')} onClose={onClose}>
				<ErrorBox error={q.error} onRetry={() => void q.refetch()} />
			</Drawer>
		);
	if (!q.data)
		return (
			<Drawer title={t('nav.admins')} onClose={onClose}>
				<Loading lines={6} />
			</Drawer>
		);
	const a = q.data;
	if (link)
		return (
			<Drawer title={t('link.title', a.name || a.login)} onClose={onClose}>
				<LinkOnce link={link} onClose={() => setLink(null)} />
			</Drawer>
		);
	return (
		<Drawer title={a.login} onClose={onClose}>
			<div className={form_.form}>
				<Facts>
					<Fact name={t('field.state')}>
						<AdminMark admin={a} />
					</Fact>
					<Fact name={t('admin.role')}>{t(`adminRole.${a.role}`)}</Fact>
					<Fact name={t('admin.namedBy')}>{a.named_by ?? t('admin.bySuperadmin')}</Fact>
					<Fact name={t('field.created')}>
						<Time at={a.created_at} />
					</Fact>
				</Facts>
				{a.may_manage ? <Person key={a.version} admin={a} /> : <Note>{t('admin.notYours')}</Note>}
				{a.role === 'admin' && <Domains admin={a} />}
				{a.may_manage && <Acts admin={a} onLink={setLink} onGone={onClose} />}
			</div>
		</Drawer>
	);
}

const keep = (a: View) => {
	queryClient.setQueryData(adminQuery(a.id).queryKey, a);
	void refresh();
};

const params = (a: View) => ({ path: { id: a.id }, header: { 'If-Match': etag(a.version) } });

const FIELDS = ['name', 'language'] as const;

function Person({ admin: a }: { admin: View }) {
	const t = useT();
	const [name, setName] = useState(a.name);
	const [language, setLanguage] = useState(a.language);
	const form = useForm(FIELDS);
	return (
		<form
			ref={form.ref}
			className={form_.form}
			noValidate
			onSubmit={(e) => {
				e.preventDefault();
				void form.run(async () => {
					const body = { name: name.trim(), language };
					keep(await ok(client.PATCH('/api/v1/admins/{id}', { params: params(a), body })));
					toast({ title: t('admin.saved') });
				});
			}}
		>
			{form.problem && <ErrorBox error={form.problem} />}
			<TextField
				label={t('admin.name')}
				name="name"
				optional
				value={name}
				onChange={setName}
				error={form.errors.name}
				maxLength={200}
			/>
			<SelectField
				label={t('language')}
				value={language}
				onChange={setLanguage}
				options={[
					{ value: '', text: t('admin.languageOwn') },
					{ value: 'en', text: 'English' },
					{ value: 'ja', text: '日本語' },
				]}
			/>
			<div>
				<Button type="submit" isPending={form.pending}>
					{t('save')}
				</Button>
			</div>
		</form>
	);
}

function Domains({ admin: a }: { admin: View }) {
	const t = useT();
	const { admin: me } = useSession();
	// Who named him may take away what he gave, also when the rest is not his.
	const mayEdit = a.may_manage || a.named_by === me.login;
	const [added, setAdded] = useState<Picked[]>([]);
	const [problem, setProblem] = useState<ApiError | null>(null);
	const put = async (ids: number[], rights: Right[], said: string) => {
		setProblem(null);
		try {
			const body = { domain_ids: ids, rights };
			keep(await ok(client.PUT('/api/v1/admins/{id}/domains', { params: params(a), body })));
			toast({ title: said });
			setAdded([]);
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setProblem(e);
			void refresh();
		}
	};
	const takeAway = async (id: number, name: string) => {
		setProblem(null);
		try {
			const body = { domain_ids: [id] };
			keep(await ok(client.DELETE('/api/v1/admins/{id}/domains', { params: params(a), body })));
			toast({ title: t('admin.takenAway', name) });
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setProblem(e);
			void refresh();
		}
	};
	return (
		<section className={form_.form}>
			<h3>{t('admin.domains')}</h3>
			{problem && <ErrorBox error={problem} />}
			{a.domains.map((d) => (
				<div key={d.id} className={css.domain}>
					<div className={css.head}>
						<strong className="mono">{d.name_unicode}</strong>
						{mayEdit && (
							<Button
								look="quiet"
								icon
								small
								onPress={() => void takeAway(d.id, d.name_unicode)}
								aria-label={t('admin.takeAway', d.name_unicode)}
							>
								<X className="icon" aria-hidden="true" />
							</Button>
						)}
					</div>
					<RightChecks
						legend={t('rights.title')}
						value={d.rights}
						onChange={(r) => void put([d.id], r, t('admin.rightsSaved', d.name_unicode))}
						domainIds={[d.id]}
						disabled={!mayEdit}
					/>
					{d.rights.length === 0 && <p className="muted">{t('rights.none')}</p>}
				</div>
			))}
			{a.other_domain_count > 0 && (
				<p className="muted">{t('admin.otherDomains', a.other_domain_count)}</p>
			)}
			{mayEdit && (
				<>
					<DomainPick
						label={t('admin.addDomain')}
						value={added}
						onChange={setAdded}
						without={a.domains.map((d) => d.id)}
						optional
					/>
					{added.length > 0 && (
						<div>
							<Button
								onPress={() =>
									void put(
										added.map((d) => d.id),
										[],
										t('admin.saved'),
									)
								}
							>
								{t('admin.addDomain')}
							</Button>
						</div>
					)}
				</>
			)}
		</section>
	);
}

function Acts({
	admin: a,
	onLink,
	onGone,
}: {
	admin: View;
	onLink: (l: Link) => void;
	onGone: () => void;
}) {
	const t = useT();
	const { admin: me } = useSession();
	const [asking, setAsking] = useState(false);
	const [problem, setProblem] = useState<ApiError | null>(null);
	const act = async (work: () => Promise<void>) => {
		setProblem(null);
		try {
			await work();
		} catch (e) {
			if (!(e instanceof ApiError)) throw e;
			setProblem(e);
			void refresh();
		}
	};
	const isActive = a.state === 'active';
	const setState = () =>
		act(async () => {
			const body = { state: isActive ? ('disabled' as const) : ('active' as const) };
			keep(await ok(client.PATCH('/api/v1/admins/{id}', { params: params(a), body })));
			toast({ title: t(isActive ? 'admin.disabled' : 'admin.enabled', a.login) });
		});
	const makeLink = () =>
		act(async () => {
			const r = await ok(
				client.POST('/api/v1/admins/{id}/link', {
					params: { path: { id: a.id }, header: { 'Idempotency-Key': crypto.randomUUID() } },
				}),
			);
			if (r.first_use) onLink(r.first_use);
		});
	const remove = () =>
		act(async () => {
			setAsking(false);
			await ok(client.DELETE('/api/v1/admins/{id}', { params: params(a) }));
			toast({ title: t('admin.deleted', a.login) });
			onGone();
			queryClient.removeQueries({ queryKey: adminQuery(a.id).queryKey });
			void refresh();
		});
	const isMe = a.id === me.id;
	return (
		<>
			{problem && <ErrorBox error={problem} />}
			<Actions sticky>
				{!isMe && (
					<>
						<Button look="danger" onPress={() => setAsking(true)}>
							{t('admin.delete')}
						</Button>
						<Button onPress={() => void setState()}>
							{t(isActive ? 'admin.disable' : 'admin.enable')}
						</Button>
					</>
				)}
				{isActive && <Button onPress={() => void makeLink()}>{t('admin.newLink')}</Button>}
			</Actions>
			{asking && (
				<Dialog
					title={t('admin.deleteTitle', a.login)}
					role="alertdialog"
					onClose={() => setAsking(false)}
				>
					<p>{t('admin.deleteText')}</p>
					<Actions>
						<Button onPress={() => setAsking(false)}>{t('cancel')}</Button>
						<Button look="danger" onPress={() => void remove()}>
							{t('admin.delete')}
						</Button>
					</Actions>
				</Dialog>
			)}
		</>
	);
}
