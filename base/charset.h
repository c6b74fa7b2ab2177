/*
 * The encodings of text files that people bring: UTF-8 and Shift_JIS as Windows
 * writes it (CP932, by iconv of the C library). The bytes below 0x40 mean
 * themselves in both, so a CSV file is split into cells first and each cell
 * converted then.
 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include "base/arena.h"
#include "base/base.h"
#include "base/err.h"

enum charset { CHARSET_AUTO, CHARSET_UTF8, CHARSET_SHIFT_JIS };

/* `utf-8`, `shift_jis` ("auto"), as in options. */
const char *charset_name(enum charset set);

/* From the first bytes of a file; a character may be cut at its end. */
enum charset charset_guess(const char *head, size_t len);

/* The separator that the first line has most of outside quotes: a comma where
 * it has none of `,`, `;` and TAB. */
char csv_separator_guess(const char *head, size_t len);

/*
 * Is it a text at all? ERR_INVALID, field `file`: `is_zip` (also .xlsx and
 * .ods), `is_utf16`, `is_old_excel`, `is_pdf`, `has_nul`.
 */
bool charset_check_text(const char *head, size_t len, struct err *e) MUST_USE;

/*
 * `text`, which has a NUL behind its `len` bytes, as UTF-8: itself where it is
 * that already, else in the arena. NULL when it is not of the encoding, or
 * memory is used up.
 */
const char *charset_to_utf8(enum charset set, const char *text, size_t len,
	struct arena *a) MUST_USE;

/* iconv's tables are loaded at the first use: do it before a sandbox closes
 * the file system. */
void charset_warm(void);

#endif
