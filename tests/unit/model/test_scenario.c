#include "model/scenario.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void strings_fill(struct strings *strings)
{
	*(char **)mem_append(&strings->items, &strings->count, sizeof(char *)) = strdup("text");
}

static void process_fill(struct process_spec *process)
{
	struct env_spec *env;

	process->name = strdup("writer");
	strings_fill(&process->argv);
	process->shell = strdup("true");
	process->in.text = strdup("input");
	process->out.text = strdup("file");
	process->err.text = strdup("file");
	mem_append(&process->fds, &process->fd_count, sizeof(*process->fds));
	env = mem_append(&process->env, &process->env_count, sizeof(*env));
	*env = (struct env_spec){strdup("LANG"), strdup("C")};
	process->cwd = strdup("/");
	process->start.output.text = strdup("ready");
	mem_append(&process->limits, &process->limit_count, sizeof(*process->limits));
}

static void trigger_fill(struct trigger_spec *at)
{
	mem_append(&at->calls, &at->call_count, sizeof(*at->calls));
	at->function = strdup("main");
	at->output.text = strdup("ready");
	at->on.glob = strdup("*");
	at->site = strdup("main");
	at->thread_name = strdup("worker");
	mem_append(&at->count.list, &at->count.list_count, sizeof(*at->count.list));
}

static void fault_fill(struct scenario *scenario)
{
	struct fault_spec *fault =
		mem_append(&scenario->faults, &scenario->fault_count, sizeof(*fault));

	fault->name = strdup("fault 1");
	trigger_fill(&fault->at);
}

static void expect_fill(struct expect_spec *expect, size_t process_count)
{
	struct file_expect *file;

	expect->processes = calloc(process_count, sizeof(*expect->processes));
	mem_append(&expect->processes[0].statuses, &expect->processes[0].status_count, sizeof(int));
	expect->processes[0].out.text = strdup("done");
	expect->processes[0].err.text = strdup("warning");
	file = mem_append(&expect->files, &expect->file_count, sizeof(*file));
	file->path = strdup("log");
	file->content.text = strdup("line");
	strings_fill(&expect->check);
}

static struct scenario *full_scenario(void)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));
	struct matrix_value *value;
	struct channel *channel;

	scenario->file = strdup("a.scn");
	scenario->title = strdup("title");
	scenario->about = strdup("about");
	strings_fill(&scenario->tags);
	strings_fill(&scenario->needs);
	value = mem_append(&scenario->matrix, &scenario->matrix_count, sizeof(*value));
	*value = (struct matrix_value){strdup("signal"), strdup("SIGUSR1")};
	channel = mem_append(&scenario->channels, &scenario->channel_count, sizeof(*channel));
	channel->name = strdup("data");
	channel->path = strdup("data.fifo");
	process_fill(mem_append(&scenario->processes, &scenario->process_count,
				sizeof(*scenario->processes)));
	fault_fill(scenario);
	expect_fill(&scenario->expect, scenario->process_count);
	scenario->control.processes = calloc(1, sizeof(struct process_spec));
	process_fill(&scenario->control.processes[0]);
	mem_append(&scenario->control.caught, &scenario->control.caught_count,
		   sizeof(*scenario->control.caught));
	return scenario;
}

/* valgrind and LeakSanitizer report the part that was forgotten. */
Test(model_scenario, free_releases_every_part)
{
	scenario_free(full_scenario());
	scenario_free(NULL);
}

Test(model_scenario, a_scenario_that_is_half_read_can_be_freed)
{
	struct scenario *scenario = calloc(1, sizeof(*scenario));

	mem_append(&scenario->processes, &scenario->process_count, sizeof(*scenario->processes));
	mem_append(&scenario->faults, &scenario->fault_count, sizeof(*scenario->faults));
	mem_append(&scenario->expect.files, &scenario->expect.file_count,
		   sizeof(*scenario->expect.files));
	scenario_free(scenario);
}
