#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool text_copy(char *to, size_t room, const char *from)
{
	size_t len = strlen(from);
	bool fits = len < room;

	if (!fits)
		len = room - 1;
	memcpy(to, from, len);
	to[len] = '\0';
	return fits;
}

bool text_append(char *to, size_t room, const char *more)
{
	size_t len = strlen(to), more_len = strlen(more);

	if (len + more_len >= room)
		return false;
	memcpy(to + len, more, more_len + 1);
	return true;
}

bool text_to_number(const char *text, long long *ret_number)
{
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		return false;
	*ret_number = number;
	return true;
}

static char *skip_blanks(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

char *text_word(char **line)
{
	char *word = skip_blanks(*line), *end = word;

	if (!*word)
		return NULL;
	while (*end && !isspace((unsigned char)*end))
		end++;
	*line = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

char *text_rest(char **line)
{
	char *rest = skip_blanks(*line), *end = rest + strlen(rest);

	while (end > rest && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	*line = end;
	return rest;
}
