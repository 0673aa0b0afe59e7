#include "sweep/write.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "recorded.h"

/* What is written of @text, read and written again: it must be the same. */
static char *written(const struct scenario *scenario)
{
	struct err err = ERR_INIT;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int rc = scenario_write(scenario, NULL, out, &err);

	fclose(out);
	cr_assert(eq(int, rc, 0), "%s", err.text);
	return text;
}

static const char *const texts[] = {
	recorded_text,
	"scenario: 'all \"words\" \\ of a process'\n"
	"mechanism: unix-stream\n"
	"needs: [valgrind]\n"
	"channels: {s: {socketpair: seqpacket}, p: {pipe: {capacity: 4096}}, f: {fifo: way},\n"
	"  t: {tcp: loopback}, q: {mq: {maxmsg: 4, msgsize: 64}}, m: {shm: {size: 4096}}}\n"
	"processes:\n"
	"  one:\n"
	"    run: [\"${harness}/x\", \"${dir}/a b\", \"$${x}\", \"tab\\t\\e[1m\", 'ü']\n"
	"    stdin: {text: \"a\\nb\\n\"}\n"
	"    stdout: p\n"
	"    fds: {3: s.read, 4: p.read, 5: p.write}\n"
	"    env: {A: b, C: null}\n"
	"    cwd: /tmp\n"
	"    limits: {nofile: 16, nproc: 9}\n"
	"  two:\n"
	"    run: echo a | cat\n"
	"    stdin: /dev/zero\n"
	"    stderr: /dev/null\n"
	"    start: {after: {output: /rea.y/, of: one}}\n"
	"    under: memcheck\n"
	"    count: 3\n"
	"faults:\n"
	"  - name: a\n"
	"    at: {process: one/main, call: write, on: {fd: 1}, nth: 3..}\n"
	"    do: {errno: ENOSPC}\n"
	"  - name: b\n"
	"    at: {process: 'one/child[2]', call: open, thread: 2, nth: 7}\n"
	"    do: {errno: EMFILE}\n"
	"  - name: c\n"
	"    at: {process: one, call: read, on: {fd: 0}, nth: 3..1002}\n"
	"    do: {short: 1}\n"
	"  - name: d\n"
	"    at: {process: one, call: read, phase: blocked}\n"
	"    do: {pulse: 2ms}\n"
	"  - name: e\n"
	"    at: {process: one, call: write, phase: exit}\n"
	"    do: {kill: SIGKILL, of: 'two/child[1]'}\n"
	"  - name: f\n"
	"    at: {process: one, call: close, on: {fd: 4}}\n"
	"    do: {errno-after: EIO}\n"
	"  - name: g\n"
	"    at: {process: one, call: read, on: {fd: 4}}\n"
	"    do: {nonblock: true}\n"
	"  - name: h\n"
	"    at: {process: one, call: read, on: {fd: 4}}\n"
	"    do: {signal: SIGCHLD, when: before}\n"
	"  - name: i\n"
	"    at: {process: two/main, started: true}\n"
	"    do: {stop: 200ms, of: two/main}\n"
	"  - name: j\n"
	"    at: {after: i}\n"
	"    do: {signal: SIGCONT, of: two/main}\n"
	"  - name: k\n"
	"    at: {process: two, lock: held}\n"
	"    do: {kill: SIGKILL}\n"
	"  - name: l\n"
	"    at: {process: one, call: write, on: {fd: 5}, nth: 2}\n"
	"    do: {fill: true}\n"
	"  - name: m\n"
	"    at: {process: one, call: sendto, on: {fd: 3}}\n"
	"    do: {signal: SIGUSR1, burst: 20}\n"
	"  - name: n\n"
	"    at: {process: one, call: sendto, on: {fd: 3}}\n"
	"    do: {drop: true}\n"
	"expect:\n"
	"  survives: end\n"
	"  two: {exit: any}\n"
	"  allow: [leak, hang]\n"
	"deadline: 1500ms\n"
	"seed: 7\n",
	"scenario: all that can be demanded\n"
	"mechanism: mmap\n"
	"processes:\n"
	"  one: {run: [/bin/true]}\n"
	"  two: {run: [/bin/true]}\n"
	"  three: {run: [/bin/true]}\n"
	"expect:\n"
	"  one: {exit: [0, 3], stdout: {file: \"${dir}/x\"}, stderr: {equals: \"a\\nb\"}}\n"
	"  two: {killed: SIGTERM, stdout: {same-as: fault-free}}\n"
	"  three: {stderr: /x y$/}\n"
	"  within: 2s\n"
	"  same-output: true\n"
	"  files: {\"${tmp}/a\": text, \"${tmp}/b\": absent}\n"
	"  objects: none\n"
	"  check: [/bin/test, -f, \"${tmp}/a\"]\n"
	"  recovers: 250us\n"
	"schedule:\n"
	"  turns: 12:2,30:1/41~pso77!2@17=9\n"
	"  shows: [race, wrong-exit]\n"
	"  code: {one: 0123456789abcdef, three: ffffffffffffffff}\n",
	"scenario: nothing demanded\n"
	"mechanism: mmap\n"
	"processes: {one: {run: [/bin/true]}}\n"
	"schedule: /41\n",
};

Test(sweep_write, what_is_written_means_the_same)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct scenario_file file, again;
		char *first = written(read_one(texts[i], &file)), *second;

		second = written(read_one(first, &again));
		cr_expect(eq(str, first, second));
		scenario_file_release(&file);
		scenario_file_release(&again);
		free(first);
		free(second);
	}
}

static void expect_line(const char *text, const char *line)
{
	cr_expect(ne(ptr, strstr(text, line), NULL), "'%s' is not in:\n%s", line, text);
}

Test(sweep_write, says_what_the_scenario_says)
{
	struct scenario_file file;
	char *text = written(read_one(texts[1], &file));

	expect_line(
		text,
		"run: [\"${harness}/x\", \"/folder/a b\", \"$${x}\", \"tab\\x09\\x1b[1m\", \"ü\"]");
	expect_line(text, "at: {process: \"one/main\", call: write, on: {fd: 1}, nth: \"3..\"}");
	expect_line(text, "at: {process: \"one/child[2]\", call: open, thread: 2, nth: 7}");
	expect_line(text, "do: {kill: SIGKILL, of: \"two/child[1]\"}");
	expect_line(text, "at: {after: \"i\"}");
	expect_line(text, "at: {process: \"two/main\", started: true}");
	expect_line(text, "at: {process: \"two\", lock: held, nth: 1}");
	expect_line(text, "do: {stop: 200ms, of: \"two/main\"}");
	expect_line(text, "do: {signal: SIGUSR1, burst: 20}");
	expect_line(text, "do: {fill: true}");
	expect_line(text, "do: {drop: true}");
	expect_line(text, "stdin: {text: \"a\\nb\\n\"}");
	expect_line(text, "start: {after: {output: \"/rea.y/\", of: \"one\"}}");
	expect_line(text, "  survives: end\n");
	expect_line(text, "deadline: 1500ms\n");
	scenario_file_release(&file);
	free(text);
}

Test(sweep_write, says_what_is_demanded)
{
	struct scenario_file file;
	char *text = written(read_one(texts[2], &file));

	expect_line(text, "  \"one\": {exit: [0, 3], stdout: {file: \"/folder/x\"}, "
			  "stderr: {equals: \"a\\nb\"}}\n");
	expect_line(text, "  \"two\": {killed: SIGTERM, stdout: {same-as: fault-free}}\n");
	expect_line(text, "  \"three\": {stderr: \"/x y$/\"}\n");
	expect_line(text, "  within: 2000000us\n  same-output: true\n  files:\n"
			  "    \"${tmp}/a\": \"text\"\n    \"${tmp}/b\": absent\n"
			  "  objects: none\n  check: [\"/bin/test\", \"-f\", \"${tmp}/a\"]\n"
			  "  recovers: 250us\n");
	expect_line(text, "schedule:\n  turns: \"12:2,30:1/41~pso77!2@17=9\"\n"
			  "  shows: [wrong-exit, race]\n  code:\n"
			  "    \"one\": \"0123456789abcdef\"\n    \"three\": \"ffffffffffffffff\"\n");
	scenario_file_release(&file);
	free(text);
	text = written(read_one(texts[3], &file));
	cr_expect(eq(ptr, strstr(text, "expect"), NULL), "%s", text);
	scenario_file_release(&file);
	free(text);
}

Test(sweep_write, refuses_what_yaml_cannot_hold)
{
	char *argv[] = {"echo", "\xff", NULL};
	struct err err = ERR_INIT;
	struct sweep_base base;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	cr_assert(eq(int, base_of_command(argv, NULL, &base), 0));
	cr_expect(eq(int, scenario_write(&base.scenario, NULL, out, &err), -EILSEQ));
	fclose(out);
	free(text);
	base_release(&base);
}
