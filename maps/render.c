/*
 * Rendering of lines, and what an address reaches.
 */
#include "maps/render.h"

#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "db/strset.h"
#include "maps/account.h"

#define ALIAS_VALUE_MAX TEXT_MAP_VALUE_MAX

static bool
fault(const struct render *r, const char *domain, const char *what,
	const char *subject, struct err *e)
{
	char reason[HOLD_REASON_SIZE];
	snprintf(reason, sizeof(reason), "%s: %.160s", what, subject);
	return holds_add(r->faults, domain, reason, e);
}

/* Add a line that the writers of keys and values accept; else a fault. */
static bool
add(const struct render *r, struct map_set *out, enum map_id map,
	const char *key, const char *value, struct err *e)
{
	char k[TEXT_MAP_KEY_MAX + 1];
	struct str key_out = STR_FIXED(k);
	if (!text_map_key(&key_out, key) || strlen(key) > MAP_KEY_MAX)
		return fault(r, key_domain(key),
			"a key cannot be written safely", key, e);
	if (map != MAP_ACCOUNTS) {
		for (const char *p = value; *p; p++)
			if (*p < 0x20 || *p > 0x7e)
				return fault(r, key_domain(key),
					"a value cannot be written safely", key,
					e);
		const size_t n = strlen(value);
		if (n == 0 || n > ALIAS_VALUE_MAX || value[0] == ' '
			|| value[n - 1] == ' ')
			return fault(r, key_domain(key),
				"a value cannot be written safely", key, e);
	}
	return lines_add(&out->map[map], key, value, e);
}

static bool
receives(const struct map_mailbox_row *m)
{
	return m
		&& (m->state == MAP_MAILBOX_ACTIVE
			|| m->state == MAP_MAILBOX_NOLOGIN);
}

/* `taro+news@d` to `taro@d`; false when there is no extension. */
static bool
without_extension(const char *address, char out[static ADDR_SIZE])
{
	const size_t local = addr_local_len(address);
	const char *plus = memchr(address, '+', local);
	if (!plus || plus == address)
		return false;
	return str_copy_n(out, ADDR_SIZE, address, (size_t)(plus - address))
		&& strlen(out) + strlen(address + local) < ADDR_SIZE
		&& memcpy(out + strlen(out), address + local,
			strlen(address + local) + 1);
}

/*
 * Where mail to an address goes: the addresses on its way, each once, so that
 * many ways to one place cost no more than one. Without `self` the walk ends
 * with the first place that takes the mail.
 */
struct walk {
	const struct map_rows *rows;
	const char *self;   /* the alias whose targets these are, or NULL */
	struct strset seen; /* also the queue */
	bool is_reached;
	bool meets_self;
};

static bool
step_alias(struct walk *w, const struct map_alias_row *a, struct err *e)
{
	if (w->self && strcmp(a->address, w->self) == 0)
		w->meets_self = true;
	for (size_t i = 0; a->state == MAP_ALIAS_ACTIVE && i < a->targets; i++)
		if (!strset_add(&w->seen, a->target[i], NULL, e))
			return false;
	return true;
}

/* *is_there_r: a mailbox or an alias has this address, in whatever state. */
static bool
step_exact(struct walk *w, const char *address, bool *is_there_r, struct err *e)
{
	const struct map_mailbox_row *m = rows_mailbox(w->rows, address);
	const struct map_alias_row *a = rows_alias(w->rows, address);
	w->is_reached = w->is_reached || receives(m);
	*is_there_r = m || a;
	return receives(m) || !a || step_alias(w, a, e);
}

/*
 * In the order of virtual(5): the address, without its extension, the
 * catch-all, which gets nothing of addresses that are there but take no mail:
 * those are refused. A domain that we do not have is somebody else's.
 */
static bool
step(struct walk *w, const char *address, struct err *e)
{
	char base[ADDR_SIZE], all[ADDR_SIZE];
	const char *domain = addr_domain(address);
	bool is_there = false;
	if (!rows_domain(w->rows, domain)) {
		w->is_reached = true;
		return true;
	}
	if (!step_exact(w, address, &is_there, e))
		return false;
	if (!is_there && without_extension(address, base)
		&& !step_exact(w, base, &is_there, e))
		return false;
	if (is_there || !addr_join("", domain, all, sizeof(all)))
		return true;
	const struct map_alias_row *a = rows_alias(w->rows, all);
	return !a || step_alias(w, a, e);
}

/* Walk on from what was put into w->seen. */
static bool
walk(struct walk *w, struct err *e)
{
	bool ok = true;
	for (size_t i = 0; ok && i < w->seen.n; i++) {
		if (w->is_reached && (!w->self || w->meets_self))
			break;
		ok = step(w, w->seen.list[i], e);
	}
	strset_free(&w->seen);
	return ok;
}

static bool
is_safe_target(const char *t)
{
	const char *at = strchr(t, '@');
	if (!at || at == t || at[1] == '\0' || strchr(at + 1, '@'))
		return false;
	for (const char *p = t; *p; p++)
		if (*p <= 0x20 || *p > 0x7e || strchr("\",()<>[]\\:;/", *p))
			return false;
	return strlen(t) <= ADDR_MAX;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The deliverable targets, sorted: `a@b, c@d`; "" when there is none. */
static bool
alias_value(const struct render *r, const struct map_alias_row *a,
	struct str *value, struct err *e)
{
	if (a->targets > 1)
		qsort(a->target, a->targets, sizeof(a->target[0]), by_text);
	for (size_t i = 0; i < a->targets; i++) {
		const char *t = a->target[i];
		const char *domain = addr_domain(a->address);
		if (i > 0 && strcmp(t, a->target[i - 1]) == 0)
			continue;
		if (!is_safe_target(t))
			return fault(r, domain,
				"a target cannot be written safely", a->address,
				e);
		struct walk w = { .rows = r->rows, .self = a->address };
		if (!strset_add(&w.seen, t, NULL, e) || !walk(&w, e))
			return false;
		if (w.meets_self)
			return fault(r, domain, "an alias reaches itself",
				a->address, e);
		if (!w.is_reached)
			continue;
		if (value->len > 0)
			str_add(value, ", ");
		str_add(value, t);
	}
	if (str_is_ok(value))
		return true;
	return fault(r, addr_domain(a->address), "an alias is too long",
		a->address, e);
}

/* Is there a line `@domain`, which every address must be kept out of? */
static bool
has_catch_all(
	const struct render *r, const char *domain, bool *has_r, struct err *e)
{
	char all[ADDR_SIZE];
	struct walk w = { .rows = r->rows };
	*has_r = false;
	if (!addr_join("", domain, all, sizeof(all)))
		return true;
	const struct map_alias_row *a = rows_alias(r->rows, all);
	if (!a)
		return true;
	if (!step_alias(&w, a, e) || !walk(&w, e))
		return false;
	*has_r = w.is_reached;
	return true;
}

/*
 * An address beside a catch-all that has no line of its own: a mailbox keeps
 * its mail, what is closed or disabled is refused.
 */
static bool
add_beside(const struct render *r, const char *address, bool receives_mail,
	struct map_set *out, struct err *e)
{
	bool has;
	if (!has_catch_all(r, addr_domain(address), &has, e))
		return false;
	if (!has)
		return true;
	return receives_mail
		? add(r, out, MAP_ALIASES, address, address, e)
		: add(r, out, MAP_REFUSE, address,
			"550 5.1.1 This address receives no mail", e);
}

static bool
add_alias(const struct render *r, const char *address,
	const struct map_alias_row *a, const struct map_mailbox_row *m,
	struct map_set *out, struct err *e)
{
	char small[4096];
	struct str value = STR_FIXED(small);
	struct arena *big = NULL;
	bool ok = true;

	if (a && a->state == MAP_ALIAS_ACTIVE) {
		if (a->targets > sizeof(small) / (ADDR_SIZE + 2)) {
			big = arena_new(4 * ALIAS_VALUE_MAX);
			if (!big)
				return err_memory(e);
			value = str_in(big, ALIAS_VALUE_MAX);
		}
		ok = alias_value(r, a, &value, e);
	}
	if (ok && value.len > 0)
		ok = add(r, out, MAP_ALIASES, address, str_text(&value), e);
	else if (ok && !addr_is_catch_all(address))
		ok = add_beside(r, address, receives(m), out, e);
	arena_free(&big);
	return ok;
}

/* Whose sign-in is not ended by a state, its own or the domain's. */
static bool
may_send(const struct render *r, const struct map_mailbox_row *m)
{
	if (!m || m->state != MAP_MAILBOX_ACTIVE || !m->is_alive)
		return false;
	const struct map_domain_row *d =
		rows_domain(r->rows, addr_domain(m->address));
	return d && d->id == m->domain_id && d->state != MAP_DOMAIN_DISABLED;
}

static bool
may_sign_in(const struct render *r, const struct map_mailbox_row *m)
{
	return may_send(r, m) && m->password[0] != '\0';
}

static bool
is_repeated(const struct map_alias_row *a, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(a->target[k], a->target[i]) == 0)
			return true;
	return false;
}

/*
 * The logins that may send as an alias: its own local mailboxes. A login that
 * may not sign in is left out everywhere, so that a connection that was
 * signed in before sends nothing more.
 */
static bool
add_alias_senders(const struct render *r, const struct map_alias_row *a,
	struct map_set *out, struct err *e)
{
	char small[8192];
	struct str value = STR_FIXED(small);
	if (a->state != MAP_ALIAS_ACTIVE || !a->send_as || a->is_catch_all)
		return true;
	for (size_t i = 0; i < a->targets; i++) {
		if (!may_send(r, rows_mailbox(r->rows, a->target[i]))
			|| is_repeated(a, i))
			continue;
		if (value.len > 0)
			str_add_char(&value, ',');
		str_add(&value, a->target[i]);
	}
	if (!str_is_ok(&value))
		return fault(r, addr_domain(a->address),
			"too many may send as an alias", a->address, e);
	if (value.len == 0)
		return true;
	return add(r, out, MAP_SENDER_LOGIN, a->address, small, e);
}

static bool
add_account(const struct render *r, const struct map_mailbox_row *m,
	struct map_set *out, struct err *e)
{
	char uid[24], gid[24], quota[48], home[300], value[ACCOUNT_VALUE_MAX];
	const bool open = may_sign_in(r, m);
	struct str v = STR_FIXED(value);
	const int home_len = m->home[0] == '/'
		? snprintf(home, sizeof(home), "%s", m->home)
		: snprintf(home, sizeof(home), "%s/%s", r->mail_root, m->home);

	snprintf(uid, sizeof(uid), "%lld", (long long)r->mail_uid);
	snprintf(gid, sizeof(gid), "%lld", (long long)r->mail_gid);
	snprintf(quota, sizeof(quota), "*:bytes=%llu",
		(unsigned long long)m->quota_bytes);
	const struct account a = { .field = {
					   [ACCOUNT_PASSWORD] = open
						   ? m->password
						   : ACCOUNT_LOCKED_PASSWORD,
					   [ACCOUNT_HOME] = home,
					   [ACCOUNT_UID] = uid,
					   [ACCOUNT_GID] = gid,
					   [ACCOUNT_QUOTA_RULE] = quota,
					   [ACCOUNT_NOLOGIN] = open ? "" : "Y",
					   [ACCOUNT_BLOCK_IMAP] = "0",
					   [ACCOUNT_BLOCK_POP3] = "0",
					   [ACCOUNT_BLOCK_SMTP] = "0",
					   [ACCOUNT_BLOCK_SIEVE] = "0",
				   } };
	bool ok;
	if (m->home[0] == '\0' || strstr(home, "/../") || home_len < 0
		|| (size_t)home_len >= sizeof(home) || !account_join(&a, &v))
		ok = fault(r, addr_domain(m->address),
			"an account cannot be written safely", m->address, e);
	else
		ok = add(r, out, MAP_ACCOUNTS, m->address, value, e);
	explicit_bzero(value, sizeof(value));
	return ok;
}

bool
render_address(const struct render *r, const char *address, struct map_set *out,
	struct err *e)
{
	const struct map_mailbox_row *m = rows_mailbox(r->rows, address);
	const struct map_mailbox_row *kept =
		m ? m : rows_account(r->rows, address);
	const struct map_alias_row *a = rows_alias(r->rows, address);

	if (kept && !add_account(r, kept, out, e))
		return false;
	if (receives(m) && !add(r, out, MAP_MAILBOXES, address, "x", e))
		return false;
	if (may_send(r, m)
		&& !add(r, out, MAP_SENDER_LOGIN, address, address, e))
		return false;
	if ((a || m) && !add_alias(r, address, a, m, out, e))
		return false;
	return !a || receives(m) || add_alias_senders(r, a, out, e);
}

static bool
add_refusal(const struct render *r, const struct map_domain_row *d,
	struct map_set *out, struct err *e)
{
	char value[320];
	const bool retiring = d->state == MAP_DOMAIN_RETIRING;
	unsigned code = d->refuse_code;
	const char *text = d->refuse_text;

	if (code == 0)
		code = retiring ? 550 : 450;
	if (text[0] == '\0')
		text = retiring ? "This domain receives no mail any more"
				: "This domain receives no mail at the moment";
	if (code < 400 || code > 599)
		return fault(r, d->name, "a reply code cannot be written",
			d->name, e);
	const char *status = code < 500 ? "4.2.1"
		: retiring              ? "5.1.1"
					: "5.2.1";
	snprintf(value, sizeof(value), "%u %s %s", code, status, text);
	return add(r, out, MAP_REFUSE, d->name, value, e);
}

bool
render_domain(const struct render *r, const char *name, struct map_set *out,
	struct err *e)
{
	const struct map_domain_row *d = rows_domain(r->rows, name);
	if (!d)
		return true;
	if (d->transport[0] != '\0'
		&& !add(r, out, MAP_TRANSPORT, name, d->transport, e))
		return false;
	if ((d->state == MAP_DOMAIN_DISABLED || d->state == MAP_DOMAIN_RETIRING)
		&& !add_refusal(r, d, out, e))
		return false;
	return add(r, out, MAP_DOMAINS, name, "x", e);
}

bool
render_everything(const struct render *r, struct map_set *out, struct err *e)
{
	const struct map_rows *rows = r->rows;
	size_t i = 0, j = 0;

	for (size_t k = 0; k < rows->domains; k++)
		if (!render_domain(r, rows->domain[k].name, out, e))
			return false;
	while (i < rows->mailboxes || j < rows->aliases) {
		const char *a =
			i < rows->mailboxes ? rows->mailbox[i].address : NULL;
		const char *b =
			j < rows->aliases ? rows->alias[j].address : NULL;
		const char *next = !a || (b && strcmp(b, a) < 0) ? b : a;
		if (!render_address(r, next, out, e))
			return false;
		while (i < rows->mailboxes
			&& strcmp(rows->mailbox[i].address, next) == 0)
			i++;
		while (j < rows->aliases
			&& strcmp(rows->alias[j].address, next) == 0)
			j++;
	}
	return true;
}

static void
drop_faulty(const struct hold_list *faults, struct map_lines *l)
{
	size_t out = 0;
	for (size_t i = 0; i < l->n; i++)
		if (!holds_find(faults, key_domain(l->line[i].key)))
			l->line[out++] = l->line[i];
	l->n = out;
}

bool
render_finish(const struct render *r, struct map_set *out, struct err *e)
{
	for (int m = 0; m < MAP_COUNT; m++) {
		struct err why = ERR_EMPTY;
		while (!lines_sort(&out->map[m], &why)) {
			const char *key = why.item[0].subject;
			if (!fault(r, key_domain(key), "two lines for one key",
				    key, e))
				return false;
			drop_faulty(r->faults, &out->map[m]);
			err_clear(&why);
		}
	}
	for (int m = 0; m < MAP_COUNT && r->faults->n > 0; m++)
		if (m != MAP_ACCOUNTS)
			drop_faulty(r->faults, &out->map[m]);
	return true;
}
