#include "explore/shrink.h"

#include <string.h>

struct shrinking {
	struct control_switch *switches;
	size_t *count;
	unsigned tests_left;
	shrink_test_fn *test;
	void *ctx;
};

/* Without those from @from to before @to. */
static int try_without(struct shrinking *s, size_t from, size_t to)
{
	struct control_switch rest[CONTROL_SWITCHES];
	size_t count = 0;
	int rc;

	for (size_t i = 0; i < *s->count; i++)
		if (i < from || i >= to)
			rest[count++] = s->switches[i];
	s->tests_left--;
	rc = s->test(s->ctx, rest, count);
	if (rc <= 0)
		return rc;
	memcpy(s->switches, rest, count * sizeof(*rest));
	*s->count = count;
	return 1;
}

/* From the end: what comes last most often does not matter. */
static int pass(struct shrinking *s, size_t chunk, bool *ret_any)
{
	size_t to = *s->count;

	while (to > 0 && s->tests_left) {
		size_t from = to > chunk ? to - chunk : 0;
		int rc = try_without(s, from, to);

		if (rc < 0)
			return rc;
		*ret_any |= rc > 0;
		to = from;
	}
	return 0;
}

int shrink(struct control_switch *switches, size_t *count, unsigned tests, shrink_test_fn *test,
	   void *ctx)
{
	struct shrinking s = {switches, count, tests, test, ctx};
	size_t chunk = *count;
	int rc = 0;

	while (!rc && chunk && s.tests_left) {
		bool any = false;

		rc = pass(&s, chunk, &any);
		if (chunk > *count)
			chunk = *count;
		else if (chunk > 1 || !any)
			chunk /= 2;
	}
	return rc;
}
