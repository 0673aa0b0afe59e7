#include "valgrind/tool.h"

#include <string.h>

#include "base/util.h"

/* clang-format off */
static const char *const *const options[] = {
	[UNDER_NONE]     = (const char *const[]){ NULL },
	[UNDER_MEMCHECK] = (const char *const[]){ "--leak-check=full", "--show-leak-kinds=definite", NULL },
	[UNDER_HELGRIND] = (const char *const[]){ NULL },
	[UNDER_DRD]      = (const char *const[]){ NULL },
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(options) == UNDER_MAX_, "one row for each tool");

const char *const *valgrind_options(enum under under)
{
	return options[under];
}

/*
 * Everything else is of the kind memory-error: wrong accesses (memcheck), and
 * what helgrind and drd say of locks and of the use of pthreads functions.
 */
enum finding_kind valgrind_finding(const char *kind)
{
	static const char *const races[] = {"Race", "ConflictingAccess"};

	for (size_t i = 0; i < ARRAY_SIZE(races); i++)
		if (strcmp(kind, races[i]) == 0)
			return FINDING_RACE;
	return valgrind_is_lost(kind) ? FINDING_LEAK : FINDING_MEMORY_ERROR;
}

bool valgrind_is_lost(const char *kind)
{
	return strncmp(kind, "Leak_", 5) == 0;
}
