/*
 * Cells to staged rows: each by the rule of its noun's form, then in one
 * statement for a thousand rows into the table.
 */
#include "core/staging.h"

#include <stdlib.h>

#include "base/jsonw.h"
#include "base/size.h"
#include "base/str.h"
#include "base/utf8.h"
#include "core/alias.h"
#include "core/ops.h"

#define VALUE_MAX 300
#define ERRORS_OF_ROW 8
#define MORE_BYTES 4096
/* A quota below this without a unit was meant in other units. */
#define BARE_QUOTA_LEAST (INT64_C(1) << 20)

bool
staging_begin(struct staging *s, struct tx *t, uint64_t import_id,
	uint64_t row_no, const struct seal_ring *ring, struct err *e)
{
	*s = (struct staging){
		.t = t, .ring = ring, .import_id = import_id, .row_no = row_no
	};
	s->args = arena_array(
		t->arena, STAGING_BATCH * STAGED_PARAMS, sizeof(*s->args));
	return s->args || err_memory(e);
}

void
staging_row(struct staging *s, enum staged_noun noun, uint64_t line)
{
	s->row_no++;
	s->row = (struct staged){ .row_no = s->row_no,
		.line = line,
		.noun = noun,
		.subject = "",
		.domain = "",
		.name = "",
		.state = 1,
		.quota_bytes = -1 };
	s->is_wrong = false;
	s->n_errors = 0;
	s->local_part[0] = '\0';
	s->n_targets = 0;
	s->targets = NULL;
	mailbox_in_defaults(&s->mailbox);
	domain_in_defaults(&s->domain);
	whitelist_in_defaults(&s->whitelist);
	s->domain_seen = s->whitelist_seen = (struct form_seen){ 0 };
}

/* At most `max` bytes of valid UTF-8 without hidden characters; others are
 * shown as `?`. */
static const char *
shown(struct arena *a, const char *in, size_t max)
{
	char *out = arena_alloc(a, max + 1);
	size_t len = strlen(in), n = 0;
	uint32_t code;

	if (!out)
		return "";
	for (size_t i = 0; i < len;) {
		size_t step = utf8_next(in + i, len - i, &code);
		bool is_bad = step == 0 || utf8_is_hidden(code);

		if (n + (step ? step : 1) > max)
			break;
		if (is_bad)
			out[n++] = '?';
		else {
			memcpy(out + n, in + i, step);
			n += step;
		}
		i += step ? step : 1;
	}
	out[n] = '\0';
	return out;
}

static bool
grow(struct arena *a, struct arg **list, size_t n, size_t *cap, size_t params)
{
	size_t want = *cap ? 2 * *cap : 256;
	struct arg *p;

	if (n < *cap)
		return true;
	p = arena_grow(a, *list, *cap * params * sizeof(*p),
		want * params * sizeof(*p));
	if (!p)
		return false;
	*list = p;
	*cap = want;
	return true;
}

void
staging_refuse(struct staging *s, enum staging_column column, unsigned at,
	const char *value, const char *reason, const char *text)
{
	struct arena *a = s->t->arena;
	struct arg *p;

	s->is_wrong = true;
	if (s->n_errors >= ERRORS_OF_ROW
		|| !grow(a, &s->error_args, s->n_error_args, &s->cap_error_args,
			IMPORT_ERROR_PARAMS))
		return;
	p = s->error_args + s->n_error_args++ * IMPORT_ERROR_PARAMS;
	p[0] = arg_u64(s->import_id);
	p[1] = arg_u64(s->row_no);
	p[2] = arg_u64(s->n_errors++);
	p[3] = arg_u64(s->row.line);
	p[4] = arg_u64(at);
	p[5] = arg_text(staging_column_name(column));
	p[6] = arg_text(column == COLUMN_PASSWORD
			? ""
			: shown(a, value ? value : "", VALUE_MAX));
	p[7] = arg_text(shown(a, reason, 47));
	p[8] = arg_text(shown(a, text, 290));
}

static void
refuse_err(struct staging *s, enum staging_column column, unsigned at,
	const char *value, const struct err *e)
{
	staging_refuse(
		s, column, at, value, e->item[0].reason, e->item[0].text);
}

/* One field of a form from the cell. */
static bool
set(struct staging *s, enum staging_column column, unsigned at,
	const struct field *table, const char *key, const char *text, void *in,
	struct form_seen *seen)
{
	struct err inner = ERR_EMPTY;
	struct form_seen any = { 0 };

	if (form_set_text(table, key, text, in, seen ? seen : &any, s->t->arena,
		    &inner))
		return true;
	refuse_err(s, column, at, text, &inner);
	return false;
}

static void
set_address(struct staging *s, const char *text, unsigned at)
{
	struct err inner = ERR_EMPTY;
	char out[ADDR_SIZE];
	bool is_alias = s->row.noun == STAGED_ALIAS;

	if (!(is_alias ? addr_check_alias : addr_check_mailbox)(
		    text, out, sizeof(out), &inner)) {
		refuse_err(s, COLUMN_ADDRESS, at, text, &inner);
		return;
	}
	s->row.subject = arena_strdup(s->t->arena, out);
	if (s->row.subject)
		s->row.domain = addr_domain(s->row.subject);
}

static void
set_local_part(struct staging *s, const char *text, unsigned at)
{
	struct err inner = ERR_EMPTY;
	bool is_alias = s->row.noun == STAGED_ALIAS;

	if (strchr(text, '@'))
		set_address(s, text, at);
	else if (!(is_alias ? addr_check_alias_local
			    : addr_check_mailbox_local)(
			 text, s->local_part, sizeof(s->local_part), &inner))
		refuse_err(s, COLUMN_LOCAL_PART, at, text, &inner);
}

static void
set_domain(struct staging *s, const char *text, unsigned at)
{
	struct err inner = ERR_EMPTY;
	char out[DOMAIN_SIZE];

	if (!domain_check(text, out, sizeof(out), &inner)) {
		refuse_err(s, COLUMN_DOMAIN, at, text, &inner);
		return;
	}
	s->row.domain = arena_strdup(s->t->arena, out);
	if (s->row.noun == STAGED_DOMAIN || s->row.noun == STAGED_ALIAS_DOMAIN)
		s->row.subject = s->row.domain;
}

/* `{SCHEME}...`, or a whole crypt text. */
static bool
is_hash(const char *text)
{
	char out[PASSWORD_HASH_SIZE];
	struct err inner = ERR_EMPTY;

	if (text[0] == '{')
		return true;
	return text[0] == '$'
		&& password_check_ready_hash(text, out, sizeof(out), &inner);
}

static void
set_password(struct staging *s, const char *text, unsigned at)
{
	struct err inner = ERR_EMPTY;
	const struct conf_password *conf = &s->t->c->conf->password;
	char context[64];
	uint8_t *out;
	size_t len = strlen(text);

	if (is_hash(text)) {
		char *hash = arena_alloc(s->t->arena, PASSWORD_HASH_SIZE);

		if (!hash
			|| !password_check_ready_hash(
				text, hash, PASSWORD_HASH_SIZE, &inner)) {
			refuse_err(s, COLUMN_PASSWORD, at, "", &inner);
			return;
		}
		s->row.password = hash;
		s->row.came |= CAME_HASH;
		return;
	}
	out = arena_alloc(s->t->arena, len + SEAL_OVERHEAD);
	(void)snprintf(context, sizeof(context), "staging/%llu/%llu",
		(unsigned long long)s->import_id,
		(unsigned long long)s->row_no);
	if (!out || !password_check(text, (unsigned)conf->min_length, &inner)
		|| !seal_close(s->ring, context, text, len, out,
			len + SEAL_OVERHEAD, &s->row.sealed_len, &inner)) {
		refuse_err(s, COLUMN_PASSWORD, at, "", &inner);
		return;
	}
	s->row.sealed = out;
	s->row.came |= CAME_PASSWORD;
}

static bool
size_of(struct staging *s, enum staging_column column, const char *text,
	unsigned at, int64_t *bytes_r)
{
	struct err inner = ERR_EMPTY;
	bool has_unit;

	if (!size_parse(text, bytes_r, &has_unit, &inner)) {
		refuse_err(s, column, at, text, &inner);
		return false;
	}
	if (!has_unit && *bytes_r != 0 && *bytes_r < BARE_QUOTA_LEAST) {
		staging_refuse(s, column, at, text, "no_unit",
			"a size without a unit is in bytes, and this is less "
			"than a mail: write it like 500M or 2G");
		return false;
	}
	if (*bytes_r > QUOTA_MAX_BYTES) {
		staging_refuse(s, column, at, text, "out_of_range",
			"the size is too large");
		return false;
	}
	return true;
}

static void
set_quota(struct staging *s, const char *text, unsigned at)
{
	if (!size_of(s, COLUMN_QUOTA, text, at, &s->row.quota_bytes))
		return;
	s->row.came |= CAME_QUOTA;
}

/* A size of a domain's form. */
static void
set_domain_size(struct staging *s, enum staging_column column, const char *key,
	const char *text, unsigned at)
{
	char digits[24];
	int64_t bytes;

	if (!size_of(s, column, text, at, &bytes))
		return;
	(void)snprintf(digits, sizeof(digits), "%lld", (long long)bytes);
	(void)set(s, column, at, domain_patch_form, key, digits, &s->domain,
		&s->domain_seen);
}

/* 0: no, 1: yes, -1: another word. */
static int
yes_or_no(const char *text)
{
	static const char *const yes[] = { "1", "yes", "y", "true", "on",
		"active", "enabled", "有効", "はい", "○", "〇" };
	static const char *const no[] = { "0", "no", "n", "false", "off",
		"inactive", "disabled", "無効", "いいえ", "×" };
	char plain[64];

	if (!addr_fold(text, plain, sizeof(plain)))
		return -1;
	str_lower(plain);
	for (size_t i = 0; i < ARRAY_LEN(yes); i++)
		if (strcmp(yes[i], plain) == 0)
			return 1;
	for (size_t i = 0; i < ARRAY_LEN(no); i++)
		if (strcmp(no[i], plain) == 0)
			return 0;
	return -1;
}

/* Disabled means closed for a mailbox. */
static void
set_active(struct staging *s, const char *text, unsigned at)
{
	int is_yes = yes_or_no(text);
	const char *word = is_yes > 0           ? "active"
		: is_yes < 0                    ? text
		: s->row.noun == STAGED_MAILBOX ? "closed"
						: "disabled";

	switch (s->row.noun) {
	case STAGED_MAILBOX:
		if (!set(s, COLUMN_ACTIVE, at, mailbox_patch_form, "state",
			    word, &s->mailbox, NULL))
			return;
		s->row.state = s->mailbox.state + 1;
		break;
	case STAGED_ALIAS:
		if (strcmp(word, "active") != 0
			&& strcmp(word, "disabled") != 0) {
			staging_refuse(s, COLUMN_ACTIVE, at, text,
				"not_a_choice", "this is yes or no");
			return;
		}
		s->row.state = *word == 'a' ? ALIAS_ACTIVE : ALIAS_DISABLED;
		break;
	case STAGED_WHITELIST:
		(void)set(s, COLUMN_ACTIVE, at, whitelist_patch_form, "state",
			word, &s->whitelist, &s->whitelist_seen);
		return;
	default:
		(void)set(s, COLUMN_ACTIVE, at, domain_patch_form, "state",
			word, &s->domain, &s->domain_seen);
		return;
	}
	s->row.came |= CAME_STATE;
}

static void
set_send_as(struct staging *s, const char *text, unsigned at)
{
	int is_yes = yes_or_no(text);

	if (is_yes < 0)
		staging_refuse(s, COLUMN_SEND_AS, at, text, "not_a_choice",
			"this is yes or no");
	else
		s->row.came |= CAME_SEND_AS | (is_yes ? CAME_SENDS_AS : 0);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
set_targets(struct staging *s, const char *text, unsigned at)
{
	static const char gaps[] = " ,;\t\r\n";
	struct arena *a = s->t->arena;

	s->targets = arena_array(a, ALIAS_TARGETS_MAX, sizeof(*s->targets));
	if (!s->targets)
		return;
	for (text += strspn(text, gaps); *text; text += strspn(text, gaps)) {
		size_t len = strcspn(text, gaps);
		const char *one = arena_strndup(a, text, len);
		struct err inner = ERR_EMPTY;
		char out[ADDR_SIZE];

		text += len;
		if (!one)
			return;
		if (s->n_targets == ALIAS_TARGETS_MAX) {
			staging_refuse(s, COLUMN_TARGETS, at, one,
				"too_many_items", "too many targets");
			return;
		}
		if (!addr_check_target(one, out, sizeof(out), &inner)) {
			refuse_err(s, COLUMN_TARGETS, at, one, &inner);
			continue;
		}
		s->targets[s->n_targets++] = arena_strdup(a, out);
	}
	qsort(s->targets, s->n_targets, sizeof(*s->targets), compare);
}

static void
set_text(struct staging *s, enum staging_column column, const char *text,
	unsigned at)
{
	struct err inner = ERR_EMPTY;
	char out[801];
	uint32_t code;
	size_t len = strlen(text);

	for (size_t i = 0, step; i < len; i += step) {
		step = utf8_next(text + i, len - i, &code);
		if (step && !utf8_is_hidden(code))
			continue;
		staging_refuse(s, column, at, text,
			step ? "bad_character" : "bad_utf8",
			step ? "the text holds a control character or a line "
			       "break"
			     : "the text is in another encoding");
		return;
	}
	if (!check_line(text, out, sizeof(out), &inner)) {
		refuse_err(s, column, at, text, &inner);
		return;
	}
	s->row.name = arena_strdup(s->t->arena, out);
	s->row.came |= CAME_NAME;
}

static void
set_note(struct staging *s, const char *text, unsigned at)
{
	if (s->row.noun == STAGED_DOMAIN)
		(void)set(s, COLUMN_NOTE, at, domain_patch_form, "description",
			text, &s->domain, &s->domain_seen);
	else if (s->row.noun == STAGED_WHITELIST)
		(void)set(s, COLUMN_NOTE, at, whitelist_patch_form, "note",
			text, &s->whitelist, &s->whitelist_seen);
	else
		set_text(s, COLUMN_NOTE, text, at);
}

static void
set_network(struct staging *s, const char *text, unsigned at)
{
	const struct conf_limits *limits = &s->t->c->conf->limits;
	struct err inner = ERR_EMPTY;
	struct cidr net;

	if (!cidr_check(text, s->whitelist.network,
		    sizeof(s->whitelist.network), &inner)
		|| !cidr_parse(s->whitelist.network, &net, &inner)
		|| !cidr_check_width(&net,
			(unsigned)limits->whitelist_min_prefix4,
			(unsigned)limits->whitelist_min_prefix6, &inner)) {
		refuse_err(s, COLUMN_NETWORK, at, text, &inner);
		return;
	}
	s->row.subject = arena_strdup(s->t->arena, s->whitelist.network);
}

/* Which field of which form the simple columns are. */
static void
set_plain(struct staging *s, enum staging_column column, const char *text,
	unsigned at)
{
	static const char *const keys[STAGING_COLUMNS] = {
		[COLUMN_MAX_MAILBOXES] = "max_mailboxes",
		[COLUMN_MAX_ALIASES] = "max_aliases",
		[COLUMN_TRANSPORT] = "transport",
		[COLUMN_OWNER] = "owner",
		[COLUMN_EXPIRES] = "expires_at",
	};
	bool is_whitelist = s->row.noun == STAGED_WHITELIST;

	if (is_whitelist)
		(void)set(s, column, at, whitelist_patch_form, keys[column],
			text, &s->whitelist, &s->whitelist_seen);
	else
		(void)set(s, column, at, domain_patch_form, keys[column], text,
			&s->domain, &s->domain_seen);
}

void
staging_cell(struct staging *s, enum staging_column column, const char *text,
	unsigned at)
{
	while (*text == ' ')
		text++;
	if (*text == '\0' || !staging_column_of(column, s->row.noun)
		|| staging_column_is_unused(column, s->row.noun))
		return;
	switch (column) {
	case COLUMN_ADDRESS:
		set_address(s, text, at);
		break;
	case COLUMN_LOCAL_PART:
		set_local_part(s, text, at);
		break;
	case COLUMN_DOMAIN:
		if (!*s->row.subject)
			set_domain(s, text, at);
		break;
	case COLUMN_NAME:
		set_text(s, column, text, at);
		break;
	case COLUMN_PASSWORD:
		set_password(s, text, at);
		break;
	case COLUMN_QUOTA:
		set_quota(s, text, at);
		break;
	case COLUMN_ACTIVE:
		set_active(s, text, at);
		break;
	case COLUMN_TARGETS:
		set_targets(s, text, at);
		break;
	case COLUMN_SEND_AS:
		set_send_as(s, text, at);
		break;
	case COLUMN_NOTE:
		set_note(s, text, at);
		break;
	case COLUMN_MAX_QUOTA:
		set_domain_size(s, column, "max_quota_bytes", text, at);
		break;
	case COLUMN_DEFAULT_QUOTA:
		set_domain_size(s, column, "default_quota_bytes", text, at);
		break;
	case COLUMN_NETWORK:
		set_network(s, text, at);
		break;
	case COLUMN_MAX_MAILBOXES:
	case COLUMN_MAX_ALIASES:
	case COLUMN_TRANSPORT:
	case COLUMN_OWNER:
	case COLUMN_EXPIRES:
		set_plain(s, column, text, at);
		break;
	default:
		break;
	}
}

/* The address of two parts, and what no row may lack. */
static void
need_subject(struct staging *s)
{
	bool is_address =
		s->row.noun == STAGED_MAILBOX || s->row.noun == STAGED_ALIAS;
	char *out;

	if (*s->row.subject || s->is_wrong)
		return;
	if (!is_address) {
		staging_refuse(s,
			s->row.noun == STAGED_WHITELIST ? COLUMN_NETWORK
							: COLUMN_DOMAIN,
			0, "", "required", "this is missing");
		return;
	}
	out = arena_alloc(s->t->arena, ADDR_SIZE);
	if (!*s->local_part || !*s->row.domain)
		staging_refuse(s,
			*s->local_part ? COLUMN_DOMAIN : COLUMN_ADDRESS, 0, "",
			"required", "the row has no address");
	else if (out && addr_join(s->local_part, s->row.domain, out, ADDR_SIZE))
		s->row.subject = out;
}

static void
need_targets(struct staging *s)
{
	struct str all = str_in(s->t->arena, ALIAS_TARGETS_MAX * ADDR_SIZE);

	if (s->row.noun != STAGED_ALIAS || s->is_wrong)
		return;
	for (size_t i = 0; i < s->n_targets; i++) {
		struct arg *p;

		if (i > 0 && strcmp(s->targets[i], s->targets[i - 1]) == 0)
			continue;
		str_addf(&all, "%s%s", all.len ? "," : "", s->targets[i]);
		if (!grow(s->t->arena, &s->target_args, s->n_target_args,
			    &s->cap_target_args, STAGED_TARGET_PARAMS))
			return;
		p = s->target_args + s->n_target_args++ * STAGED_TARGET_PARAMS;
		p[0] = arg_u64(s->import_id);
		p[1] = arg_u64(s->row_no);
		p[2] = arg_text(s->targets[i]);
	}
	if (s->n_targets == 0)
		return;
	s->row.targets = str_text(&all);
	s->row.came |= CAME_TARGETS;
}

static void
write_domain(struct jsonw *w, const struct staging *s)
{
	const struct domain_in *in = &s->domain;

#define CAME(m)                                                                \
	FORM_CAME(domain_patch_form, &s->domain_seen, struct domain_in, m)
	if (CAME(description))
		jsonw_str(w, "description", in->description);
	if (CAME(state))
		jsonw_str(w, "state",
			domain_state_name((enum domain_state)(in->state + 1)));
	if (CAME(max_mailboxes))
		jsonw_int(w, "max_mailboxes", in->max_mailboxes);
	if (CAME(max_aliases))
		jsonw_int(w, "max_aliases", in->max_aliases);
	if (CAME(max_quota_bytes))
		jsonw_int(w, "max_quota_bytes", in->max_quota_bytes);
	if (CAME(default_quota_bytes))
		jsonw_int(w, "default_quota_bytes", in->default_quota_bytes);
	if (CAME(transport))
		jsonw_str(w, "transport", in->transport);
#undef CAME
}

static void
write_whitelist(struct jsonw *w, const struct staging *s)
{
	const struct whitelist_in *in = &s->whitelist;

#define CAME(m)                                                                \
	FORM_CAME(whitelist_patch_form, &s->whitelist_seen,                    \
		struct whitelist_in, m)
	if (CAME(note))
		jsonw_str(w, "note", in->note);
	if (CAME(owner))
		jsonw_str(w, "owner", in->owner);
	if (CAME(expires_us))
		jsonw_time(w, "expires_at", in->expires_us);
	if (CAME(state))
		jsonw_str(w, "state",
			whitelist_state_name(
				(enum whitelist_state)(in->state + 1)));
#undef CAME
}

static bool
write_more(struct staging *s, struct err *e)
{
	struct str text = str_in(s->t->arena, MORE_BYTES);
	struct jsonw w = jsonw_over(&text);

	if (s->row.noun != STAGED_DOMAIN && s->row.noun != STAGED_WHITELIST)
		return true;
	jsonw_object(&w, NULL);
	if (s->row.noun == STAGED_DOMAIN)
		write_domain(&w, s);
	else
		write_whitelist(&w, s);
	jsonw_end(&w);
	s->row.more = str_text(&text);
	s->row.came |= CAME_MORE;
	return jsonw_done(&w, e);
}

static void
put(struct staging *s)
{
	const struct staged *r = &s->row;
	struct arg *p = s->args + s->n_rows++ * STAGED_PARAMS;

	p[0] = arg_u64(s->import_id);
	p[1] = arg_u64(r->row_no);
	p[2] = arg_u64(r->line);
	p[3] = arg_u64(r->noun);
	p[4] = arg_u64(r->came);
	p[5] = arg_text(r->subject);
	p[6] = arg_text(r->domain);
	p[7] = arg_text(r->name);
	p[8] = arg_u64(r->state);
	p[9] = arg_i64(r->quota_bytes);
	p[10] = r->password ? arg_bytes(r->password, strlen(r->password))
			    : arg_null();
	p[11] = r->sealed ? arg_bytes(r->sealed, r->sealed_len) : arg_null();
	p[12] = arg_text(r->targets);
	p[13] = arg_text(r->more);
	p[14] = arg_u64(s->is_wrong ? OUTCOME_WRONG : OUTCOME_NONE);
}

bool
staging_end(struct staging *s, struct err *e)
{
	need_subject(s);
	need_targets(s);
	if (!write_more(s, e))
		return false;
	if (s->row.noun == STAGED_MAILBOX && s->may_generate && !s->is_wrong
		&& !(s->row.came & (CAME_HASH | CAME_PASSWORD)))
		s->row.came |= CAME_GENERATE;
	if (!s->row.subject || !s->row.domain || !s->row.name)
		return err_memory(e);
	s->n_wrong += s->is_wrong;
	put(s);
	return s->n_rows < STAGING_BATCH || staging_flush(s, e);
}

bool
staging_flush(struct staging *s, struct err *e)
{
	bool ok = staging_row_insert(s->t->db, s->args, s->n_rows, e)
		&& staging_row_targets(
			s->t->db, s->target_args, s->n_target_args, e)
		&& import_error_insert(
			s->t->db, s->error_args, s->n_error_args, e);

	s->n_rows = s->n_target_args = s->n_error_args = 0;
	return ok;
}
