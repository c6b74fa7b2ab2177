/*
 * Lists, see lists.h.
 */
#include "cgi/lists.h"

const char *const count_words[] = {
	[COUNT_NONE] = "none",
	[COUNT_CAPPED] = "capped",
	[COUNT_EXACT] = "exact",
	NULL,
};

const char *
text_or_null(const char *s)
{
	return s && s[0] != '\0' ? s : NULL;
}

struct list_query
list_query_of(const struct list_in *in)
{
	return (struct list_query){
		.limit = (unsigned)in->limit,
		.after = text_or_null(in->after),
		.before = text_or_null(in->before),
		.sort = text_or_null(in->sort),
		.q = text_or_null(in->q),
		.count = (enum count_mode)in->count,
	};
}

void
page_begin(struct jsonw *w)
{
	jsonw_object(w, NULL);
	jsonw_array(w, "items");
}

void
page_end(struct jsonw *w, const struct list_page *page)
{
	jsonw_end(w);
	jsonw_str(w, "next", page->next);
	jsonw_str(w, "prev", page->prev);
	if (page->has_total) {
		jsonw_object(w, "total");
		jsonw_int(w, "value", page->total);
		jsonw_bool(w, "exact", page->is_total_exact);
		jsonw_end(w);
	} else {
		jsonw_null(w, "total");
	}
	jsonw_end(w);
}
