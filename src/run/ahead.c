#include "run/ahead.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/util.h"
#include "engine/engine.h"

#define BUILDERS_MAX 16
#define AS_WRITTEN   "-O0"

struct work {
	const struct compile_request *requests;
	size_t count;
	size_t *next; /* shared by all builders */
};

static void build(const struct work *work)
{
	size_t i;

	while ((i = __atomic_fetch_add(work->next, 1, __ATOMIC_RELAXED)) < work->count) {
		struct err err = ERR_INIT;
		char *folder = NULL;

		compile_get(&work->requests[i], &folder, &err);
		free(folder);
	}
}

static pid_t start_builder(const struct work *work, pid_t parent)
{
	pid_t pid = fault_point("fork") ? -1 : fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent || !getppid()) { /* 0: it is in another namespace */
		engine_unpin();
		build(work);
	}
	_exit(0);
}

static void run_builders(const struct work *work)
{
	pid_t builders[BUILDERS_MAX];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t count = 0;

	while (count < BUILDERS_MAX && (long)count < processors && count < work->count)
		builders[count++] = start_builder(work, getpid());
	for (size_t i = 0; i < count; i++)
		while (builders[i] > 0 && waitpid(builders[i], NULL, 0) < 0 && errno == EINTR)
			;
}

static void run_work(const struct compile_request *requests, size_t count)
{
	struct work work = {.requests = requests, .count = count};

	work.next = mmap(NULL, sizeof(*work.next), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (work.next == MAP_FAILED)
		return;
	run_builders(&work);
	munmap(work.next, sizeof(*work.next));
}

static bool has_as_written(const struct build_spec *spec)
{
	for (size_t i = 0; i < spec->levels.count; i++)
		if (strcmp(spec->levels.items[i], AS_WRITTEN) == 0)
			return true;
	return false;
}

static void add(const struct compile_request *base, const char *compiler, const char *level,
		bool is_counted, struct compile_request *requests, size_t *count)
{
	struct compile_request *r = &requests[(*count)++];

	*r = *base;
	r->compiler = compiler;
	r->level = level;
	r->is_counted = is_counted;
}

/* First all that are run as they are. */
static size_t list(const struct compile_request *base, bool is_counted,
		   struct compile_request *requests)
{
	const struct build_spec *spec = base->spec;
	size_t count = 0;

	for (int counted = 0; counted <= (is_counted ? 1 : 0); counted++)
		for (size_t c = 0; c < spec->compilers.count; c++) {
			if (is_counted && !has_as_written(spec))
				add(base, spec->compilers.items[c], AS_WRITTEN, counted, requests,
				    &count);
			for (size_t l = 0; l < spec->levels.count; l++)
				add(base, spec->compilers.items[c], spec->levels.items[l], counted,
				    requests, &count);
		}
	return count;
}

void levels_compile_ahead(struct job *job, bool is_counted)
{
	const struct build_spec *spec = job->build_spec;
	struct compile_request *requests;
	struct job_request made;
	struct err err = ERR_INIT;

	if (job_request_make(job, spec->compilers.items[0], spec->levels.items[0], &made, &err))
		return;
	requests = mem_zalloc(2 * spec->compilers.count * (spec->levels.count + 1) *
			      sizeof(*requests));
	if (requests)
		run_work(requests, list(&made.request, is_counted, requests));
	free(requests);
	job_request_release(&made);
}
