/*
 * Whether the service answers, its database included. No session needed, so
 * it tells nothing else.
 */
#include "cgi/handlers.h"

bool
health_show(struct call *c, struct err *e)
{
	struct jsonw *w;

	if (!db_ping(c->core->db, e))
		return false;
	w = reply_json(c->reply, 200);
	jsonw_object(w, NULL);
	jsonw_str(w, "status", "ok");
	jsonw_str(w, "database", "ok");
	jsonw_end(w);
	return true;
}
