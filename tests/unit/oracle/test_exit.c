#include <criterion/criterion.h>
#include <signal.h>

#include "base/util.h"
#include "case.h"

static int zero_or_three[] = {0, 3};

#define EXITS(code)                                                                                \
	{                                                                                          \
		{                                                                                  \
			.name = "writer", .started = true, .exited = true, .status = code          \
		}                                                                                  \
	}
#define DIES(sig)                                                                                  \
	{                                                                                          \
		{                                                                                  \
			.name = "writer", .started = true, .exited = true, .signaled = true,       \
			.status = sig                                                              \
		}                                                                                  \
	}
#define KILLED(sig)                                                                                \
	{                                                                                          \
		{                                                                                  \
			.name = "writer", .started = true, .exited = true, .signaled = true,       \
			.status = sig, .killed_on_purpose = true                                   \
		}                                                                                  \
	}
#define RUNS                                                                                       \
	{                                                                                          \
		{                                                                                  \
			.name = "writer", .started = true, .alive = true                           \
		}                                                                                  \
	}
#define NEVER                                                                                      \
	{                                                                                          \
		{                                                                                  \
			.name = "writer"                                                           \
		}                                                                                  \
	}
#define WANT_STATUS                                                                                \
	{                                                                                          \
		{                                                                                  \
			.exit = EXIT_STATUS, .statuses = zero_or_three, .status_count = 2          \
		}                                                                                  \
	}
#define WANT(what)                                                                                 \
	{                                                                                          \
		{                                                                                  \
			.exit = what                                                               \
		}                                                                                  \
	}
#define WANT_KILLED(sig)                                                                           \
	{                                                                                          \
		{                                                                                  \
			.exit = EXIT_KILLED, .signal = sig                                         \
		}                                                                                  \
	}

/* clang-format off */
static const struct judged_case exits[] = {
	{"0 when nothing is said", .seen = EXITS(0)},
	{"1 when nothing is said", .seen = EXITS(1),
	 .want = "wrong-exit writer: exited with 1, expected 0\n"},
	{"any", WANT(EXIT_ANY), .seen = EXITS(77)},
	{"one of a list", WANT_STATUS, .seen = EXITS(3)},
	{"none of a list", WANT_STATUS, .seen = EXITS(4),
	 .want = "wrong-exit writer: exited with 4, expected 0 or 3\n"},
	{"exit instead of death", WANT_KILLED(SIGTERM), .seen = EXITS(0),
	 .want = "wrong-exit writer: exited with 0, expected death by SIGTERM\n"},
	{"exit instead of life", WANT(EXIT_ALIVE), .seen = EXITS(0),
	 .want = "wrong-exit writer: exited with 0, expected to be alive at the end\n"},
	{"alive as it should", WANT(EXIT_ALIVE), .seen = RUNS},
	{"alive, but it should be done", .seen = RUNS,
	 .want = "wrong-exit writer: was still running at the end\n"},
	{"alive because it was cut off", .seen = RUNS,
	 .found = {{.kind = FINDING_HANG, .text = "hangs"}}},
	{"never started", .seen = NEVER, .want = "wrong-exit writer: was never started\n"},
	{"never started, and nobody minds", WANT(EXIT_ANY), .seen = NEVER},
	{"never started because it was cut off", .seen = NEVER,
	 .found = {{.kind = FINDING_DEADLOCK, .text = "dead"}}},
};

static const struct judged_case deaths[] = {
	{"SIGSEGV", .seen = DIES(SIGSEGV), .want = "crash writer: died of SIGSEGV\n"},
	{"SIGBUS", .seen = DIES(SIGBUS), .want = "crash writer: died of SIGBUS\n"},
	{"SIGABRT", .seen = DIES(SIGABRT), .want = "crash writer: died of SIGABRT\n"},
	{"SIGILL", .seen = DIES(SIGILL), .want = "crash writer: died of SIGILL\n"},
	{"SIGFPE", .seen = DIES(SIGFPE), .want = "crash writer: died of SIGFPE\n"},
	{"SIGPIPE", .seen = DIES(SIGPIPE), .want = "sigpipe writer: died of SIGPIPE\n"},
	{"another signal", .seen = DIES(SIGHUP), .want = "killed writer: died of SIGHUP\n"},
	{"as expected", WANT_KILLED(SIGTERM), .seen = DIES(SIGTERM)},
	{"a crash as expected", WANT_KILLED(SIGABRT), .seen = DIES(SIGABRT)},
	{"of another one than expected", WANT_KILLED(SIGTERM), .seen = DIES(SIGSEGV),
	 .want = "crash writer: died of SIGSEGV\n"},
	{"any end allows a death", WANT(EXIT_ANY), .seen = DIES(SIGHUP)},
	{"any end allows no crash", WANT(EXIT_ANY), .seen = DIES(SIGSEGV),
	 .want = "crash writer: died of SIGSEGV\n"},
	{"nor SIGPIPE", WANT(EXIT_ANY), .seen = DIES(SIGPIPE),
	 .want = "sigpipe writer: died of SIGPIPE\n"},
	{"a status was expected", WANT_STATUS, .seen = DIES(SIGHUP),
	 .want = "killed writer: died of SIGHUP\n"},
	{"by the scenario, nothing is said", .seen = KILLED(SIGKILL)},
	{"by the scenario, any", WANT(EXIT_ANY), .seen = KILLED(SIGKILL)},
	{"by the scenario's crash signal", .seen = KILLED(SIGSEGV)},
	{"by the scenario, a status was expected", WANT_STATUS, .seen = KILLED(SIGTERM),
	 .want = "killed writer: killed by SIGTERM, which the scenario sent it\n"},
	{"by the scenario, life was expected", WANT(EXIT_ALIVE), .seen = KILLED(SIGTERM),
	 .want = "killed writer: killed by SIGTERM, which the scenario sent it\n"},
	{"by the scenario, as expected", WANT_KILLED(SIGTERM), .seen = KILLED(SIGTERM)},
};

#define SERVER(...)                                                                                \
	{                                                                                          \
		.name = "server", .started = true, .exited = true, __VA_ARGS__                     \
	}
#define SWEEP	  {{.exit = EXIT_ALIVE}}, .survives = SURVIVAL_TRUE, .has_fault_free = true
#define SERVES	  .fault_free = {{.name = "server", .started = true, .alive = true, .out = CAPTURED(""), .err = CAPTURED("")}, \
				 {.name = "client", .spec = 1, .started = true, .exited = true}}
#define WAITING	  {.name = "client", .spec = 1}
#define SERVED	  {.name = "client", .spec = 1, .started = true, .exited = true}

/* In a sweep: what is to live may die of the fault, and may say that it cannot start. */
static const struct judged_case servers[] = {
	{"killed by the fault", SWEEP, SERVES,
	 .seen = {SERVER(.signaled = true, .status = SIGKILL, .killed_on_purpose = true), WAITING}},
	{"says that it cannot start", SWEEP, SERVES,
	 .seen = {SERVER(.status = 1, .err = CAPTURED("no socket\n")), WAITING}},
	{"says nothing of it", SWEEP, SERVES,
	 .seen = {SERVER(.status = 1, .err = CAPTURED(""), .out = CAPTURED("")), WAITING},
	 .want = "wrong-exit server: exited with 1, expected to be alive at the end\n"},
	{"says that all is well", SWEEP, SERVES,
	 .seen = {SERVER(.err = CAPTURED("no socket\n")), WAITING},
	 .want = "wrong-exit server: exited with 0, expected to be alive at the end\n"},
	{"had started", SWEEP, SERVES,
	 .seen = {SERVER(.status = 1, .err = CAPTURED("no descriptors\n")), SERVED},
	 .want = "wrong-exit server: exited with 1, expected to be alive at the end\n"},
	{"nothing was wrong", {{.exit = EXIT_ALIVE}}, .survives = SURVIVAL_SAME,
	 .has_fault_free = true, SERVES,
	 .seen = {SERVER(.status = 1, .err = CAPTURED("interrupted\n")), WAITING},
	 .want = "wrong-exit server: exited with 1, expected to be alive at the end\n"},
	{"not in a sweep", {{.exit = EXIT_ALIVE}}, .has_fault_free = true, SERVES,
	 .seen = {SERVER(.status = 1, .err = CAPTURED("no socket\n")), SERVED},
	 .want = "wrong-exit server: exited with 1, expected to be alive at the end\n"},
};

/* Each process is judged by what is expected of its own. */
static const struct judged_case several[] = {
	{"one of three is wrong", {{.exit = EXIT_ANY}, {.exit = EXIT_DEFAULT}, {.exit = EXIT_ALIVE}},
	 .seen = {{.name = "a", .started = true, .exited = true, .status = 9},
		  {.name = "b", .spec = 1, .started = true, .exited = true, .status = 9},
		  {.name = "c", .spec = 2, .started = true, .alive = true}},
	 .want = "wrong-exit b: exited with 9, expected 0\n"},
	{"copies share the expectation", {{.exit = EXIT_DEFAULT}},
	 .seen = {{.name = "a[1]", .started = true, .exited = true},
		  {.name = "a[2]", .copy = 1, .started = true, .exited = true, .status = 2}},
	 .want = "wrong-exit a[2]: exited with 2, expected 0\n"},
};
/* clang-format on */

Test(oracle_exit, statuses)
{
	cases_check(exits, ARRAY_SIZE(exits), judge_exit);
}

Test(oracle_exit, deaths)
{
	cases_check(deaths, ARRAY_SIZE(deaths), judge_exit);
}

Test(oracle_exit, every_process_by_its_own_expectation)
{
	cases_check(several, ARRAY_SIZE(several), judge_exit);
}

Test(oracle_exit, servers_of_a_sweep)
{
	cases_check(servers, ARRAY_SIZE(servers), judge_exit);
}
