/*
 * UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing
 * above U+10FFFF. A NUL is a valid character here; who refuses it says so.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/base.h"

/*
 * Length in bytes (1 to 4) of the character at `s`, of which `len` bytes are
 * there, and its code point; 0 where it is not valid UTF-8 or cut.
 */
size_t utf8_next(const char *s, size_t len, uint32_t *code_r);

/* Are all `len` bytes valid? */
bool utf8_is_valid(const char *s, size_t len) MUST_USE;

/*
 * A character that must not stand in a one-line text which people read: C0 and
 * C1 controls, DEL, line and paragraph separators, and the marks that turn
 * the writing direction of what follows (U+202A-202E, U+2066-2069).
 */
bool utf8_is_hidden(uint32_t code);

#endif
