#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "lib.h"

Test(scenario_matrix, each_combination_is_a_case)
{
	static const char *const want[][2] = {{"a", "1"}, {"a", "2"}, {"a", "3"},
					      {"b", "1"}, {"b", "2"}, {"b", "3"}};
	struct scenario_file file =
		read_cases("scenario: x ${letter}${digit}\nmechanism: process\n"
			   "matrix: {letter: [a, b], digit: [1, 2, 3]}\n"
			   "processes: {p: {run: [prog, \"${letter}-${digit}\"]}}\n",
			   6);

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		const struct scenario *s = file.scenarios[i];
		char title[16], argument[16];

		snprintf(title, sizeof(title), "x %s%s", want[i][0], want[i][1]);
		snprintf(argument, sizeof(argument), "%s-%s", want[i][0], want[i][1]);
		cr_expect(eq(str, s->title, title), "case %zu", i);
		cr_expect(eq(str, s->processes[0].argv.items[1], argument), "case %zu", i);
		cr_assert(eq(sz, s->matrix_count, 2));
		cr_expect(eq(str, s->matrix[0].name, "letter"));
		cr_expect(eq(str, s->matrix[0].value, (char *)want[i][0]), "case %zu", i);
		cr_expect(eq(str, s->matrix[1].value, (char *)want[i][1]), "case %zu", i);
	}
	scenario_file_release(&file);
}

Test(scenario_matrix, values_are_texts_and_fit_where_words_do)
{
	struct scenario_file file =
		read_cases(SCN_HEAD
			   "matrix: {signal: [SIGUSR1, SIGCHLD], restart: [yes, no], n: [2, 3..]}\n"
			   "faults:\n"
			   "  - at: {process: reader, call: read, nth: \"${n}\"}\n"
			   "    do: {signal: \"${signal}\", nested: \"${restart}\"}\n",
			   8);

	cr_expect(eq(str, file.scenarios[0]->matrix[1].value, "yes"));
	cr_expect(file.scenarios[0]->faults[0].action.nested);
	cr_expect(not(file.scenarios[2]->faults[0].action.nested));
	cr_expect(eq(int, file.scenarios[0]->faults[0].at.count.kind, COUNT_LIST));
	cr_expect(eq(int, file.scenarios[1]->faults[0].at.count.kind, COUNT_RANGE));
	scenario_file_release(&file);
}

Test(scenario_matrix, variables_use_what_stands_before_them)
{
	struct scenario_file file =
		read_good("scenario: x\nmechanism: fifo\n"
			  "channels: {q: fifo}\n"
			  "matrix: {n: [5]}\n"
			  "vars: {a: \"n=${n}\", b: \"${a},${a}\", c: \"${tmp}/${q}\"}\n"
			  "processes: {p: {run: [prog, \"${b}\", \"${c}\", \"$${b} $5 $$\"]}}\n");
	const struct strings *argv = &file.scenarios[0]->processes[0].argv;

	cr_expect(eq(str, argv->items[1], "n=5,n=5"));
	cr_expect(eq(str, argv->items[2], "${tmp}/${q}"), "left for the run");
	cr_expect(eq(str, argv->items[3], "$${b} $5 $$"), "left for the run");
	scenario_file_release(&file);
}

Test(scenario_matrix, only_bad_combinations_are_refused)
{
	struct scenario_file file =
		read_scn(SCN_HEAD "matrix: {s: [SIGUSR1, SIGNONE]}\n"
				  "faults: [{at: {started: true}, do: {kill: \"${s}\"}}]\n");

	cr_expect(eq(sz, file.count, 1));
	cr_expect(eq(sz, file.problems.count, 1));
	scenario_file_release(&file);
}

Test(scenario_matrix, a_large_one_is_read_in_good_time)
{
	struct scenario_file file = read_cases(SCN_HEAD "matrix:\n"
							"  a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
							"  b: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"
							"  c: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n",
					       SCENARIO_CASES_MAX);

	cr_expect(eq(str, file.scenarios[999]->matrix[2].value, "9"));
	scenario_file_release(&file);
}
