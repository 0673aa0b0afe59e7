#include "sweep/base.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"

#define COMMAND_DEADLINE_NS (60 * NS_PER_S) /* of the runs without faults */

/* The command's name without its folder, in the letters that a process's name may have. */
static char *name_of(const char *program)
{
	cleanup_free char *copy = mem_strdup(program);
	char *name = copy ? mem_strdup(basename(copy)) : NULL;

	for (char *c = name; c && *c; c++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", *c))
			*c = '_';
	return name;
}

static int add_argv(struct process_spec *p, char *const *argv)
{
	for (; *argv; argv++) {
		char **slot = mem_append(&p->argv.items, &p->argv.count, sizeof(*slot));

		if (slot)
			*slot = mem_strdup(*argv);
		if (!slot || !*slot)
			return -ENOMEM;
	}
	return 0;
}

static int fill_command(struct scenario *s, char *const *argv, const char *input)
{
	struct process_spec *p = mem_append(&s->processes, &s->process_count, sizeof(*p));

	s->expect.processes = mem_zalloc(sizeof(*s->expect.processes));
	s->file = mem_strdup("sweep");
	s->title = mem_strdup(argv[0]);
	if (!p)
		return -ENOMEM;
	p->copies = 1;
	p->start.of = p->start.fault = INDEX_NONE;
	p->name = name_of(argv[0]);
	if (input) {
		p->in.kind = STDIO_FILE;
		p->in.text = mem_strdup(input);
	}
	if (!s->expect.processes || !s->file || !s->title || !p->name || (input && !p->in.text))
		return -ENOMEM;
	return add_argv(p, argv);
}

int base_of_command(char *const *argv, const char *input, struct sweep_base *ret_base)
{
	struct scenario *s = mem_zalloc(sizeof(*s));
	int rc = s ? fill_command(s, argv, input) : -ENOMEM;

	if (rc) {
		scenario_free(s);
		return rc;
	}
	s->mechanism = MECHANISM_PROCESS;
	s->repeat = 1;
	s->deadline_ns = COMMAND_DEADLINE_NS;
	s->expect.survives = SURVIVAL_TRUE;
	*ret_base = (struct sweep_base){.scenario = *s, .own = s};
	return 0;
}

static bool is_replaced(const struct scenario *scenario, size_t process)
{
	return scenario->control.processes && scenario->control.processes[process].name;
}

/* As @scenario, with the processes and the program of that role. */
static int copy_role(const struct scenario *scenario, enum role role, struct scenario *ret_copy)
{
	struct scenario s = *scenario;

	if (role == ROLE_CONTROL && scenario->control.build.present)
		s.build = scenario->control.build;
	s.control = (struct control_spec){.present = false};
	s.repeat = 1;
	s.processes = mem_zalloc((s.process_count + 1) * sizeof(*s.processes));
	if (!s.processes)
		return -ENOMEM;
	for (size_t i = 0; i < s.process_count; i++)
		s.processes[i] = role == ROLE_CONTROL && is_replaced(scenario, i)
					 ? scenario->control.processes[i]
					 : scenario->processes[i];
	*ret_copy = s;
	return 0;
}

/* Where no levels are compared, one program is run: as the first of them. */
static void take_one_build(struct build_spec *build)
{
	build->compilers.count = build->compilers.count ? 1 : 0;
	build->levels.count = build->levels.count ? 1 : 0;
}

static int drop_faults(const struct scenario *scenario, struct scenario *s)
{
	take_one_build(&s->build);
	s->faults = NULL;
	s->fault_count = 0;
	s->schedule = (struct schedule_spec){.turns = NULL};
	s->model = MODEL_KERNEL;
	s->expect = (struct expect_spec){.survives = SURVIVAL_TRUE};
	memcpy(s->expect.allow, scenario->expect.allow, sizeof(s->expect.allow));
	s->expect.processes = mem_zalloc((s->process_count + 1) * sizeof(*s->expect.processes));
	if (!s->expect.processes)
		return -ENOMEM;
	for (size_t i = 0; i < s->process_count; i++) {
		s->processes[i].start.fault = INDEX_NONE; /* there is none to wait for */
		if (scenario->expect.processes[i].exit == EXIT_ALIVE)
			s->expect.processes[i].exit = EXIT_ALIVE;
	}
	return 0;
}

bool base_says_something(const struct scenario *scenario)
{
	return scenario->fault_count || scenario->expect.pos.line || scenario->schedule.turns;
}

int base_of_scenario(const struct scenario *scenario, enum role role, struct sweep_base *ret_base)
{
	struct sweep_base base = {.own = NULL};
	int rc = copy_role(scenario, role, &base.scenario);

	if (!rc)
		rc = drop_faults(scenario, &base.scenario);
	if (!rc)
		rc = copy_role(scenario, role, &base.written);
	if (rc) {
		base_release(&base);
		return rc;
	}
	*ret_base = base;
	return 0;
}

void base_release(struct sweep_base *base)
{
	if (base->own) {
		scenario_free(base->own);
	} else {
		free(base->scenario.expect.processes);
		free(base->scenario.processes);
		free(base->written.processes);
	}
	*base = (struct sweep_base){.own = NULL};
}
