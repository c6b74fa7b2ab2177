/*
 * Sizes as people write them: 512M, 2 GB, 1.5GiB, 1073741824; K, M, G and T
 * count in steps of 1024, the B is optional. `0`, `none`, `unlimited` and
 * their Japanese word are no limit (0). Full-width letters and digits pass.
 *
 * ERR_INVALID, field `quota_bytes`, reasons `bad_size`, and `out_of_range`
 * above INT64_MAX.
 */
#ifndef BASE_SIZE_H
#define BASE_SIZE_H

#include "base/base.h"
#include "base/err.h"

/* *has_unit_r (may be NULL): a unit was named, or it is no limit. */
bool size_parse(const char *in, int64_t *bytes_r, bool *has_unit_r,
	struct err *e) MUST_USE;

#endif
