#include <criterion/criterion.h>

#include "base/util.h"
#include "case.h"

#define MS NS_PER_MS
#define PRINTS(text)                                                                               \
	{                                                                                          \
		{                                                                                  \
			.name = "reader", .started = true, .exited = true, .out = CAPTURED(text)   \
		}                                                                                  \
	}

/* clang-format off */
static const struct judged_case times[] = {
	{"no limit", .duration_ns = 100000 * MS},
	{"in time", .within_ns = 2000 * MS, .duration_ns = 1999 * MS},
	{"just in time", .within_ns = 2000 * MS, .duration_ns = 2000 * MS},
	{"late", .within_ns = 2000 * MS, .duration_ns = 2001 * MS,
	 .want = "late: took 2001 ms, at most 2000 ms are allowed\n"},
	{"cut off: one finding is enough", .within_ns = 2000 * MS, .duration_ns = 10000 * MS,
	 .found = {{.kind = FINDING_HANG, .text = "hangs"}}},
};

static const struct judged_case recoveries[] = {
	{"not asked for", .duration_ns = 9000 * MS, .last_fault_ns = 10 * MS,
	 .has_fault_free = true},
	{"no fault has fired", .recovers_ns = 1 * MS, .duration_ns = 9000 * MS,
	 .has_fault_free = true},
	{"in time, with the fault-free result", .recovers_ns = 100 * MS, .duration_ns = 110 * MS,
	 .last_fault_ns = 10 * MS, .has_fault_free = true, .seen = PRINTS("ok\n"),
	 .fault_free = PRINTS("ok\n")},
	{"too late", .recovers_ns = 100 * MS, .duration_ns = 111 * MS, .last_fault_ns = 10 * MS,
	 .has_fault_free = true, .seen = PRINTS("ok\n"), .fault_free = PRINTS("ok\n"),
	 .want = "not-recovered: 101 ms after the last fault it was not done; 100 ms are "
		 "allowed\n"},
	{"in time, with another result", .recovers_ns = 100 * MS, .duration_ns = 50 * MS,
	 .last_fault_ns = 10 * MS, .has_fault_free = true, .seen = PRINTS("no\n"),
	 .fault_free = PRINTS("ok\n"),
	 .want = "not-recovered: ended 40 ms after the last fault (100 ms allowed), but not with "
		 "the fault-free result\n"},
	{"cut off", .recovers_ns = 100 * MS, .duration_ns = 50 * MS, .last_fault_ns = 10 * MS,
	 .has_fault_free = true, .seen = PRINTS("ok\n"), .fault_free = PRINTS("ok\n"),
	 .found = {{.kind = FINDING_DEADLOCK, .text = "dead"}},
	 .want = "not-recovered: ended 40 ms after the last fault (100 ms allowed), but not with "
		 "the fault-free result\n"},
	{"one was killed on purpose", .recovers_ns = 100 * MS, .duration_ns = 50 * MS,
	 .last_fault_ns = 10 * MS, .has_fault_free = true,
	 .seen = {{.name = "reader", .killed_on_purpose = true, .out = CAPTURED("")}},
	 .fault_free = PRINTS("ok\n")},
};
/* clang-format on */

Test(oracle_time, late)
{
	cases_check(times, ARRAY_SIZE(times), judge_time);
}

Test(oracle_time, recovery)
{
	cases_check(recoveries, ARRAY_SIZE(recoveries), judge_recovery);
}
