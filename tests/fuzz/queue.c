/*
 * What postqueue prints, of any content: it is listed, counted and written.
 *
 * fuzz-links: mta maps core db
 */
#include "tests/fuzz/fuzz.h"

#include "base/str.h"
#include "base/timeutil.h"
#include "mta/queue.h"

#define OUT_BYTES ((size_t)8 << 20)

static void
read_it(struct arena *a, const char *in, const struct queue_filter *filter)
{
	struct err e = ERR_EMPTY;
	struct queue_list *list;
	char *text = arena_strdup(a, in);

	MUST(text != NULL);
	if (!queue_read(text, filter, a, &list, &e)) {
		fuzz_error(&e);
		return;
	}
	for (size_t i = 0; i < queue_count(list); i++)
		MUST(queue_id(list, i) != NULL);
	MUST(queue_count(list) > 0 || queue_oldest_us(list) == TIME_NONE);
	struct str out = str_in(a, OUT_BYTES);
	struct jsonw w = jsonw_over(&out);
	jsonw_object(&w, NULL);
	queue_write(list, &w);
	jsonw_end(&w);
	MUST(jsonw_done(&w, &e));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct queue_filter all = { "", "" },
					 some = { "a.example", "" };
	struct arena *a = fuzz_arena();
	const char *text = fuzz_text(a, data, size);
	int64_t seconds;

	read_it(a, text, &all);
	read_it(a, text, &some);
	if (queue_time(text, &seconds))
		MUST(seconds >= 0);
	return 0;
}
