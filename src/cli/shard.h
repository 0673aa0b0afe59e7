/*
 * shard.h - one of several equal parts of the work: `--shard K/N`, or what the
 * job scheduler says.
 */
#ifndef CLI_SHARD_H
#define CLI_SHARD_H

#include <stddef.h>

struct err;

struct shard {
	size_t index, count; /* from 1; count 0 = all of the work */
	const char *from;    /* the environment variable that says so; NULL = the option */
};

/* "2/3"; what it needs instead, or NULL. */
const char *shard_parse(const char *text, struct shard *ret_shard);

/*
 * What Slurm's job arrays, Kubernetes' indexed jobs or GitLab's parallel jobs
 * say in the environment; count 0 when they do not.  -EINVAL: they say what
 * cannot be.
 */
int shard_from_environment(const char *(*get)(const char *name), struct shard *ret_shard,
			   struct err *err);

#endif
