/*
 * text.h - how texts of unknown origin are shown to people.
 *
 * What a program prints, a title or a path may hold anything: terminal
 * escapes, half characters, direction overrides.  All that is shown goes
 * through here and comes out as valid UTF-8 in which such things are spelt
 * (`\x1b`, `\u{202e}`).  That is also all that XML 1.0 cannot hold.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include <stdint.h>
#include <stdio.h>

/* On one line: a newline is spelt `\n`; NULL prints nothing. */
void text_print(FILE *out, const char *text);

/*
 * Each line of @text as a line of its own behind @prefix.  A line longer than
 * @width columns' worth of characters is cut, with a word about it; 0 = never.
 */
void text_print_lines(FILE *out, const char *text, const char *prefix, size_t width);

/* As text_print(), but newlines stay; on the heap, NULL when memory is short. */
char *text_printable(const char *text);

/* As text_print() into a string; NULL when memory is short. */
char *text_one_line(const char *text);

/* "3 ms", "1.24 s", "2 min 5 s": short and with three digits. */
#define DURATION_TEXT_MAX 32
const char *duration_text(uint64_t ns, char buf[DURATION_TEXT_MAX]);

#endif
