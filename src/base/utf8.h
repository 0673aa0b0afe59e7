/*
 * utf8.h - text of unknown origin: where the characters are, and whether it
 * is UTF-8 at all (RFC 3629: no overlong forms, no surrogates).
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The character that begins at @text, which ends with a NUL: returns its
 * length, 1 to 4 bytes, and sets *@ret_char; 0 when the bytes are not UTF-8.
 * The NUL itself is a character of length 1.
 */
unsigned utf8_decode(const char *text, uint32_t *ret_char);

bool utf8_is_valid(const char *text);

/* A copy with U+FFFD for each byte that is not UTF-8; NULL when memory is short. */
char *utf8_replace_invalid(const char *text);

#endif
