/*
 * limit.c - no test runs for ever.
 *
 * Criterion 2.4.1 has no time limit by itself, and its --timeout only shortens those that tests
 * give.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdlib.h>

#define LIMIT_S 60

static double limit(void)
{
	const char *text = getenv("TEST_LIMIT");
	double seconds = text ? strtod(text, NULL) : 0;

	return seconds > 0 ? seconds : LIMIT_S;
}

ReportHook(PRE_ALL)(struct criterion_test_set *set)
{
	FOREACH_SET(struct criterion_suite_set * suite, set->suites)
	{
		FOREACH_SET(struct criterion_test * test, suite->tests)
		{
			if (test->data->timeout <= 0)
				test->data->timeout = limit();
		}
	}
}
