/*
 * file_text.h - the text of a file that is no larger than it may be.
 */
#ifndef SCENARIO_FILE_TEXT_H
#define SCENARIO_FILE_TEXT_H

#include <stddef.h>

/*
 * Read the regular file at @path: at most @max bytes and one more, so that the
 * caller sees what is too large, with a NUL behind them.  *@ret_text is the
 * caller's.  0 or a negative errno; -EINVAL: neither file nor folder.
 */
int file_text_read(const char *path, size_t max, char **ret_text, size_t *ret_len);

#endif
