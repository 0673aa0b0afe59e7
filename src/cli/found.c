#include "cli/found.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "cli/select.h"
#include "model/result.h"
#include "model/scenario.h"
#include "sweep/write.h"

#define NAME_MAX_WORDS 40 /* characters of a title in a file's name */

/* "two-processes-count-in-memory": what of the title is plain. */
static char *slug_of(const char *title)
{
	char *slug = mem_strdup(title);
	size_t len = 0;

	for (; slug && *title && len < NAME_MAX_WORDS; title++)
		if (isalnum((unsigned char)*title))
			slug[len++] = (char)tolower((unsigned char)*title);
		else if (len && slug[len - 1] != '-')
			slug[len++] = '-';
	while (slug && len && slug[len - 1] == '-')
		len--;
	if (slug)
		slug[len] = '\0';
	return slug;
}

/* What is no race is what it led to. */
static enum finding_kind hardest(const struct case_result *result)
{
	for (size_t i = 0; i < result->finding_count; i++)
		if (result->findings[i].kind != FINDING_RACE)
			return result->findings[i].kind;
	return result->finding_count ? result->findings[0].kind : FINDING_RACE;
}

/* "01-wrong-exit-two-processes-count.scn" */
static char *path_of(const struct run_case *c, const struct case_result *result, const char *dir,
		     size_t number)
{
	cleanup_free char *slug = slug_of(c->scenario->title);

	return slug ? mem_printf("%s/%02zu-%s-%s.scn", dir, number,
				 vocab_name(&finding_vocab, (int)hardest(result)), slug)
		    : NULL;
}

/* A comment of YAML holds no control characters and is UTF-8. */
static void print_comment(FILE *to, const char *text)
{
	bool is_plain = utf8_is_valid(text);

	fputs("# ", to);
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\n')
			fputs("\n# ", to);
		else
			putc(byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !is_plain) ? '?'
											: byte,
			     to);
	}
	putc('\n', to);
}

static void print_findings(FILE *to, const struct case_result *result)
{
	for (size_t i = 0; i < result->finding_count; i++) {
		const struct finding *finding = &result->findings[i];

		fprintf(to, "#\n# %s%s%s:\n", vocab_name(&finding_vocab, (int)finding->kind),
			finding->process ? " in " : "", finding->process ? finding->process : "");
		print_comment(to, finding->text ? finding->text : "");
	}
}

/* "Found by ipcfault explore: race, wrong-exit; case signal=SIGUSR1" */
static char *about_of(const struct run_case *c, const struct case_result *result)
{
	cleanup_free char *variant = scenario_variant(c->scenario);
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("Found by ipcfault explore", out);
	for (size_t i = 0; i < result->finding_count; i++)
		fprintf(out, "%s %s", i ? "," : ":",
			vocab_name(&finding_vocab, (int)result->findings[i].kind));
	if (c->role == ROLE_CONTROL)
		fputs("; in the control", out);
	if (variant && *variant)
		fprintf(out, "; case %s", variant);
	fprintf(out, "; %llu schedules, strategy %s", (unsigned long long)result->explore.schedules,
		result->explore.strategy ? result->explore.strategy : "as given");
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* The same processes and demands, run by the schedule. */
static int scenario_of(const struct run_case *c, const struct case_result *result,
		       struct scenario *ret, struct process_spec **ret_processes)
{
	const struct scenario *from = c->scenario;
	const struct control_spec *control = &from->control;
	bool is_control = c->role == ROLE_CONTROL;
	struct schedule_spec schedule = {
		.turns = result->explore.schedule,
		.code = (struct matrix_value *)mem_zalloc((result->explore.code_count + 1) *
							  sizeof(struct matrix_value)),
		.code_count = result->explore.code_count};

	*ret_processes = mem_zalloc((from->process_count + 1) * sizeof(**ret_processes));
	*ret = *from;
	ret->schedule = schedule;
	if (!schedule.code || !*ret_processes)
		return -ENOMEM;
	for (size_t i = 0; i < from->process_count; i++)
		(*ret_processes)[i] = is_control && control->processes && control->processes[i].name
					      ? control->processes[i]
					      : from->processes[i];
	for (size_t i = 0; i < schedule.code_count; i++)
		schedule.code[i] = (struct matrix_value){result->explore.code[i].name,
							 result->explore.code[i].value};
	for (size_t i = 0; i < result->finding_count; i++)
		ret->schedule.shows[result->findings[i].kind] = true;
	ret->processes = *ret_processes;
	ret->seed = c->seed;
	ret->seed_given = true;
	if (is_control && control->build.present)
		ret->build = control->build;
	ret->control = (struct control_spec){.present = false};
	return 0;
}

static int write_to(const char *path, const struct scenario *scenario, const char *about,
		    const struct case_result *result, struct err *err)
{
	FILE *file = fopen(path, "we");
	int rc;

	if (!file)
		return err_errno(err, -errno, "%s", path);
	fputs("# Written by `ipcfault explore`; `ipcfault replay` shows it again.\n", file);
	print_findings(file, result);
	rc = scenario_write(scenario, about, file, err);
	if (fclose(file) && !rc)
		rc = err_errno(err, -errno, "%s", path);
	if (rc)
		unlink(path);
	return rc;
}

int found_write(const struct run_case *c, const struct case_result *result, const char *dir,
		size_t number, char **ret_path, struct err *err)
{
	cleanup_free char *path = path_of(c, result, dir, number);
	cleanup_free char *about = about_of(c, result);
	struct process_spec *processes = NULL;
	struct scenario scenario;
	int rc = scenario_of(c, result, &scenario, &processes);

	if (!path || !about || rc)
		rc = err_errno(err, -ENOMEM, "explore");
	rc = rc ? rc : write_to(path, &scenario, about, result, err);
	free(scenario.schedule.code);
	free(processes);
	if (!rc)
		*ret_path = TAKE_PTR(path);
	return rc;
}
