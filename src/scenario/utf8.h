/*
 * utf8.h - is this a text at all?
 */
#ifndef SCENARIO_UTF8_H
#define SCENARIO_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct utf8_fault {
	int line, col; /* from 1; columns count characters */
	const char *text;
};

/* Length of the well-formed character at the start of @text, 1 to 4; 0 = there is none. */
size_t utf8_length(const char *text, size_t len);

/* Whether the character at @text, which is well-formed, is a control character, tab and all. */
bool utf8_is_control(const char *text);

/*
 * Whether @text holds anything but well-formed UTF-8 (RFC 3629) without
 * control characters other than tab, newline and carriage return; the first
 * such place is put into @ret_fault.
 */
bool utf8_find_fault(const char *text, size_t len, struct utf8_fault *ret_fault);

#endif
