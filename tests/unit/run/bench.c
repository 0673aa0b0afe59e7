#include "bench.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/tmpdir.h"

/*
 * LeakSanitizer looks at its own threads through /proc, which in a worker is
 * that of another pid namespace.
 */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	return strcmp(name, "ipcfault-worker") == 0;
}

struct scenario_file bench_read(const char *text)
{
	struct scenario_file file = {0};
	struct err err = ERR_INIT;

	cr_assert(eq(int, scenario_text_read("bench.scn", text, strlen(text), NULL, &file, &err),
		     0),
		  "%s", err.text);
	if (file.problems.count)
		problems_print(&file.problems, false, stderr);
	cr_assert(eq(sz, file.problems.count, 0), "%s", text);
	return file;
}

/* As worker_init() makes one, but for the sandbox. */
/* NOLINTNEXTLINE(readability-non-const-parameter): struct worker keeps it */
static int open_worker(struct worker *w, const struct pool_options *options, char *tmp)
{
	*w = (struct worker){.options = options, .tmp = tmp, .cpu = -1};
	w->sandbox = (struct sandbox){
		.proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.mqueue_fd = -1,
		.init_socket = -1,
	};
	w->images = image_set_new();
	return w->images ? 0 : -ENOMEM;
}

int bench_open(struct bench *b)
{
	*b = (struct bench){.cache = tmpdir_new(), .tmp = tmpdir_new()};
	b->options = (struct pool_options){
		.jobs = 1, .harness_dir = "/nonexistent", .cache_dir = b->cache};
	return open_worker(&b->worker, &b->options, b->tmp);
}

int bench_again(struct bench *b, const struct scenario *scenario, enum role role,
		struct case_result *ret_result, struct err *err)
{
	const struct run_case c = {.scenario = scenario, .role = role, .seed = 7};

	return bench_case(b, &c, ret_result, err);
}

int bench_case(struct bench *b, const struct run_case *c, struct case_result *ret_result,
	       struct err *err)
{
	*ret_result = (struct case_result){.file = NULL};
	return worker_run(&b->worker, c, ret_result, err);
}

void bench_close(struct bench *b)
{
	close(b->worker.sandbox.proc_fd);
	b->worker.tmp = NULL;
	worker_release(&b->worker);
	tmpdir_free(b->tmp);
	tmpdir_free(b->cache);
}

int bench_run(const struct scenario *scenario, enum role role, struct case_result *ret_result,
	      struct err *err)
{
	struct bench b;
	int rc = bench_open(&b);

	if (!rc)
		rc = bench_again(&b, scenario, role, ret_result, err);
	else
		*ret_result = (struct case_result){.file = NULL};
	bench_close(&b);
	return rc;
}

char *bench_findings(const struct case_result *result)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < result->finding_count; i++) {
		const struct finding *f = &result->findings[i];

		fprintf(file, "%s%s%s: %.*s%s\n", vocab_name(&finding_vocab, (int)f->kind),
			f->process ? " " : "", f->process ? f->process : "",
			(int)strcspn(f->text, "\n"), f->text, f->silent ? " (silent)" : "");
	}
	fclose(file);
	return text;
}
