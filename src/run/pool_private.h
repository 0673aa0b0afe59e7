/*
 * pool_private.h - between pool.c, which gives cases to workers, and pool_serve.c, a worker.
 *
 * Down comes the index of a case (size_t), up goes a struct message_head for each.
 */
#ifndef RUN_POOL_PRIVATE_H
#define RUN_POOL_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

struct case_result;
struct pool_options;
struct run_case;

/* From a worker: the head, and @size bytes of a result as text; 0 = the head says it all. */
struct message_head {
	size_t index; /* of its case */
	uint32_t size, verdict;
	uint64_t duration_ns;
};

/* What a worker serves until its pipe ends. */
struct served {
	const struct run_case *cases;
	const struct pool_options *options;
	int turns; /* run/turns.h */
	int cpu;
	int from, to; /* pipes */
};

/* In the worker.  After a failure that left it unusable it returns; the main process makes a new
 * one. */
void pool_serve(const struct served *served);

/* All of it; 0 or a negative errno. */
int pool_write(int fd, const void *data, size_t size);

/* The same; -EPIPE at the end of the file. */
int pool_read(int fd, void *data, size_t size);

/* The verdict is an error, for @reason. */
void pool_set_error(struct case_result *result, const char *reason);

#endif
