#include "run/worker.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "bench.h"
#include "lib/fault.h"

#define HEAD "scenario: x\nmechanism: process\n"

/* Whole scenarios, small ones, and what they must come to. */
static const struct row {
	const char *name, *text;
	enum role role;
	enum verdict verdict;
	const char *reason;   /* occurs in it; NULL = none */
	const char *findings; /* NULL = none */
} rows[] = {
	/* clang-format off */
	{"a program that works", HEAD "processes: {a: {run: [\"true\"]}}\n", .verdict = VERDICT_PASS},
	{"one that does not", HEAD "processes: {a: {run: [\"false\"]}}\n", .verdict = VERDICT_FAIL,
	 .findings = "wrong-exit a: exited with 1, expected 0\n"},
	{"a shell line, input and output", HEAD
	 "processes: {a: {run: tr a-z A-Z, stdin: {text: hello}}}\n"
	 "expect: {a: {stdout: {equals: HELLO}}}\n", .verdict = VERDICT_PASS},
	{"the folder, the seed's own", HEAD
	 "processes: {a: {run: 'test \"$TMPDIR\" = ${tmp} && test -d ${tmp}'}}\n",
	 .verdict = VERDICT_PASS},
	{"an environment", HEAD
	 "processes: {a: {run: 'test \"$X\" = ${dir}/y -a -z \"$HOME\"', "
	 "env: {X: '${dir}/y', HOME: null}}}\n", .verdict = VERDICT_PASS},
	{"a folder to be in", HEAD "processes: {a: {run: 'test $(pwd) = /', cwd: /}}\n",
	 .verdict = VERDICT_PASS},
	{"two that talk", HEAD "channels: {c: pipe}\n"
	 "processes: {a: {run: echo hi, stdout: c}, b: {run: cat, stdin: c}}\n"
	 "expect: {b: {stdout: {equals: \"hi\\n\"}}}\n", .verdict = VERDICT_PASS},
	{"twelve ends of one FIFO", HEAD "channels: {c: {fifo: f}}\n"
	 "processes: {a: {run: 'ls /proc/self/fd/1? >&2; test $(ls /proc/self/fd | wc -l) -ge 15', "
	 "fds: {10: c, 11: c, 12: c, 13: c, 14: c, 15: c, 16: c, 17: c, 18: c, 19: c, 20: c, 21: c}}}\n",
	 .verdict = VERDICT_PASS},
	{"a program that is not there", HEAD "processes: {a: {run: [/nonexistent/program]}}\n",
	 .verdict = VERDICT_ERROR, .reason = "cannot run '/nonexistent/program'"},
	{"a folder that is not there", HEAD "processes: {a: {run: [\"true\"], cwd: /nonexistent}}\n",
	 .verdict = VERDICT_ERROR, .reason = "/nonexistent"},
	{"an input that is not there", HEAD "processes: {a: {run: [cat], stdin: /nonexistent}}\n",
	 .verdict = VERDICT_ERROR, .reason = "stdin of 'a'"},
	{"something that is not here", HEAD "needs: [numa-nodes>=4096]\n"
	 "processes: {a: {run: [\"true\"]}}\n", .verdict = VERDICT_SKIP, .reason = "NUMA"},
	{"a node that is not here", HEAD "processes: {a: {run: [\"true\"], place: {memory: node1023}}}\n",
	 .verdict = VERDICT_SKIP, .reason = "process 'a': needs "},
	{"a node that is here", HEAD "processes: {a: {run: 'grep -q bind:0 /proc/self/numa_maps', "
	 "place: {process: node0, memory: node0}}}\n", .verdict = VERDICT_PASS},
	{"a deadline", HEAD "deadline: 200ms\nprocesses: {a: {run: [sleep, 60]}}\n",
	 .verdict = VERDICT_FAIL, .findings = "hang a: still waiting after 200 ms\n"},
	/* perror(3) writes to a copy of standard error. */
	{"the same call on two descriptors", HEAD
	 "processes: {a: {run: [\"" SUBJECTS "/bench-prints\"]}}\n"
	 "faults: [{at: {call: write, on: {fd: 1}, nth: 2}, do: {errno: EIO}}, "
	 "{at: {call: write, on: {fd: 3}}, do: {errno: EIO}}]\n"
	 "expect: {a: {exit: 1, stdout: {equals: \"hello\\n\"}, stderr: {equals: \"\"}}}\n",
	 .verdict = VERDICT_PASS},
	{"alive as it should be", HEAD "processes: {a: {run: [sleep, 60]}, b: {run: [\"true\"]}}\n"
	 "expect: {a: {alive: true}}\n", .verdict = VERDICT_PASS},
	{"two copies", HEAD "processes: {a: {run: 'exit 3', count: 2}}\n"
	 "expect: {a: {exit: 0}}\n", .verdict = VERDICT_FAIL,
	 .findings = "wrong-exit a[1]: exited with 3, expected 0\n"
		     "wrong-exit a[2]: exited with 3, expected 0\n"},
	{"stopped for ever, and continued", HEAD
	 "processes: {a: {run: [\"true\"]}}\n"
	 "faults: [{name: x, at: {process: a, call: exit_group}, do: {stop: forever}},\n"
	 "  {at: {after: x}, do: {signal: SIGCONT, of: a}}]\n", .verdict = VERDICT_PASS},
	{"continued, but not stopped", HEAD
	 "processes: {a: {run: [\"true\"]}}\n"
	 "faults: [{at: {process: a, call: exit_group}, do: {signal: SIGCONT}}]\n",
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "no handler for SIGCONT is installed"},
	{"the input ends although another is still to come", HEAD "channels: {c: pipe, d: pipe}\n"
	 "processes: {a: {run: 'cat; echo end', stdin: c}, b: {run: \"true\", stdout: c}, "
	 "z: {run: cat, stdin: d, start: {after: {output: end, of: a}}}}\n", .verdict = VERDICT_PASS},
	{"started after some output", HEAD
	 "processes: {a: {run: 'echo ready; read x; exit 0', stdin: c}, "
	 "b: {run: echo go, stdout: c, start: {after: {output: ready, of: a}}}}\n"
	 "channels: {c: pipe}\n", .verdict = VERDICT_PASS},
	{"never started", HEAD
	 "processes: {a: {run: echo no}, "
	 "b: {run: [\"true\"], start: {after: {output: ready, of: a}}}}\n",
	 .verdict = VERDICT_FAIL, .findings = "wrong-exit b: was never started\n"},
	{"a check that says yes", HEAD "processes: {a: {run: 'touch ${tmp}/x'}}\n"
	 "expect: {check: [test, -f, '${tmp}/x'], files: {'${tmp}/x': {equals: \"\"}}}\n", .verdict = VERDICT_PASS},
	{"a check that says no", HEAD "processes: {a: {run: [\"true\"]}}\n"
	 "expect: {check: [sh, -c, 'echo why; exit 4']}\n", .verdict = VERDICT_FAIL,
	 .findings = "wrong-output: check 'sh' said no (4): why (silent)\n"},
	{"a file left behind", HEAD "processes: {a: {run: 'touch ${tmp}/x'}}\n",
	 .verdict = VERDICT_FAIL, .findings = "leak: file ${tmp}/x left behind\n"},
	{"files left behind come in order", HEAD
	 "processes: {a: {run: 'cd ${tmp}; touch c b a e d'}}\n",
	 .verdict = VERDICT_FAIL, .findings = "leak: file ${tmp}/a left behind\n"
	 "leak: file ${tmp}/b left behind\nleak: file ${tmp}/c left behind\n"
	 "leak: file ${tmp}/d left behind\nleak: file ${tmp}/e left behind\n"},

	{"a fault that fires", HEAD "processes: {a: {run: [cat], stdin: {text: x}}}\n"
	 "faults: [{at: {process: a, call: read, on: {fd: 0}, nth: 1}, do: {errno: EIO}}]\n"
	 "model: adversarial\nexpect: {a: {exit: 1, stderr: error}}\n", .verdict = VERDICT_PASS},
	{"a fault whose moment never comes", HEAD "processes: {a: {run: [cat], stdin: {text: x}}}\n"
	 "faults: [{at: {process: a, call: pause}, do: {signal: SIGTERM}}]\n",
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "its moment never came"},
	{"a fault whose number never comes", HEAD "processes: {a: {run: [cat], stdin: {text: x}}}\n"
	 "faults: [{at: {process: a, call: read, nth: 50}, do: {delay: 1ms}}]\n",
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "never when it was to fire"},
	{"a fault that Linux refuses", HEAD "processes: {a: {run: [cat], stdin: {text: x}}}\n"
	 "faults: [{at: {process: a, call: read, nth: 1}, do: {errno: EINTR}}]\n",
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "Linux cannot do that here"},
	{"a file that the fault spoils, and the run without faults does not", HEAD
	 "processes: {a: {run: 'echo hello >${tmp}/x; exit 0'}}\n"
	 "faults: [{at: {process: a, call: write, nth: 1}, do: {errno: ENOSPC}}]\n"
	 "expect: {files: {'${tmp}/x': {equals: \"hello\\n\"}}}\n",
	 .verdict = VERDICT_FAIL, .findings = "wrong-output: file TMP/x differs from what is expected: "
	 "ends after 0 of 6 bytes (silent)\n"},
	{"the same from each compilation", HEAD
	 "build: {sources: README.md, compilers: gcc, levels: [-O0, -O2], "
	 "command: 'echo \"int main(void) { return 0; }\" >x.c; ${cc} ${cflags} -o x x.c'}\n"
	 "processes: {a: {run: ['${build}/x']}}\nexpect: {same-at-every-level: true}\n",
	 .verdict = VERDICT_PASS},
	{"another status once optimised", HEAD
	 "build: {sources: README.md, compilers: [gcc, no-such-cc], levels: [-O0, -O2], "
	 "command: 'echo \"static int f(int a) { return __builtin_constant_p(a); } "
	 "int main(void) { return f(1); }\" >x.c; ${cc} ${cflags} -o x x.c'}\n"
	 "processes: {a: {run: ['${build}/x']}}\nexpect: {same-at-every-level: true}\n",
	 .verdict = VERDICT_FAIL,
	 .findings = "optimization: it behaves differently once optimised; gcc -O0: exit 0\n"},
	{"a fault that does not strike once optimised", HEAD
	 "build: {sources: README.md, compilers: gcc, levels: [-O0, -O2], "
	 "command: 'echo \"static int f(int a) { return a; } "
	 "int main(void) { return f(0); }\" >x.c; ${cc} ${cflags} -o x x.c'}\n"
	 "processes: {a: {run: ['${build}/x']}}\n"
	 "faults: [{at: {process: a, function: f}, do: {delay: 1ms}}]\n"
	 "expect: {same-at-every-level: true}\n",
	 .verdict = VERDICT_INCONCLUSIVE,
	 .reason = "fault 'fault 1' did not fire in the program of gcc -O2"},
	{"a compiler that is not there", HEAD
	 "build: {sources: README.md, compilers: no-such-cc, levels: -O0, command: 'true'}\n"
	 "processes: {a: {run: [\"true\"]}}\n", .verdict = VERDICT_SKIP,
	 .reason = "'no-such-cc' is not installed"},
	{"what does not compile", HEAD
	 "build: {sources: README.md, compilers: gcc, levels: -O0, flags: [-xc]}\n"
	 "processes: {a: {run: [\"true\"]}}\n", .verdict = VERDICT_ERROR,
	 .reason = "gcc -O0 does not compile it"},
	{"a control that is caught", HEAD "processes: {a: {run: [\"true\"]}}\n"
	 "control: {a: {run: [\"false\"]}, caught: {a: wrong-exit}}\n", ROLE_CONTROL,
	 .verdict = VERDICT_PASS, .findings = "wrong-exit a: exited with 1, expected 0\n"},
	{"a control that is not", HEAD "processes: {a: {run: [\"true\"]}}\n"
	 "control: {a: {run: [\"true\"]}, caught: {a: wrong-exit}}\n", ROLE_CONTROL,
	 .verdict = VERDICT_INCONCLUSIVE, .reason = "the control was not caught"},
	/* clang-format on */
};

/* TMP for the folder, which is another each time. */
static void mask_folder(char *text)
{
	char *begin, *end;

	while ((begin = strstr(text, "/tmp/ipcfault-test-"))) {
		end = begin + strcspn(begin, " \n");
		while (*end != '/')
			end--;
		memcpy(begin, "TMP", 3); /* NOLINT(bugprone-not-null-terminated-result) */
		memmove(begin + 3, end, strlen(end) + 1);
	}
}

static void check(const struct row *row)
{
	struct scenario_file file = bench_read(row->text);
	struct case_result result;
	struct err err = ERR_INIT;
	char *findings;

	cr_expect(eq(int, bench_run(file.scenarios[0], row->role, &result, &err), 0), "%s: %s",
		  row->name, err.text);
	findings = bench_findings(&result);
	mask_folder(findings);
	cr_expect(eq(int, result.verdict, row->verdict), "%s: %s (%s)\n%s", row->name,
		  vocab_name(&verdict_vocab, (int)result.verdict),
		  result.reason ? result.reason : "", findings);
	cr_expect(eq(str, findings, (char *)(row->findings ? row->findings : "")), "%s", row->name);
	if (row->reason)
		cr_expect(result.reason && strstr(result.reason, row->reason), "%s: '%s'",
			  row->name, result.reason ? result.reason : "");
	else
		cr_expect(eq(ptr, result.reason, NULL), "%s: %s", row->name, result.reason);
	free(findings);
	case_result_release(&result);
	scenario_file_release(&file);
}

Test(run_worker, comes_to_the_right_verdict)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(&rows[i]);
}

static int run_tolerant(void *arg)
{
	const struct scenario_file *file = arg;
	struct case_result result;
	int rc = bench_run(file->scenarios[0], ROLE_SUBJECT, &result, NULL);

	/* What fails in us is never told as the program's fault. */
	cr_expect(ne(int, result.verdict, VERDICT_FAIL), "%s",
		  result.finding_count ? result.findings[0].text : "");
	cr_expect(rc <= 0);
	case_result_release(&result);
	return rc;
}

/* Launch, channels, filters, triggers, outputs, oracles, verdict: each allocation and call of ours.
 */
Test(run_worker, survives_want_of_everything)
{
	struct scenario_file file = bench_read(
		HEAD "channels: {c: pipe}\n"
		     "processes: {a: {run: [echo, hi], stdout: c}, b: {run: [cat], stdin: c}}\n"
		     "faults: [{at: {process: b, call: read, on: c, nth: 1}, do: {short: 1}}]\n"
		     "expect: {b: {stdout: {equals: \"hi\\n\"}}}\n");

	fault_sweep_tolerant(run_tolerant, &file);
	scenario_file_release(&file);
}

#define RIVALS 4

/* They compete for the one processor that the test is left with. */
static void start_rivals(pid_t pids[RIVALS])
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	cr_assert(eq(int, sched_setaffinity(0, sizeof(one), &one), 0));
	for (int i = 0; i < RIVALS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				;
		}
	}
}

/* 0.3 s of work under a deadline of 0.4 s, on a machine that gives it a fifth of its time. */
Test(run_worker, time_without_a_processor_is_not_the_programs)
{
	struct scenario_file file = bench_read(
		HEAD "deadline: 400ms\n"
		     "processes: {a: {run: 'while [ $(cut -d\" \" -f14 /proc/$$/stat) -lt 30 ]; do "
		     "i=0; while [ $i -lt 10000 ]; do i=$((i + 1)); done; done'}}\n"
		     "expect: {within: 400ms}\n");
	struct case_result result;
	pid_t rivals[RIVALS];
	char *findings;

	start_rivals(rivals);
	cr_expect(eq(int, bench_run(file.scenarios[0], ROLE_SUBJECT, &result, NULL), 0));
	findings = bench_findings(&result);
	cr_expect(eq(int, result.verdict, VERDICT_PASS), "%s", findings);
	cr_expect(ge(u64, result.duration_ns, 400 * NS_PER_MS + 1), "too fast to show anything");
	for (int i = 0; i < RIVALS; i++) {
		kill(rivals[i], SIGKILL);
		waitpid(rivals[i], NULL, 0);
	}
	free(findings);
	case_result_release(&result);
	scenario_file_release(&file);
}
