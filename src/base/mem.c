#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool (*fault_point_hook)(const char *operation);

void *mem_zalloc(size_t size)
{
	if (fault_point("malloc"))
		return NULL;
	return calloc(1, size ? size : 1);
}

char *mem_strdup(const char *text)
{
	return mem_strndup(text, strlen(text));
}

char *mem_strndup(const char *text, size_t len)
{
	char *copy = mem_zalloc(len + 1);

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

char *mem_vprintf(const char *fmt, va_list ap)
{
	char *text;

	if (fault_point("malloc"))
		return NULL;
	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

char *mem_printf(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = mem_vprintf(fmt, ap);
	va_end(ap);
	return text;
}

char *mem_join(char *first, char *second)
{
	char *both = first && second ? mem_printf("%s%s", first, second) : NULL;

	free(first);
	free(second);
	return both;
}

static bool is_power_of_two(size_t n)
{
	return (n & (n - 1)) == 0;
}

void *mem_append(void *array, size_t *count, size_t size)
{
	void **slot = array; /* every object pointer has one representation here */
	char *base = *slot;

	if (is_power_of_two(*count)) { /* 0, 1, 2, 4, ...: full */
		size_t room = *count ? *count * 2 : 1;

		if (fault_point("malloc"))
			return NULL;
		base = reallocarray(base, room, size);
		if (!base)
			return NULL;
		*slot = base;
	}
	memset(base + *count * size, 0, size);
	return base + (*count)++ * size;
}
