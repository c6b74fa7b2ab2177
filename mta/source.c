/*
 * See source.h.
 */
#include "mta/source.h"

bool
source_open(const struct conf *conf, struct source **s_r, struct err *e)
{
	return conf->node.feed_url[0] ? source_feed_open(conf, s_r, e)
				      : source_db_open(conf, s_r, e);
}

void
source_close(struct source **s)
{
	if (*s)
		(*s)->ops->close(*s);
	*s = NULL;
}
