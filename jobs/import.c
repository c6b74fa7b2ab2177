/*
 * The two jobs of an import. Both keep their place in the transaction of what
 * they did (core/import.h), so a kill repeats nothing; both may be cancelled
 * between two steps: what was imported stays, with its undo.
 */
#include "core/import.h"
#include "jobs/jobd.h"

const struct job_kind job_kind_import_check = {
	.name = "import.check",
	.is_cancellable = true,
	.has_own_place = true,
	.is_steady = true,
	.batch = import_check_batch,
};

const struct job_kind job_kind_import_run = {
	.name = "import.run",
	.is_cancellable = true,
	.has_own_place = true,
	.is_steady = true,
	.batch = import_run_batch,
};
