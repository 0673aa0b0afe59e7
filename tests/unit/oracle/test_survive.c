#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>

#include "base/util.h"
#include "case.h"

#define P(...)                                                                                     \
	{                                                                                          \
		{                                                                                  \
			.name = "cat", .started = true, __VA_ARGS__                                \
		}                                                                                  \
	}
#define EXITS(code, printed, said)                                                                 \
	P(.exited = true, .status = code, .out = CAPTURED(printed), .err = CAPTURED(said))
#define DIES(sig, ...) P(.exited = true, .signaled = true, .status = sig, __VA_ARGS__)
#define USUAL	       .has_fault_free = true, .fault_free = EXITS(0, "12\n", "")
#define FULL	       .survives = SURVIVAL_TRUE
#define END	       .survives = SURVIVAL_END
#define SAME	       .survives = SURVIVAL_SAME

/* clang-format off */
static const struct judged_case cases[] = {
	{"not asked for", USUAL, .seen = EXITS(0, "", "")},
	{"as usual", FULL, USUAL, .seen = EXITS(0, "12\n", "")},
	{"a message and a status", FULL, USUAL, .seen = EXITS(1, "", "no space\n")},
	{"a warning only", FULL, USUAL, .seen = EXITS(0, "12\n", "tried twice\n")},
	{"nothing said, nothing done", FULL, USUAL, .seen = EXITS(0, "1", ""),
	 .want = "wrong-output cat: stdout has 1 bytes, without the fault 3; the first 1 are the "
		 "same; exit status 0, and no message (silent)\n"},
	{"said, but not by the status", FULL, USUAL, .seen = EXITS(0, "", "no space\n"),
	 .want = "wrong-output cat: stdout has 0 bytes, without the fault 3; the first 0 are the "
		 "same; exit status 0\n"},
	{"output is not compared", END, USUAL, .seen = EXITS(0, "1", "")},
	{"a status without a message", FULL, USUAL, .seen = EXITS(4, "12\n", ""),
	 .want = "unreported cat: exited with 4 and no message; without the fault it exited with 0\n"},
	{"an answer on standard output", FULL, USUAL, .seen = EXITS(4, "lost 2\n", "")},
	{"a piece of the usual output is no answer", FULL, USUAL, .seen = EXITS(4, "1", ""),
	 .want = "unreported cat: exited with 4 and no message; without the fault it exited with 0\n"},
	{"told, where nothing was wrong", SAME, USUAL, .seen = EXITS(1, "12\n", "interrupted\n"),
	 .want = "wrong-exit cat: exited with 1; without the fault it exited with 0\n"},
	{"as usual, where nothing was wrong", SAME, USUAL, .seen = EXITS(0, "12\n", "")},
	{"another output, where nothing was wrong", SAME, USUAL, .seen = EXITS(0, "1\n", "sorry\n"),
	 .want = "wrong-output cat: stdout has 2 bytes, without the fault 3; the first 1 are the "
		 "same; exit status 0\n"},
	{"the death of another one needs no words", FULL, .kills = true,
	 .has_fault_free = true, .fault_free = {{.name = "cat", .exited = true},
						{.name = "seq", .exited = true}},
	 .seen = {{.name = "cat", .exited = true, .status = 1, .err = CAPTURED("")},
		  {.name = "seq", .exited = true, .signaled = true, .status = SIGKILL,
		   .killed_on_purpose = true}}},
	{"its partner died of the signal that only interrupted it", SAME, .has_fault_free = true,
	 .fault_free = {{.name = "cat", .exited = true, .out = CAPTURED("12\n")},
			{.name = "seq", .spec = 1, .exited = true}},
	 .seen = {{.name = "cat", .exited = true, .status = 1, .out = CAPTURED("1")},
		  {.name = "seq", .spec = 1, .exited = true, .signaled = true,
		   .status = SIGINT, .killed_on_purpose = true}}},
	{"its partner died as it always does", SAME, .has_fault_free = true,
	 .fault_free = {{.name = "cat", .exited = true},
			{.name = "seq", .spec = 1, .exited = true, .signaled = true,
			 .status = SIGINT, .killed_on_purpose = true}},
	 .seen = {{.name = "cat", .exited = true, .status = 1},
		  {.name = "seq", .spec = 1, .exited = true, .signaled = true,
		   .status = SIGINT, .killed_on_purpose = true}},
	 .want = "wrong-exit cat: exited with 1; without the fault it exited with 0\n"},
	{"its partner died of itself", SAME, .has_fault_free = true,
	 .fault_free = {{.name = "cat", .exited = true}, {.name = "seq", .spec = 1, .exited = true}},
	 .seen = {{.name = "cat", .exited = true, .status = 1},
		  {.name = "seq", .spec = 1, .exited = true, .signaled = true, .status = SIGTERM}},
	 .want = "wrong-exit cat: exited with 1; without the fault it exited with 0\n"
		 "killed seq: died of SIGTERM\n"},
	{"only another one tells of what has struck this one", FULL, .has_fault_free = true,
	 .fault_free = {{.name = "seq", .exited = true, .err = CAPTURED("")},
			{.name = "cat", .spec = 1, .exited = true}},
	 .seen = {{.name = "seq", .exited = true, .err = CAPTURED("")},
		  {.name = "cat", .spec = 1, .exited = true, .status = 1,
		   .err = CAPTURED("lost\n")}},
	 .want = "wrong-exit cat: exited with 1; without the fault it exited with 0\n"},
	{"another one tells that this one was made to wait", FULL, .stops = true,
	 .has_fault_free = true,
	 .fault_free = {{.name = "seq", .exited = true, .err = CAPTURED("")},
			{.name = "cat", .spec = 1, .exited = true}},
	 .seen = {{.name = "seq", .exited = true, .err = CAPTURED("")},
		  {.name = "cat", .spec = 1, .exited = true, .status = 1,
		   .err = CAPTURED("too late\n")}}},
	{"this one has told, and another one tells it, too", FULL, .has_fault_free = true,
	 .fault_free = {{.name = "seq", .exited = true, .err = CAPTURED("")},
			{.name = "cat", .spec = 1, .exited = true}},
	 .seen = {{.name = "seq", .exited = true, .status = 1, .err = CAPTURED("no space\n")},
		  {.name = "cat", .spec = 1, .exited = true, .status = 1,
		   .err = CAPTURED("lost\n")}}},
	{"another answer, as a child was killed", FULL, USUAL, .kills = true,
	 .seen = EXITS(0, "died\n12\n", "")},
	{"a wrong answer, as a child was killed", FULL, USUAL, .kills = true,
	 .seen = EXITS(0, "7\n", ""),
	 .want = "wrong-output cat: stdout has 2 bytes, without the fault 3; the first 0 are the "
		 "same; exit status 0, and no message (silent)\n"},
	{"a piece of the answer, as a child was killed", FULL, USUAL, .kills = true,
	 .seen = EXITS(0, "1", ""),
	 .want = "wrong-output cat: stdout has 1 bytes, without the fault 3; the first 1 are the "
		 "same; exit status 0, and no message (silent)\n"},
	{"success, as another one has failed", FULL, .has_fault_free = true,
	 .fault_free = {{.name = "seq", .exited = true}, {.name = "cat", .exited = true, .status = 5}},
	 .seen = {{.name = "seq", .exited = true, .status = 1}, {.name = "cat", .exited = true}}},
	{"a status is enough", END, USUAL, .seen = EXITS(4, "12\n", "")},
	{"a shell's word for a signal", FULL, USUAL, .seen = EXITS(137, "", "")},
	{"messages go elsewhere", FULL, USUAL, .seen = P(.exited = true, .status = 1)},
	{"success where there is none", FULL, .has_fault_free = true,
	 .fault_free = EXITS(1, "", "no such file\n"), .seen = EXITS(0, "", ""),
	 .want = "wrong-exit cat: exited with 0; without the fault it exited with 1\n"},
	{"a message that it has always", FULL, .has_fault_free = true,
	 .fault_free = EXITS(0, "", "hello\n"), .seen = EXITS(1, "", "hello\n"),
	 .want = "unreported cat: exited with 1 and no message; without the fault it exited with 0\n"},
	{"crash", FULL, USUAL, .seen = DIES(SIGSEGV), .want = "crash cat: died of SIGSEGV\n"},
	{"crash, with the output left out", END, USUAL, .seen = DIES(SIGABRT),
	 .want = "crash cat: died of SIGABRT\n"},
	{"killed by the fault", FULL, USUAL, .seen = DIES(SIGKILL, .killed_on_purpose = true)},
	{"killed by itself", FULL, USUAL, .seen = DIES(SIGTERM), .want = "killed cat: died of SIGTERM\n"},
	{"SIGPIPE", FULL, USUAL, .seen = DIES(SIGPIPE), .want = "sigpipe cat: died of SIGPIPE\n"},
	{"SIGPIPE of a filter", FULL, USUAL, .prints_to = STDIO_CHANNEL, .seen = DIES(SIGPIPE)},
	{"SIGPIPE of who has a pipe by another number", FULL, USUAL, .writes_to_pipe = true,
	 .seen = DIES(SIGPIPE)},
	{"dies as always", FULL, .has_fault_free = true, .fault_free = DIES(SIGTERM), .seen = DIES(SIGTERM)},
	{"one of two usual ends", FULL, USUAL, .again = EXITS(3, "12\n", ""), .seen = EXITS(3, "12\n", "")},
	{"an output that is chance", FULL, USUAL, .again = EXITS(0, "13\n", ""), .seen = EXITS(0, "14\n", "")},
	{"another one has told", FULL, .has_fault_free = true,
	 .fault_free = {{.name = "seq", .exited = true}, {.name = "cat", .exited = true, .out = CAPTURED("12\n")}},
	 .seen = {{.name = "seq", .exited = true, .status = 1},
		  {.name = "cat", .exited = true, .out = CAPTURED("1\n")}}},
	{"another one has told nothing", FULL, .has_fault_free = true,
	 .fault_free = {{.name = "seq", .exited = true}, {.name = "cat", .exited = true, .out = CAPTURED("12\n")}},
	 .seen = {{.name = "seq", .exited = true}, {.name = "cat", .exited = true, .out = CAPTURED("1\n")}},
	 .want = "wrong-output cat: stdout has 2 bytes, without the fault 3; the first 1 are the "
		 "same; exit status 0\n"},
	{"demanded otherwise", FULL, USUAL, .expect = {{.exit = EXIT_ANY}}, .seen = EXITS(4, "", "")},
	{"no run to compare with", FULL, .seen = EXITS(4, "", "")},
	{"cut off: told elsewhere", FULL, USUAL, .seen = P(.alive = true),
	 .found = {{.kind = FINDING_HANG, .text = "still waiting"}}},
};
/* clang-format on */

Test(oracle_survive, measures_by_the_run_without_faults)
{
	cases_check(cases, ARRAY_SIZE(cases), judge_survival);
}
