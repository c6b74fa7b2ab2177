/*
 * vpopmail's vpasswd: name, hash, uid, flags, display name, home, quota, and
 * where it was built so the password in clear text (which is not read: the hash
 * says the same). One file a domain.
 */
#include "core/importer.h"

#include <string.h>

#include "base/str.h"
#include "core/importer_vpopmail.h"

bool
importer_vpopmail_quota(const char *text, uint64_t *bytes_r)
{
	uint64_t value = 0;
	const char *p = text;

	*bytes_r = 0;
	if (!*p || strcmp(p, "NOQUOTA") == 0)
		return true;
	while (char_is_digit(*p)) {
		if (value > UINT64_MAX / 20)
			return false;
		value = value * 10 + (uint64_t)(*p++ - '0');
	}
	if (p == text || value >= UINT64_C(1) << 50)
		return false;
	if (*p == 'k' || *p == 'K')
		value *= 1024, p++;
	else if (*p == 'm' || *p == 'M')
		value *= 1024 * 1024, p++;
	if (*p == 'b' || *p == 'B' || *p == 'S' || *p == 's')
		p++;
	/* `,1000C` counts messages, which nothing here limits. */
	*bytes_r = value;
	return !*p || *p == ',';
}

/* What vpopmail's flags mean for which there is nothing here. */
static const struct {
	uint64_t bit;
	const char *reason, *text;
} flags[] = {
	{ 0x02, "service_not_kept", "POP3 is closed for this account" },
	{ 0x08, "service_not_kept", "IMAP is closed for this account" },
	{ 0x20, "service_not_kept",
		"the account may not relay mail to the outside" },
	{ 0x800, "service_not_kept", "SMTP is closed for this account" },
	{ 0x1000, "domain_admin",
		"the account is an admin of its domain: make an admin by "
		"hand" },
};

bool
importer_vpopmail_account(
	struct importer *im, const struct vpopmail_account *v, struct err *e)
{
	const uint64_t bounces = v->flags & 0x10;
	uint64_t quota = 0;
	const char *address = importer_address(im, v->name, v->domain);
	char name[512] = "";

	if (!address)
		return err_memory(e);
	importer_row(im, "mailbox", v->line);
	importer_cell(im, "address", address);
	importer_cell(im, "name", v->gecos);
	if (bounces)
		importer_active(im, false);
	importer_password(im, v->hash);
	if (importer_vpopmail_quota(v->quota, &quota))
		importer_quota(im, "quota", quota);
	else
		importer_refuse(im, "quota", v->quota, "bad_quota",
			"the quota is none of vpopmail's forms");
	if (!str_copy(name, sizeof(name), address))
		name[0] = '\0';
	if (!importer_end(im, e))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if ((v->flags & flags[i].bit)
			&& !importer_lost(im, "mailbox", v->line, "services",
				name, flags[i].reason, flags[i].text, e))
			return false;
	return true;
}

bool
importer_vpasswd(
	struct importer *im, const struct importer_text *vpasswd, struct err *e)
{
	struct importer_line l = importer_lines(vpasswd);
	char *line, *field[8] = { NULL };
	bool is_ok;

	importer_row(im, "domain", 1);
	importer_cell(im, "domain", im->domain);
	is_ok = importer_end(im, e);
	while (is_ok && (line = importer_next_line(im, &l))) {
		int64_t bits = 0;

		if (!*line || *line == '#') {
			arena_reset(im->arena);
			continue;
		}
		if (importer_split(line, ':', field, 8) < 7
			|| !str_to_i64(field[3], 0, INT64_MAX, &bits)) {
			is_ok = importer_lost(im, "mailbox", l.line, "address",
				field[0], "bad_line",
				"a line of vpasswd has seven fields or eight",
				e);
			continue;
		}
		is_ok = importer_vpopmail_account(im,
			&(const struct vpopmail_account){ .line = l.line,
				.name = field[0],
				.domain = im->domain,
				.hash = field[1],
				.flags = (uint64_t)bits,
				.gecos = field[4],
				.quota = field[6] },
			e);
	}
	return is_ok && importer_lines_done(&l, e);
}
