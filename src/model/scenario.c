#include "model/scenario.h"

#include <stdlib.h>

static void strings_release(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct strings){NULL, 0};
}

static void process_spec_release(struct process_spec *process)
{
	free(process->name);
	strings_release(&process->argv);
	free(process->shell);
	free(process->in.text);
	free(process->out.text);
	free(process->err.text);
	free(process->fds);
	for (size_t i = 0; i < process->env_count; i++) {
		free(process->env[i].name);
		free(process->env[i].value);
	}
	free(process->env);
	free(process->cwd);
	free(process->start.output.text);
	free(process->limits);
}

static void processes_free(struct process_spec *processes, size_t count)
{
	for (size_t i = 0; processes && i < count; i++)
		process_spec_release(&processes[i]);
	free(processes);
}

static void fault_spec_release(struct fault_spec *fault)
{
	free(fault->name);
	free(fault->at.calls);
	free(fault->at.named);
	free(fault->at.function);
	free(fault->at.output.text);
	free(fault->at.on.glob);
	free(fault->at.site);
	free(fault->at.thread_name);
	free(fault->at.count.list);
}

static void expect_spec_release(struct expect_spec *expect, size_t processes)
{
	for (size_t i = 0; expect->processes && i < processes; i++) {
		free(expect->processes[i].statuses);
		free(expect->processes[i].out.text);
		free(expect->processes[i].err.text);
	}
	free(expect->processes);
	for (size_t i = 0; i < expect->file_count; i++) {
		free(expect->files[i].path);
		free(expect->files[i].content.text);
	}
	free(expect->files);
	strings_release(&expect->check);
}

static void matrix_free(struct matrix_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].name);
		free(values[i].value);
	}
	free(values);
}

static void build_spec_release(struct build_spec *build)
{
	strings_release(&build->sources);
	strings_release(&build->compilers);
	strings_release(&build->levels);
	strings_release(&build->flags);
	free(build->command);
}

void scenario_free(struct scenario *scenario)
{
	if (!scenario)
		return;
	free(scenario->file);
	free(scenario->title);
	free(scenario->about);
	strings_release(&scenario->tags);
	strings_release(&scenario->needs);
	matrix_free(scenario->matrix, scenario->matrix_count);
	for (size_t i = 0; i < scenario->channel_count; i++) {
		free(scenario->channels[i].name);
		free(scenario->channels[i].path);
	}
	free(scenario->channels);
	build_spec_release(&scenario->build);
	processes_free(scenario->processes, scenario->process_count);
	for (size_t i = 0; i < scenario->fault_count; i++)
		fault_spec_release(&scenario->faults[i]);
	free(scenario->faults);
	expect_spec_release(&scenario->expect, scenario->process_count);
	processes_free(scenario->control.processes, scenario->process_count);
	build_spec_release(&scenario->control.build);
	free(scenario->control.caught);
	free(scenario->schedule.turns);
	matrix_free(scenario->schedule.code, scenario->schedule.code_count);
	free(scenario);
}
