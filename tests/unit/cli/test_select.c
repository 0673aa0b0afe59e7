#include "cli/select.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/util.h"
#include "lib/fault.h"

static struct matrix_value no[] = {{"signal", "SIGUSR1"}, {"restart", "no"}};
static struct matrix_value yes[] = {{"signal", "SIGUSR1"}, {"restart", "yes"}};
static struct matrix_value blank[] = {{"mode", "a b=c"}};
static char *tags[] = {"slow", "net"};

static struct scenario a = {.file = "d/pipe-x.scn",
			    .pos = {1, 1},
			    .title = "the writer survives",
			    .mechanism = MECHANISM_PIPE,
			    .control.present = true,
			    .seed = 7};
static struct scenario b = {.file = "d/pipe-x.scn",
			    .pos = {9, 1},
			    .mechanism = MECHANISM_SIGNAL,
			    .title = "the writer survives twice",
			    .repeat = 3,
			    .tags = {tags, 2}};
static struct scenario c1 = {.file = "d/sig.scn",
			     .pos = {1, 1},
			     .title = "restart",
			     .matrix = no,
			     .matrix_count = 2,
			     .control.present = true};
static struct scenario c2 = {.file = "d/sig.scn",
			     .pos = {1, 1},
			     .title = "restart",
			     .matrix = yes,
			     .matrix_count = 2,
			     .control.present = true};
static struct scenario d = {.file = "d/sig.scn",
			    .pos = {20, 1},
			    .title = "blank",
			    .mechanism = MECHANISM_PROCESS,
			    .matrix = blank,
			    .matrix_count = 1};
static struct scenario *const all[] = {&a, &b, &c1, &c2, &d};

/* `a+7` is the subject of a with seed 7, `a-7` its control. */
static void text_of(const struct selection *selection, char *text, size_t size)
{
	static const char *const names[] = {"a", "b", "c1", "c2", "d"};

	*text = '\0';
	for (size_t i = 0; i < selection->count; i++) {
		const struct run_case *c = &selection->cases[i];
		size_t used = strlen(text), k = 0;

		while (all[k] != c->scenario)
			k++;
		snprintf(text + used, size - used, "%s%s%s%d", i ? " " : "", names[k],
			 c->role == ROLE_CONTROL ? "-" : "+", (int)c->seed);
	}
}

struct choice_row {
	char argument[64], second[32], cases[100];
	int scenarios;
};

static const struct choice_row choice_rows[] = {
	{"-v", "-v", "a+7 a-7 b+0 b+1 b+2 c1+0 c1-0 c2+0 c2-0 d+0", 4},
	{"--filter=the writer survives", "-v", "a+7 a-7", 1},
	{"--filter=survives WRITER", "-v", "a+7 a-7 b+0 b+1 b+2", 2},
	{"--filter=pipe-x survives", "-v", "a+7 a-7 b+0 b+1 b+2", 2},
	{"--filter=signal", "--role=subject", "b+0 b+1 b+2 c1+0 c2+0", 2},
	{"--filter=restart=yes", "-v", "c2+0 c2-0", 1},
	{"--filter=nothing", "-v", "", 0},
	{"--filter=twice", "--filter=blank", "b+0 b+1 b+2 d+0", 2},
	{"--tag=net", "-v", "b+0 b+1 b+2", 1},
	{"--tag=fast", "--tag=slow", "b+0 b+1 b+2", 1},
	{"--tag=lo", "-v", "", 0},
	{"--role=control", "-v", "a-7 c1-0 c2-0", 2},
	{"--case=restart=no", "-v", "c1+0 c1-0", 1},
	{"--case=restart=yes signal=SIGUSR1", "-v", "c2+0 c2-0", 1},
	{"--case=mode=a b=c", "-v", "d+0", 1},
	{"--case=restart=n", "-v", "", 0},
	{"--case=restart=no", "--case=mode=a b=c", "c1+0 c1-0 d+0", 2},
	{"--seed=5", "--tag=net", "b+5 b+6 b+7", 1},
	{"--repeat=2", "--tag=net", "b+0 b+1", 1},
	{"--repeat=2", "--filter=the writer survives", "a+7 a-7 a+8 a-8", 1},
	{"--seed=9", "--filter=the writer survives", "a+9 a-9", 1},
};

static void check_choice_row(const struct choice_row *row)
{
	char *argv[] = {"run", row->argument, row->second, NULL}, text[512];
	struct selection selection;
	struct run_options options;
	struct err err = ERR_INIT;

	cr_assert(eq(int, run_options_parse(3, argv, &options, &err), 0), "%s", err.text);
	cr_assert(eq(int, selection_make(all, ARRAY_SIZE(all), &options, &selection), 0));
	text_of(&selection, text, sizeof(text));
	cr_expect(eq(str, text, row->cases), "%s %s", row->argument, row->second);
	cr_expect(eq(sz, selection.scenarios, row->scenarios), "%s %s", row->argument, row->second);
	selection_release(&selection);
	run_options_release(&options);
}

Test(cli_select, chooses)
{
	for (size_t i = 0; i < ARRAY_SIZE(choice_rows); i++)
		check_choice_row(&choice_rows[i]);
}

static int make_one(void *arg)
{
	struct selection selection = {0};
	int r = selection_make(all, ARRAY_SIZE(all), arg, &selection);

	selection_release(&selection);
	return r;
}

Test(cli_select, survives_want_of_memory)
{
	char *argv[] = {"run", "--filter=the writer", "--case=restart=no", NULL};
	struct run_options options;

	cr_assert(eq(int, run_options_parse(3, argv, &options, NULL), 0));
	fault_sweep(make_one, &options);
	run_options_release(&options);
}
