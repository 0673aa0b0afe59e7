/*
 * mem.h - allocation that can be made to fail.
 *
 * Every allocation and every operating system call of ours that can fail
 * passes a fault point.  Tests install a hook there (tests/lib/fault.h) and
 * let the n-th one fail, for n = 1, 2, ... until the work succeeds; in the
 * program the hook is NULL and costs one load.
 *
 * All functions return NULL when memory is short; free with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Called with the name of the operation; true = it must fail now (allocations: as ENOMEM). */
extern bool (*fault_point_hook)(const char *operation);

static inline bool fault_point(const char *operation)
{
	return fault_point_hook && fault_point_hook(operation);
}

void *mem_zalloc(size_t size);
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t len);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Both in one text; they are freed, in any case, and may be NULL: then so is the result. */
char *mem_join(char *first, char *second);

/*
 * Grow the array at *@array (elements of @size bytes, *@count in use) by one
 * zeroed element and return that element; NULL and an unchanged array when
 * memory is short.  Capacity is the next power of two of the count.
 */
void *mem_append(void *array, size_t *count, size_t size);

#endif
