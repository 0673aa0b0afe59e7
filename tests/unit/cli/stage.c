#include "stage.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "lib/tmpdir.h"
#include "model/scenario.h"

struct stage stage;

static const char *fake_getenv(const char *name)
{
	if (strcmp(name, "NO_COLOR") == 0)
		return stage.no_color;
	if (strcmp(name, "TERM") == 0)
		return stage.term;
	if (strcmp(name, "IPCFAULT_HARNESS") == 0)
		return stage.harness;
	return strcmp(name, "PATH") == 0 ? stage.path : NULL;
}

static void fill(const struct run_case *c, enum verdict verdict, struct case_result *result)
{
	*result = (struct case_result){
		.file = strdup(c->scenario->file),
		.line = c->scenario->pos.line,
		.scenario = strdup(c->scenario->title),
		.role = c->role,
		.verdict = verdict,
		.seed = c->seed,
		.duration_ns = 1000000,
		.reason = verdict == VERDICT_SKIP ? strdup("not here") : NULL,
	};
}

static int fake_pool_run(const struct run_case *cases, size_t count,
			 const struct pool_options *opts, const struct pool_events *events,
			 struct err *err)
{
	stage.pool_runs++;
	stage.options = *opts;
	for (size_t i = 0; i < count && !stage.stops; i++) {
		size_t index = stage.backwards ? count - 1 - i : i;
		struct case_result result;

		events->started(events->ctx, &cases[index]);
		fill(&cases[index], index < 16 ? stage.verdicts[index] : VERDICT_PASS, &result);
		events->done(events->ctx, &cases[index], &result);
		case_result_release(&result);
		for (int n = 0; (int)i + 1 == stage.raise_after && n < stage.raise_times; n++)
			raise(SIGINT);
	}
	return stage.pool_code ? err_set(err, stage.pool_code, "the pool broke") : 0;
}

static void fake_pool_stop(void)
{
	stage.stops++;
}

static int fake_trace_run(const struct trace_options *options, int *ret_status, struct err *err)
{
	stage.trace = *options;
	if (stage.pool_code)
		return err_set(err, stage.pool_code, "the tracer broke");
	fputs("write(1, 5 bytes) = 5\n", options->out);
	*ret_status = stage.trace_status;
	return 0;
}

void stage_open(void)
{
	stage = (struct stage){.folder = tmpdir_new(),
			       .raise_after = -1,
			       .raise_times = 1,
			       .path = getenv("PATH")};
}

void stage_close(void)
{
	free(stage.out);
	free(stage.err);
	tmpdir_free(stage.folder);
	stage.out = stage.err = stage.folder = NULL;
}

void stage_write(const char *name, const char *text)
{
	free(tmpdir_write(stage.folder, name, text));
}

static void put(char *to, size_t size, const char *word)
{
	const char *mark = strstr(word, "%s");

	if (mark)
		snprintf(to, size, "%.*s%s%s", (int)(mark - word), word, stage.folder, mark + 2);
	else
		snprintf(to, size, "%s", word);
}

void stage_run(const char *format)
{
	static char words[24][512], *argv[25]; /* tests look at them afterwards */
	char copy[1024], *rest = copy, *word;
	size_t out_size, err_size;
	struct cli_env env = {
		.out_is_terminal = stage.terminal,
		.err_is_terminal = stage.terminal,
		.width = 80,
		.getenv = fake_getenv,
		.pool_run = fake_pool_run,
		.pool_stop = fake_pool_stop,
		.trace_run = fake_trace_run,
	};
	int argc = 1;

	if (stage.real) {
		env.pool_run = pool_run;
		env.pool_stop = pool_stop;
	}
	memset(argv, 0, sizeof(argv));
	argv[0] = "ipcfault";
	free(stage.out);
	free(stage.err);
	snprintf(copy, sizeof(copy), "%s", format);
	while ((word = strsep(&rest, " ")) && argc < 24) {
		if (!*word)
			continue;
		put(words[argc], sizeof(words[argc]), word);
		argv[argc] = words[argc];
		argc++;
	}
	stage.out = NULL;
	env.out = stage.full ? fopen("/dev/full", "w") : open_memstream(&stage.out, &out_size);
	env.err = open_memstream(&stage.err, &err_size);
	stage.code = cli_main(&env, argc, argv);
	fclose(env.out);
	fclose(env.err);
}

char *stage_read(const char *name)
{
	char path[4096], *text = NULL;
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
	file = fopen(path, "r");
	if (!file)
		return NULL;
	if (getdelim(&text, &room, '\0', file) < 0 && text)
		*text = '\0';
	fclose(file);
	return text;
}

size_t stage_files(void)
{
	DIR *dir = opendir(stage.folder);
	size_t count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}
