/* The readers that there are, and what they read from. */
#include "core/import_reader.h"

#include <string.h>

#include "core/import_internal.h"
#include "core/importer_spool.h"

static const struct import_reader *const readers[] = {
	&importer_reader_postfixadmin,
	&importer_reader_vpopmail,
	&importer_reader_iredmail,
	&importer_reader_files,
	&importer_reader_system,
	NULL,
};

const struct import_reader *
import_reader_find(const char *name)
{
	for (size_t i = 0; readers[i]; i++)
		if (strcmp(readers[i]->name, name) == 0)
			return readers[i];
	return NULL;
}

bool
import_reader_piece(struct staging *s, const struct import *im, uint64_t seq,
	const char **text_r, size_t *len_r, struct err *e)
{
	struct spool_row row;
	bool found;

	*text_r = NULL;
	*len_r = 0;
	if (!spool_row_get(s->t->db, s->t->arena, im->id, SPOOL_FILE, seq, &row,
		    &found, e))
		return false;
	return !found
		|| import_spool_open(
			s->t, im->id, SPOOL_FILE, &row, text_r, len_r, e);
}
