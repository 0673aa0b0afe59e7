/*
 * expand.h - ${name} in the texts of a scenario.
 *
 * Expanded twice: when the file is read (vars, matrix), which leaves the names
 * of a run alone, and when a run starts (harness, tmp, dir, channels), the
 * final time.  `$${` stands for a literal `${`; only the final expansion
 * turns it into one, any other `$` is an ordinary character.
 */
#ifndef MODEL_EXPAND_H
#define MODEL_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

#define EXPAND_MAX ((size_t)64 * 1024) /* longest text that may come out */

/* The value of `${name}` (@len bytes of @name); NULL = leave it as it stands. */
typedef const char *expand_lookup(const char *name, size_t len, void *data);

/*
 * Expand @text once, the values not again.  Returns 0 and a text to free(),
 * -E2BIG when it would be longer than EXPAND_MAX, -ENOMEM.
 */
int expand_text(const char *text, expand_lookup *lookup, void *data, bool final, char **ret_text);

#endif
