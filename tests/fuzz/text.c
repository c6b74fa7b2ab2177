/*
 * The writers of map lines, log fields and JSON texts: what they write is one
 * line that reads back as what was meant, or nothing.
 */
#include "tests/fuzz/fuzz.h"

#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "base/utf8.h"

static void
check_map_line(struct arena *a, const char *key, const char *value)
{
	struct str s = str_in(a, 1 << 20);
	const char *line, *blank;

	if (!text_map_line(&s, key, value)) {
		MUST(s.len == 0);
		return;
	}
	line = str_text(&s);
	blank = strchr(line, ' ');
	MUST(line[0] != '#' && line[0] != '"' && blank);
	MUST((size_t)(blank - line) == strlen(key));
	MUST(memcmp(line, key, strlen(key)) == 0);
	MUST(strchr(line, '\n') == line + s.len - 1);
	MUST(s.len == strlen(key) + strlen(value) + 2);
	MUST(memcmp(blank + 1, value, strlen(value)) == 0);
}

static void
check_log(struct arena *a, const char *text, size_t len)
{
	struct str s = str_in(a, 8 << 20);

	MUST(text_log_n(&s, text, len));
	MUST(s.len > 0 && utf8_is_valid(s.data, s.len));
	for (size_t i = 0; i < s.len; i++)
		MUST((unsigned char)s.data[i] >= 0x20 && s.data[i] != 0x7f);
	if (s.data[0] != '"')
		MUST(!strpbrk(s.data, " \"="));
}

static void
check_json(struct arena *a, const char *text, size_t len)
{
	const struct json_limits limits = { .bytes = 8 << 20, .depth = 1 };
	struct str s = str_in(a, 8 << 20);
	struct err e = ERR_EMPTY;
	struct json *doc;
	size_t back_len;
	const char *back;

	if (!text_json_n(&s, text, len)) {
		MUST(!utf8_is_valid(text, len));
		return;
	}
	MUST(json_parse(s.data, s.len, &limits, &doc, &e));
	back = json_text(json_root(doc), &back_len);
	MUST(back_len == len && memcmp(back, text, len) == 0);
	json_free(&doc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	char *key = fuzz_text(a, data, size);
	char *value = strchr(key, '\t');

	check_log(a, (const char *)data, size);
	check_json(a, (const char *)data, size);
	if (value)
		*value++ = '\0';
	check_map_line(a, key, value ? value : "x");
	return 0;
}
