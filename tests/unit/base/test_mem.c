#include "base/mem.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdlib.h>

#include "lib/fault.h"

static int append_ten(void *arg)
{
	int *array = NULL;
	size_t count = 0;
	int code = 0;

	for (int i = 0; i < 10 && code == 0; i++) {
		int *slot = mem_append(&array, &count, sizeof(*array));

		if (slot)
			*slot = i;
		else
			code = -ENOMEM;
	}
	for (size_t i = 0; i < count; i++)
		cr_expect(eq(int, array[i], (int)i));
	if (arg)
		*(size_t *)arg = count;
	free(array);
	return code;
}

Test(base_mem, append_keeps_what_was_there)
{
	size_t count = 0;

	cr_assert(eq(int, append_ten(&count), 0));
	cr_expect(eq(sz, count, 10));
}

Test(base_mem, append_survives_every_failure)
{
	fault_sweep(append_ten, NULL);
}

Test(base_mem, append_gives_a_zeroed_element)
{
	long *array = NULL;
	size_t count = 0;

	for (int i = 0; i < 5; i++) {
		long *slot = mem_append(&array, &count, sizeof(*array));

		cr_assert(ne(ptr, slot, NULL));
		cr_expect(eq(long, *slot, 0), "element %d", i);
		*slot = -1;
	}
	free(array);
}

Test(base_mem, texts_are_copies)
{
	char *all = mem_strdup("writer"), *part = mem_strndup("writer", 5);
	char *made = mem_printf("%s/%d", "writer", 2);

	cr_expect(eq(str, all, "writer"));
	cr_expect(eq(str, part, "write"));
	cr_expect(eq(str, made, "writer/2"));
	free(all);
	free(part);
	free(made);
}

Test(base_mem, every_function_can_fail)
{
	for (int i = 0; i < 4; i++) {
		void *got;

		fault_arm(1);
		got = i == 0   ? mem_zalloc(8)
		      : i == 1 ? (void *)mem_strdup("x")
		      : i == 2 ? (void *)mem_strndup("x", 1)
			       : (void *)mem_printf("x");
		cr_expect(eq(ptr, got, NULL), "function %d", i);
		cr_expect(eq(str, (char *)fault_disarm(), "malloc"));
	}
}
