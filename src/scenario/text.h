/*
 * text.h - is this a text at all?
 */
#ifndef SCENARIO_TEXT_H
#define SCENARIO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text_fault {
	int line, col; /* from 1; columns count characters */
	const char *text;
};

/* What a terminal might obey: C0 with tab and newline, DEL, C1. */
bool is_control_char(uint32_t character);

/*
 * Whether @text, @len bytes with a NUL behind them, holds anything but UTF-8
 * without control characters (tab, newline and carriage return may be there);
 * the first such place is put into @ret_fault.
 */
bool text_find_fault(const char *text, size_t len, struct text_fault *ret_fault);

#endif
