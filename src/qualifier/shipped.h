/*
 * shipped.h - differences that only the code of the program as it is shipped shows.
 *
 * Some passes run behind the instrumentation, which holds them up: the
 * scheduler swaps stores, and a struct is copied by wider ones.
 */
#ifndef QUALIFIER_SHIPPED_H
#define QUALIFIER_SHIPPED_H

#include "qualifier/difference.h"

/* The same program without the runtime, as written and optimised. */
struct shipped {
	struct image *as_written, *optimised;
};

/*
 * Appends to @differences what concerns the stores of @plain, which its image
 * @program has made.  Nothing shows that anybody sees them so: they count
 * where the program behaves differently too (is_doubtful).
 */
int shipped_find(const struct shipped *shipped, const struct accesses *plain, const char *program,
		 struct differences *differences, struct err *err);

#endif
