/*
 * The system as one page, see maps/document.h.
 */
#include "cgi/handlers.h"

#include "maps/document.h"

struct document_in {
	unsigned lang;
};

static const struct field query_rows[] = {
	{ FIELD_AT(struct document_in, lang), .words = document_languages },
	{ 0 },
};

const struct form document_query_form = { .table = query_rows,
	.size = sizeof(struct document_in) };

bool
document_show(struct call *c, struct err *e)
{
	const struct document_in *in = c->query;
	struct flow flow;

	if (!document_open(c->core, c->actor, (enum document_language)in->lang,
		    &flow, e))
		return false;
	if (reply_flow(c->reply, &flow, true, e))
		return true;
	flow_close(&flow);
	return false;
}
