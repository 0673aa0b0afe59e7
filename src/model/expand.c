#include "model/expand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct piece {
	const char *text;
	size_t len;
	const char *next; /* where the text goes on */
};

/* The piece at @at as it comes out: plain characters, an escape, or a value. */
static struct piece next_piece(const char *at, expand_lookup *lookup, void *data, bool final)
{
	const char *end, *value;

	if (strncmp(at, "$${", 3) == 0)
		return final ? (struct piece){"${", 2, at + 3} : (struct piece){at, 3, at + 3};
	if (at[0] != '$' || at[1] != '{') {
		size_t len = 1 + strcspn(at + 1, "$");

		return (struct piece){at, len, at + len};
	}
	end = strchr(at, '}');
	if (!end)
		return (struct piece){at, strlen(at), at + strlen(at)};
	value = lookup(at + 2, (size_t)(end - at) - 2, data);
	if (!value)
		return (struct piece){at, (size_t)(end - at) + 1, end + 1};
	return (struct piece){value, strlen(value), end + 1};
}

int expand_text(const char *text, expand_lookup *lookup, void *data, bool final, char **ret_text)
{
	size_t len = 0, room = strlen(text) + 1;
	char *out = mem_zalloc(room);

	if (!out)
		return -ENOMEM;
	while (*text) {
		struct piece piece = next_piece(text, lookup, data, final);

		if (len + piece.len > EXPAND_MAX) {
			free(out);
			return -E2BIG;
		}
		if (len + piece.len + strlen(piece.next) + 1 > room) {
			char *more;

			room = 2 * (len + piece.len + strlen(piece.next) + 1);
			more = fault_point("malloc") ? NULL : realloc(out, room);
			if (!more) {
				free(out);
				return -ENOMEM;
			}
			out = more;
		}
		memcpy(out + len, piece.text, piece.len);
		len += piece.len;
		text = piece.next;
	}
	out[len] = '\0';
	*ret_text = out;
	return 0;
}
