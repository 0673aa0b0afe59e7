/*
 * start.h - start a program that is to be explored: not traced.
 */
#ifndef EXPLORE_START_H
#define EXPLORE_START_H

#include <sys/types.h>

struct err;
struct launch;

/* The exit status of a process that could not become the program. */
#define START_FAILED 127

/* Numbers of the descriptors in the program; high, as programs close or take the low ones. */
#define START_SEGMENT 198
#define START_CONTROL 199

struct start_segments {
	int segment, control; /* descriptors */
	unsigned role;	      /* 0: the environment is not to tell of them */
};

int start_program(const struct launch *launch, const struct start_segments *segments,
		  pid_t *ret_pid, struct err *err);

#endif
