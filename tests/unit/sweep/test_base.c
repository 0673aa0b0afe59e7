/*
 * What is swept of a file: its processes without its faults; and as it says.
 */
#include "sweep/base.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "recorded.h"

static const char text[] = "scenario: a pipe\n"
			   "mechanism: pipe\n"
			   "channels: {data: pipe}\n"
			   "processes:\n"
			   "  writer: {run: [/bin/echo, hello], stdout: data}\n"
			   "  reader: {run: [/bin/cat], stdin: data}\n"
			   "faults:\n"
			   "  - name: late\n"
			   "    at: {process: reader, call: read}\n"
			   "    do: {delay: 5ms}\n"
			   "expect:\n"
			   "  reader: {stdout: hello}\n"
			   "control:\n"
			   "  reader: {run: [/bin/true], stdin: data}\n"
			   "  caught: {reader: [wrong-output]}\n"
			   "repeat: 3\n";

static struct scenario_file file;
static struct sweep_base base;

static void open_as(enum role role)
{
	cr_assert(eq(int, base_of_scenario(read_one(text, &file), role, &base), 0));
}

static void release(void)
{
	base_release(&base);
	scenario_file_release(&file);
}

TestSuite(sweep_base, .fini = release);

Test(sweep_base, it_is_swept_without_its_faults)
{
	open_as(ROLE_SUBJECT);
	cr_expect(eq(sz, base.scenario.fault_count, 0));
	cr_expect(eq(int, base.scenario.expect.processes[1].out.kind, MATCH_NONE));
	cr_expect(eq(str, base.scenario.processes[1].argv.items[0], (char *)"/bin/cat"));
}

Test(sweep_base, what_the_file_says_is_kept)
{
	open_as(ROLE_SUBJECT);
	cr_assert(eq(sz, base.written.fault_count, 1));
	cr_expect(eq(str, base.written.faults[0].name, (char *)"late"));
	cr_expect(base_says_something(&base.written));
	cr_expect(ne(int, base.written.expect.processes[1].out.kind, MATCH_NONE));
	cr_expect(eq(uint, base.written.repeat, 1));
	cr_expect(not(base.written.control.present));
}

Test(sweep_base, both_with_the_processes_of_the_control)
{
	open_as(ROLE_CONTROL);
	cr_expect(eq(str, base.scenario.processes[1].argv.items[0], (char *)"/bin/true"));
	cr_expect(eq(str, base.written.processes[1].argv.items[0], (char *)"/bin/true"));
	cr_expect(eq(str, base.written.processes[0].argv.items[0], (char *)"/bin/echo"));
}

Test(sweep_base, a_file_without_faults_and_demands_says_nothing_itself)
{
	static const char plain[] = "scenario: a pipe\n"
				    "mechanism: pipe\n"
				    "processes: {one: {run: [/bin/true]}}\n";

	cr_assert(eq(int, base_of_scenario(read_one(plain, &file), ROLE_SUBJECT, &base), 0));
	cr_expect(not(base_says_something(&base.written)));
}

Test(sweep_base, one_of_several_compilations_is_swept)
{
	static const char levels[] = "scenario: a program\n"
				     "mechanism: mmap\n"
				     "build: {sources: [x.c], levels: [-O0, -O2]}\n"
				     "processes: {one: {run: [\"${build}/x\"]}}\n"
				     "expect: {same-at-every-level: true}\n";

	cr_assert(eq(int, base_of_scenario(read_one(levels, &file), ROLE_SUBJECT, &base), 0));
	cr_expect(eq(sz, base.scenario.build.levels.count, 1));
	cr_expect(eq(str, base.scenario.build.levels.items[0], (char *)"-O0"));
	cr_expect(eq(sz, base.written.build.levels.count, 2));
}

Test(sweep_base, of_a_command_there_is_no_file)
{
	char *argv[] = {(char *)"/bin/true", NULL};

	cr_assert(eq(int, base_of_command(argv, NULL, &base), 0));
	cr_expect(eq(ptr, base.written.processes, NULL));
}
