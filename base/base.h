/*
 * What every file of the product starts from: the feature macros of the
 * compiler that STYLE.md asks for, and the functions nobody may call.
 *
 * Every header of base includes this one, so every .c file does.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The caller must look at the result. */
#define MUST_USE __attribute__((warn_unused_result))

/* Argument `fmt` is a printf format for the arguments from `first` on. */
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))

/* Elements of a true array (a pointer is a compile error). */
#define ARRAY_LEN(a)                                                           \
	(sizeof(a) / sizeof((a)[0]) + 0 * sizeof(struct {                      \
		_Static_assert(!__builtin_types_compatible_p(                  \
				       __typeof__(a), __typeof__(&(a)[0])),    \
			"not an array");                                       \
		int unused;                                                    \
	}))

#include "base/banned.h"

#endif
