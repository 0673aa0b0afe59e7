#include "cli/sites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "cli/interrupt.h"
#include "report/text.h"
#include "sweep/base.h"

/* What is made most often comes first; what is alike, in the order of the run. */
static int compare(const void *left, const void *right)
{
	const struct call_site *a = *(const struct call_site *const *)left;
	const struct call_site *b = *(const struct call_site *const *)right;

	if (a->place_count != b->place_count)
		return a->place_count > b->place_count ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int digits_of(size_t number)
{
	int digits = 1;

	for (; number >= 10; number /= 10)
		digits++;
	return digits;
}

static void print_frame(FILE *out, const struct frame *frame)
{
	const char *module = frame->module ? frame->module : "?";
	const char *name = strrchr(module, '/') ? strrchr(module, '/') + 1 : module;

	if (frame->function)
		text_print(out, frame->function);
	else
		fputc('?', out);
	fputs(" [", out);
	text_print(out, name);
	fprintf(out, "+%#llx]", (unsigned long long)frame->offset);
	if (!frame->file)
		return;
	fputc(' ', out);
	text_print(out, frame->file);
	fprintf(out, ":%d", frame->line);
}

static void print_site(FILE *out, const struct call_site *site, int width)
{
	fprintf(out, "%*zu  ", width, site->place_count);
	text_print(out, site->label);
	if (site->thread > 1)
		fprintf(out, " thread %d", site->thread);
	fprintf(out, ": %s", site->call);
	if (site->kind != FD_KIND_NONE)
		fprintf(out, " on %s", vocab_name(&fd_kind_vocab, (int)site->kind));
	fputc('\n', out);
	for (size_t i = 0; i < site->stack.count; i++) {
		fprintf(out, "%*s", width + 4, "");
		print_frame(out, &site->stack.frames[i]);
		fputc('\n', out);
	}
}

int sites_print(FILE *out, const struct record *record)
{
	const struct call_site **sorted = mem_zalloc((record->site_count + 1) * sizeof(*sorted));
	size_t calls = 0;
	int width;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < record->site_count; i++) {
		sorted[i] = &record->sites[i];
		calls += record->sites[i].place_count;
	}
	qsort(sorted, record->site_count, sizeof(*sorted), compare);
	width = record->site_count ? digits_of(sorted[0]->place_count) : 1;
	fprintf(out, "%zu site%s, %zu call%s, %d process%s\n", record->site_count,
		record->site_count == 1 ? "" : "s", calls, calls == 1 ? "" : "s", record->processes,
		record->processes == 1 ? "" : "es");
	for (size_t i = 0; i < record->site_count; i++)
		print_site(out, sorted[i], width);
	free(sorted);
	return 0;
}

/* On a second signal nothing is left behind that is not temporary. */
static void abandon_nothing(void *ctx)
{
	(void)ctx;
}

static void keep(void *ctx, const struct run_case *c, struct case_result *result)
{
	(void)c;
	*(struct case_result *)ctx = *result;
	*result = (struct case_result){.file = NULL};
}

static int status_of(const struct case_result *result)
{
	const struct process_result *first = result->processes;

	if (!result->process_count || !(first->exited || first->signaled))
		return 128 + 9;
	return first->signaled ? 128 + first->status : first->status;
}

static int take(const struct case_result *result, const struct trace_options *options,
		int *ret_status, struct err *err)
{
	if (result->verdict == VERDICT_ERROR || result->verdict == VERDICT_SKIP)
		return err_set(err, -EIO, "%s", result->reason ? result->reason : "it cannot run");
	if (!result->scenario)
		return err_set(err, -EINTR, "interrupted");
	if (sites_print(options->out, &result->record))
		return err_errno(err, -ENOMEM, "trace");
	*ret_status = status_of(result);
	return 0;
}

int sites_run(const struct cli_env *env, const struct trace_options *options, int *ret_status,
	      struct err *err)
{
	const struct pool_options pool = {.jobs = 1, .timeout_ns = options->timeout_ns};
	struct case_result result = {.file = NULL};
	const struct pool_events events = {.done = keep, .ctx = &result};
	struct run_case one = {.role = ROLE_SUBJECT, .record = true};
	struct sweep_base base;
	int rc = base_of_command(options->argv, NULL, &base);

	if (rc)
		return err_errno(err, rc, "trace");
	base.own->expect.survives = SURVIVAL_NONE;
	one.scenario = base.own;
	rc = interrupt_catch(env->pool_stop, abandon_nothing, NULL, err);
	rc = rc ? rc : env->pool_run(&one, 1, &pool, &events, err);
	rc = rc ? rc : take(&result, options, ret_status, err);
	interrupt_release();
	case_result_release(&result);
	base_release(&base);
	return rc;
}
