/*
 * pool_serve.c - what a worker of the pool does: it runs the cases whose numbers come, and answers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "model/result.h"
#include "model/result_json.h"
#include "model/scenario.h"
#include "run/pool.h"
#include "run/pool_private.h"
#include "run/turns.h"
#include "run/worker.h"

int pool_write(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int pool_read(int fd, void *data, size_t size)
{
	char *p = data;

	while (size) {
		ssize_t n = read(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

static int send_result(int fd, const struct run_case *c, size_t index,
		       const struct case_result *result)
{
	struct message_head head = {.index = index,
				    .verdict = (uint32_t)result->verdict,
				    .duration_ns = result->duration_ns};
	cleanup_free char *text = NULL, *message = NULL;

	if (c->brief && result->verdict == VERDICT_PASS)
		return pool_write(fd, &head, sizeof(head));
	text = case_result_to_text(result);
	if (!text)
		return -ENOMEM;
	head.size = (uint32_t)strlen(text);
	message = mem_zalloc(sizeof(head) + head.size);
	if (!message)
		return -ENOMEM;
	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), text, head.size);
	/* At once: each write may wake the main process. */
	return pool_write(fd, message, sizeof(head) + head.size);
}

void pool_set_error(struct case_result *result, const char *reason)
{
	free(result->reason);
	result->reason = mem_strdup(reason);
	result->verdict = VERDICT_ERROR;
}

static int run_in_turn(int turns, struct worker *w, const struct run_case *c,
		       struct case_result *ret_result, struct err *err)
{
	bool needed = turns_needed(&w->sandbox, c->scenario->mechanism);
	int rc = needed ? turns_take(turns, err) : 0;

	if (rc)
		return rc;
	rc = worker_run(w, c, ret_result, err);
	if (needed)
		turns_give(turns);
	return rc;
}

static int serve_one(const struct served *served, struct worker *w, bool usable, size_t index,
		     struct err *err)
{
	const struct run_case *c = &served->cases[index];
	struct case_result result = {0};
	int rc, sent;

	if (!usable)
		worker_describe(c, &result);
	rc = usable ? run_in_turn(served->turns, w, c, &result, err) : err->code;
	if (rc)
		pool_set_error(&result, err->text);
	sent = send_result(served->to, c, index, &result);
	case_result_release(&result);
	return rc ? rc : sent;
}

void pool_serve(const struct served *served)
{
	struct err err = ERR_INIT;
	struct worker w;
	int rc = worker_init(&w, served->options, served->cpu, &err);
	size_t index;

	while (pool_read(served->from, &index, sizeof(index)) == 0)
		if (serve_one(served, &w, rc == 0, index, &err))
			break;
	worker_release(&w);
}
