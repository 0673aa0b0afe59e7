#include "case.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/util.h"

const char *case_tmp = "/nonexistent";

static char *expand(void *ctx, const char *text)
{
	(void)ctx;
	if (strncmp(text, "${tmp}", 6) == 0)
		return mem_printf("%s%s", case_tmp, text + 6);
	return mem_strdup(text);
}

static struct strings strings_of(const char *const *items, size_t max)
{
	struct strings list = {(char **)(uintptr_t)items, 0};

	while (list.count < max && items[list.count])
		list.count++;
	return list;
}

static size_t count_processes(const struct observed_process *processes)
{
	size_t count = 0;

	while (count < CASE_PROCESSES && processes[count].name)
		count++;
	return count;
}

static struct observed_object objects[2][4];

static struct observed observed_of(const struct judged_case *c, bool fault_free)
{
	const struct observed_process *p = fault_free ? c->fault_free : c->seen;
	struct observed seen = {.processes = (struct observed_process *)(uintptr_t)p,
				.process_count = count_processes(p),
				.duration_ns = c->duration_ns,
				.last_fault_ns = c->last_fault_ns};

	seen.files_left = strings_of(fault_free ? c->files_fault_free : c->files, 4);
	for (size_t i = 0; i < ARRAY_SIZE(c->objects); i++) {
		const char *name = fault_free ? c->objects_fault_free[i] : c->objects[i];

		objects[fault_free][i] = (struct observed_object){
			.name = (char *)(uintptr_t)name, .process = (char *)(uintptr_t)c->maker};
		seen.object_count += name != NULL;
	}
	seen.objects_left = objects[fault_free];
	if (!fault_free) {
		seen.findings = (struct finding *)(uintptr_t)c->found;
		while (seen.finding_count < 2 && c->found[seen.finding_count].text)
			seen.finding_count++;
	}
	return seen;
}

static void describe(const struct findings *list, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (size_t i = 0; i < list->count && used < size; i++) {
		const struct finding *f = &list->items[i];

		used += (size_t)snprintf(text + used, size - used, "%s%s%s: %s%s\n",
					 vocab_name(&finding_vocab, (int)f->kind),
					 f->process ? " " : "", f->process ? f->process : "",
					 f->text, f->silent ? " (silent)" : "");
	}
}

void case_check(const struct judged_case *c, int (*judge)(struct judgement *j, struct err *err))
{
	struct process_spec specs[CASE_PROCESSES] = {{.out = {.kind = c->prints_to}}};
	struct channel pipe = {.kind = CHANNEL_PIPE};
	struct fd_spec fd = {.fd = 3, .end = END_WRITE};
	struct fault_spec fault = {.name = (char *)"fault", /* of the first process */
				   .action = {.kind = c->kills	 ? ACTION_KILL
						      : c->stops ? ACTION_STOP
								 : ACTION_ERRNO}};
	struct scenario scenario = {.channels = &pipe,
				    .channel_count = 1,
				    .faults = &fault,
				    .fault_count = 1,
				    .processes = specs};
	struct observed seen = observed_of(c, false), fault_free = observed_of(c, true);
	struct observed again = fault_free;
	struct judgement j = {
		.scenario = &scenario, .seen = &seen, .tmp = case_tmp, .expand = expand};
	struct err err = ERR_INIT;
	char text[2048];

	specs[0].fds = &fd;
	specs[0].fd_count = c->writes_to_pipe;
	for (size_t i = 0; i < CASE_PROCESSES; i++)
		specs[i].start.of = i ? 0 : INDEX_NONE; /* they wait for the first */

	scenario.expect = (struct expect_spec){
		.processes = (struct process_expect *)(uintptr_t)c->expect,
		.within_ns = c->within_ns,
		.recovers_ns = c->recovers_ns,
		.same_output = c->same_output,
		.no_objects = c->no_objects,
		.survives = c->survives,
		.files = (struct file_expect *)(uintptr_t)c->files_expected,
	};
	while (scenario.expect.file_count < 3 && c->files_expected[scenario.expect.file_count].path)
		scenario.expect.file_count++;
	scenario.expect.allow[c->allow] = c->allows;
	if (c->again[0].name)
		again.processes = (struct observed_process *)(uintptr_t)c->again;
	if (c->has_fault_free)
		j.fault_free = &fault_free;
	if (c->has_fault_free && c->survives)
		j.fault_free_again = &again;
	cr_expect(eq(int, judge(&j, &err), 0), "%s: %s", c->name, err.text);
	describe(&j.findings, text, sizeof(text));
	cr_expect(eq(str, text, (char *)(c->want ? c->want : "")), "%s", c->name);
	for (size_t i = 0; i < j.findings.count; i++)
		finding_release(&j.findings.items[i]);
	free(j.findings.items);
}

void cases_check(const struct judged_case *cases, size_t count,
		 int (*judge)(struct judgement *j, struct err *err))
{
	for (size_t i = 0; i < count; i++)
		case_check(&cases[i], judge);
}
