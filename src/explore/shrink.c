#include "explore/shrink.h"

#include <string.h>

struct shrinking {
	struct control_switch *switches;
	size_t *count;
	unsigned tests_left;
	shrink_test_fn *test;
	void *ctx;
};

static int try_these(struct shrinking *s, const struct control_switch *fewer, size_t count)
{
	int rc;

	s->tests_left--;
	rc = s->test(s->ctx, fewer, count);
	if (rc <= 0)
		return rc;
	memcpy(s->switches, fewer, count * sizeof(*fewer));
	*s->count = count;
	return 1;
}

/* Without those from @from to before @to. */
static int try_without(struct shrinking *s, size_t from, size_t to)
{
	struct control_switch rest[CONTROL_SWITCHES];
	size_t count = 0;

	for (size_t i = 0; i < *s->count; i++)
		if (i < from || i >= to)
			rest[count++] = s->switches[i];
	return try_these(s, rest, count);
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

/*
 * What is done between switch @at and the next, and what is done behind that, in the other order:
 * a stretch that comes to lie beside another of its flow needs no switch.
 */
static size_t exchange(const struct shrinking *s, size_t at, struct control_switch *ret)
{
	const struct control_switch *first = &s->switches[at], *second = first + 1,
				    *next = first + 2;
	size_t count = at, rest = next->flow == first->flow ? at + 3 : at + 2;

	memcpy(ret, s->switches, at * sizeof(*ret));
	if (at && ret[at - 1].flow != second->flow)
		ret[count++] = (struct control_switch){.step = first->step, .flow = second->flow};
	ret[count++] = (struct control_switch){.step = first->step + next->step - second->step,
					       .flow = first->flow};
	memcpy(ret + count, s->switches + rest, (*s->count - rest) * sizeof(*ret));
	return count + *s->count - rest;
}

static int join(struct shrinking *s, bool *ret_any)
{
	for (size_t at = 0; at + 2 < *s->count && s->tests_left; at++) {
		struct control_switch joined[CONTROL_SWITCHES];
		size_t count = exchange(s, at, joined);
		int rc = count < *s->count ? try_these(s, joined, count) : 0;

		if (rc < 0)
			return rc;
		*ret_any |= rc > 0;
	}
	return 0;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): by way of struct shrinking */
int shrink(struct control_switch *switches, size_t *count, unsigned tests, shrink_test_fn *test,
	   void *ctx)
{
	struct shrinking s = {switches, count, tests, test, ctx};
	size_t chunk = *count;
	int rc = 0;

	while (!rc && chunk && s.tests_left) {
		bool any = false;

		rc = pass(&s, chunk, &any);
		if (!rc && chunk == 1 && !any)
			rc = join(&s, &any);
		if (chunk > *count)
			chunk = *count;
		else if (chunk > 1 || !any)
			chunk /= 2;
	}
	return rc;
}
