/*
 * Repeated runs that start from a copy see what one that is executed sees.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "bench.h"
#include "engine/snapshot.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

#define RUNS 6

/* Run by the case of frozen-cases.c; what each of the runs must print. */
static const struct row {
	const char *name, *printed;
	const char *more; /* of the scenario */
	int status;	  /* that it exits with */
} rows[] = {
	{"ids", "leader first\\n", ""},
	{"kept-id", "handled\\nEDEADLK\\nowner\\n", ""},
	{"robust", "EOWNERDEAD\\n", ""},
	{"descriptors", "read 5\\nflags as ever\\nlock free\\n", ", stdin: {text: hello}"},
	{"memory", "count 1\\n", ""},
};

static struct scenario_file read_case(const struct row *row, const char *faults)
{
	char text[800];

	snprintf(text, sizeof(text),
		 "scenario: x\nmechanism: process\n"
		 "processes: {a: {run: [\"%s/frozen-cases\", %s]%s}}\n%s"
		 "expect: {a: {exit: %d, stdout: {equals: \"%s\"}}, allow: [leak]}\n",
		 SUBJECTS, row->name, row->more, faults, row->status, row->printed);
	return bench_read(text);
}

static void run_case(struct bench *b, const struct run_case *c, const char *name, int nth)
{
	struct case_result result;
	struct err err = ERR_INIT;
	char *findings;

	cr_expect(eq(int, bench_case(b, c, &result, &err), 0), "%s: %s", name, err.text);
	findings = bench_findings(&result);
	cr_expect(eq(int, result.verdict, VERDICT_PASS), "%s, run %d: %s%s", name, nth,
		  result.reason ? result.reason : "", findings);
	free(findings);
	case_result_release(&result);
}

static void run_once(struct bench *b, const struct scenario *scenario, const char *name, int nth)
{
	const struct run_case c = {.scenario = scenario, .role = ROLE_SUBJECT, .seed = 7};

	run_case(b, &c, name, nth);
}

static size_t count_frozen(const struct bench *b)
{
	size_t count = 0;

	for (size_t i = 0; i < FROZEN_MAX; i++)
		count += b->worker.frozen.programs[i].snapshot != NULL;
	return count;
}

static bool has_copies(const struct bench *b)
{
	return count_frozen(b);
}

Test(run_frozen, a_copy_sees_what_an_executed_program_sees)
{
	needs_no_valgrind("it follows no program that ptrace makes fork");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scenario_file file = read_case(&rows[i], "");
		struct bench b;

		cr_assert(eq(int, bench_open(&b), 0));
		for (int run = 1; run <= RUNS; run++) {
			run_once(&b, file.scenarios[0], rows[i].name, run);
			cr_expect(eq(int, has_copies(&b), run > 2), "%s, run %d", rows[i].name,
				  run);
		}
		bench_close(&b);
		scenario_file_release(&file);
	}
}

/* The third write fails, in each of them, and in no other. */
Test(run_frozen, faults_strike_each_copy)
{
	const struct row row = {"descriptors", "read 5\\nflags as ever\\n",
				", stdin: {text: hello}", .status = 99};
	struct scenario_file file;
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	file = read_case(&row, "faults: [{at: {call: write, nth: 3}, do: {errno: EIO}}]\n");
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 1; run <= RUNS; run++)
		run_once(&b, file.scenarios[0], row.name, run);
	cr_expect(has_copies(&b));
	bench_close(&b);
	scenario_file_release(&file);
}

/* The n-th time a call is made it fails, for each of them in turn; what they are like is first. */
static const char *const attempts[] = {
	"",
	"faults: [{at: {call: read, nth: 1}, do: {errno: EIO}}]\n",
	"faults: [{at: {call: flock, nth: 1}, do: {errno: ENOLCK}}]\n",
	"faults: [{at: {call: write, nth: 3}, do: {errno: EIO}}]\n",
	"faults: [{at: {call: write, nth: 2}, do: {errno: EIO}}]\n",
};

static struct scenario_file read_attempt(size_t nth)
{
	static const char *const printed[] = {
		"read 5\\nflags as ever\\nlock free\\n",
		"read -1\\nflags as ever\\nlock free\\n",
		"read 5\\nflags as ever\\nlock ENOLCK\\n",
		"read 5\\nflags as ever\\n",
		"read 5\\n",
	};
	const struct row row = {"descriptors", printed[nth], ", stdin: {text: hello}",
				.status = nth >= 3 ? 99 : 0};

	return read_case(&row, attempts[nth]);
}

/* …with a frozen one for each filter: reads, locks and writes. */
Test(run_frozen, cases_that_are_alike_share_the_program)
{
	struct scenario_file files[ARRAY_SIZE(attempts)];
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++)
		files[i] = read_attempt(i);
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 0; run < 4 * RUNS; run++) {
		const struct run_case c = {.scenario = files[1 + run % 4].scenarios[0],
					   .like = files[0].scenarios[0],
					   .role = ROLE_SUBJECT,
					   .seed = 7};

		run_case(&b, &c, attempts[1 + run % 4], run);
	}
	cr_expect(eq(sz, count_frozen(&b), 3));
	bench_close(&b);
	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++)
		scenario_file_release(&files[i]);
}

Test(run_frozen, who_is_executed_finds_no_frozen_one_beside_it)
{
	struct scenario_file base = read_attempt(0), attempt = read_attempt(1);
	struct scenario_file limited =
		read_case(&rows[4], "faults: [{at: {started: true}, do: {limit: {nofile: 50}}}]\n");
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 0; run < RUNS; run++) {
		const struct scenario_file *file = run == RUNS - 1 ? &limited : &attempt;
		const struct run_case c = {.scenario = file->scenarios[0],
					   .like = base.scenarios[0],
					   .role = ROLE_SUBJECT,
					   .seed = 7};

		run_case(&b, &c, "beside", run);
		cr_expect(eq(int, has_copies(&b), run >= 2 && run < RUNS - 1), "run %d", run);
	}
	bench_close(&b);
	scenario_file_release(&base);
	scenario_file_release(&attempt);
	scenario_file_release(&limited);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	cr_assert(ne(ptr, file, NULL));
	fputs(text, file);
	fclose(file);
}

/* Written anew it is the same file; moved there it is another one. */
Test(run_frozen, each_copy_reads_the_file_that_is_there_now)
{
	char *folder = tmpdir_new(), path[128], other[128], more[160];
	struct row row = {"descriptors", "read 5\\nflags as ever\\nlock free\\n", more};
	struct scenario_file five, three;
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	snprintf(path, sizeof(path), "%s/input", folder);
	snprintf(other, sizeof(other), "%s/other", folder);
	snprintf(more, sizeof(more), ", stdin: \"%s\"", path);
	five = read_case(&row, "");
	row.printed = "read 3\\nflags as ever\\nlock free\\n";
	three = read_case(&row, "");
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 0; run < 3 * RUNS; run++) {
		const struct scenario_file *file = run < 2 * RUNS ? &five : &three;
		const struct run_case c = {.scenario = file->scenarios[0],
					   .like = five.scenarios[0],
					   .role = ROLE_SUBJECT,
					   .seed = 7};

		if (run % RUNS == 0) {
			write_file(other, run < 2 * RUNS ? "12345" : "123");
			cr_assert(eq(int, rename(other, path), 0));
		}
		write_file(path, run < 2 * RUNS ? "54321" : "321");
		run_case(&b, &c, "input", run);
		cr_expect(eq(int, has_copies(&b), run >= 2), "run %d", run);
	}
	bench_close(&b);
	scenario_file_release(&five);
	scenario_file_release(&three);
	tmpdir_free(folder);
}

static struct scenario_file read_variants(const char *run)
{
	char text[800];

	snprintf(text, sizeof(text),
		 "scenario: x\nmechanism: process\nmatrix: {n: [1, 2, 3, 4, 5, 6]}\n"
		 "processes: {a: {run: %s}}\n"
		 "faults: [{at: {call: write, nth: \"${n}\"}, do: {errno: EIO}}]\n"
		 "expect: {a: {exit: any}, allow: [leak]}\n",
		 run);
	return bench_read(text);
}

/* What a variant launches may be another program. */
static void run_variants(const char *run, size_t frozen)
{
	struct scenario_file file;
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	file = read_variants(run);
	cr_assert(eq(int, bench_open(&b), 0));
	for (size_t i = 0; i < file.count; i++) {
		run_once(&b, file.scenarios[i], run, (int)i + 1);
		cr_expect(eq(sz, count_frozen(&b), i < 2 ? 0 : frozen), "%s, run %zu", run, i + 1);
	}
	bench_close(&b);
	scenario_file_release(&file);
}

Test(run_frozen, variants_that_launch_the_same_share_the_program)
{
	run_variants("[\"" SUBJECTS "/bench-prints\"]", 1);
}

Test(run_frozen, a_variant_of_the_arguments_has_none_of_the_others)
{
	run_variants("[\"" SUBJECTS "/bench-prints\", \"1${n}\"]", 0);
}

Test(run_frozen, who_asks_for_an_executed_program_gets_one)
{
	struct scenario_file file = read_case(&rows[0], "");
	const struct run_case c = {
		.scenario = file.scenarios[0], .role = ROLE_SUBJECT, .seed = 7, .executed = true};
	struct bench b;

	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 1; run <= RUNS; run++) {
		run_case(&b, &c, rows[0].name, run);
		cr_expect(not(has_copies(&b)), "run %d", run);
	}
	bench_close(&b);
	scenario_file_release(&file);
}

/* As many as there is room for: the ones that nobody has needed for long make room. */
Test(run_frozen, more_filters_than_programs_can_be_frozen)
{
	static const char *const calls[] = {
		"read",	   "write",	 "openat", "close",  "lseek",  "dup",
		"dup2",	   "pipe2",	 "socket", "bind",   "mmap",   "flock",
		"fcntl",   "ftruncate",	 "rename", "unlink", "mkdir",  "poll",
		"fsync",   "kill",	 "splice", "tee",    "accept", "listen",
		"connect", "getdents64", "ioctl",  "munmap", "msync",  "shmget",
		"semget",  "msgget",	 "shmat",  "semop",  "futex",  "eventfd2",
	};
	struct scenario_file base = read_case(&rows[4], ""), files[ARRAY_SIZE(calls)];
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	cr_assert(eq(int, bench_open(&b), 0));
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		char faults[200];

		snprintf(faults, sizeof(faults),
			 "faults: [{at: {call: %s, nth: 9999}, do: {signal: SIGUSR1}}]\n",
			 calls[i]);
		files[i] = read_case(&rows[4], faults);
	}
	for (size_t i = 0; i < 2 * ARRAY_SIZE(calls); i++) {
		struct case_result result;
		struct err err = ERR_INIT;
		const struct run_case c = {.scenario = files[i % ARRAY_SIZE(calls)].scenarios[0],
					   .like = base.scenarios[0],
					   .role = ROLE_SUBJECT,
					   .seed = 7};

		cr_expect(eq(int, bench_case(&b, &c, &result, &err), 0), "%s", err.text);
		cr_expect(eq(int, result.verdict, VERDICT_INCONCLUSIVE), "%s: %s",
			  calls[i % ARRAY_SIZE(calls)], result.reason ? result.reason : "");
		case_result_release(&result);
	}
	cr_expect(eq(sz, count_frozen(&b), FROZEN_MAX));
	bench_close(&b);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		scenario_file_release(&files[i]);
	scenario_file_release(&base);
}

/* A program may kill whatever it can. */
Test(run_frozen, who_kills_the_frozen_one_does_no_harm)
{
	struct scenario_file file;
	struct bench b;

	needs_no_valgrind("it follows no program that ptrace makes fork");
	file = read_case(&rows[0], "");
	cr_assert(eq(int, bench_open(&b), 0));
	for (int run = 1; run <= RUNS; run++) {
		run_once(&b, file.scenarios[0], rows[0].name, run);
		if (has_copies(&b))
			kill(snapshot_pid(b.worker.frozen.programs[0].snapshot), SIGKILL);
	}
	bench_close(&b);
	scenario_file_release(&file);
}

/* What others could tell: no copies. */
static const struct unfit {
	const char *name, *text;
} unfit[] = {
	{"two processes", "processes: {a: {run: [\"true\"]}, b: {run: [\"true\"]}}\n"},
	{"a channel", "channels: {c: pipe}\nprocesses: {a: {run: echo, stdout: c}}\n"},
	{"a folder", "processes: {a: {run: [\"true\"], cwd: /}}\n"},
	{"a static program", "processes: {a: {run: [\"" SUBJECTS "/e2e-follow-static\", exit]}}\n"
			     "expect: {a: {exit: any}}\n"},
	{"a function", "processes: {a: {run: [\"true\"]}}\n"
		       "faults: [{at: {function: exit, nth: 9}, do: {signal: SIGUSR1}}]\n"},
	{"a limit of processes", "processes: {a: {run: [\"true\"], limits: {nproc: 1000}}}\n"},
	{"a limit as a fault", "processes: {a: {run: [\"true\"]}}\n"
			       "faults: [{at: {call: exit_group}, do: {limit: {nproc: 5}}}]\n"},
	{"the start", "processes: {a: {run: [\"true\"]}}\n"
		      "faults: [{at: {started: true}, do: {limit: {nofile: 50}}}]\n"},
};

Test(run_frozen, where_somebody_could_tell_each_run_is_executed)
{
	for (size_t i = 0; i < ARRAY_SIZE(unfit); i++) {
		struct case_result result;
		struct err err = ERR_INIT;
		struct scenario_file file;
		struct bench b;
		char text[500];

		snprintf(text, sizeof(text), "scenario: x\nmechanism: process\n%s", unfit[i].text);
		file = bench_read(text);
		cr_assert(eq(int, bench_open(&b), 0));
		for (int run = 1; run <= 4; run++) {
			cr_expect(
				eq(int,
				   bench_again(&b, file.scenarios[0], ROLE_SUBJECT, &result, &err),
				   0));
			case_result_release(&result);
			cr_expect(not(has_copies(&b)), "%s", unfit[i].name);
		}
		bench_close(&b);
		scenario_file_release(&file);
	}
}
