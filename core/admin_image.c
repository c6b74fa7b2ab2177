/*
 * What the log keeps of admins, see admin_ops.h.
 */
#include "core/admin_ops.h"

#include "base/jsonw.h"
#include "base/str.h"
#include "core/image.h"

#define GRANT_IMAGE_MAX 1024

static const char *const role_words[] = {
	[ROLE_SUPERADMIN] = "superadmin",
	[ROLE_ADMIN] = "admin",
};
static const char *const state_words[] = {
	[ADMIN_ACTIVE] = "active",
	[ADMIN_DISABLED] = "disabled",
};

/* clang-format off */
#define F(member, kind_) .name = #member, .kind = (kind_),                     \
	.at = offsetof(struct admin_full, member), .where = IN_IMAGE
static const struct image_field admin_fields[] = {
	{ F(login, IMAGE_TEXT) },
	{ F(name, IMAGE_TEXT) },
	{ F(role, IMAGE_WORD), .words = role_words,
		.n_words = ARRAY_LEN(role_words) },
	{ F(language, IMAGE_TEXT) },
	{ F(state, IMAGE_WORD), .words = state_words,
		.n_words = ARRAY_LEN(state_words) },
	{ 0 }
};
#undef F
/* clang-format on */

bool
admin_image(struct arena *a, const struct admin_full *row, const char **text_r,
	struct err *e)
{
	return image_full(admin_fields, row, a, text_r, e);
}

bool
admin_image_diff(struct arena *a, const struct admin_full *before,
	const struct admin_full *after, const char **before_r,
	const char **after_r, bool *same_r, struct err *e)
{
	return image_diff(
		admin_fields, before, after, a, before_r, after_r, same_r, e);
}

bool
admin_grant_image(struct arena *a, const char *domain, int rights,
	const char **text_r, struct err *e)
{
	struct str s = str_in(a, GRANT_IMAGE_MAX);
	struct jsonw w = jsonw_over(&s);

	jsonw_object(&w, NULL);
	jsonw_str(&w, "domain", domain);
	if (rights < 0)
		jsonw_null(&w, "rights");
	else
		rights_write_json(&w, "rights", (unsigned)rights);
	jsonw_end(&w);
	*text_r = str_text(&s);
	return jsonw_done(&w, e);
}
