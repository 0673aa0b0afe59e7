/*
 * text.h - texts of limited length.
 */
#ifndef STORE_TEXT_H
#define STORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* False: it was cut. */
bool text_copy(char *to, size_t room, const char *from);

/* Appends, or leaves @to as it is and returns false. */
bool text_append(char *to, size_t room, const char *more);

/* A whole number in decimal, and nothing else. */
bool text_to_number(const char *text, long long *ret_number);

/* The next word of *@line, which is moved behind it; NULL at the end. */
char *text_word(char **line);

/* What is left of *@line, without blanks around it. */
char *text_rest(char **line);

#endif
