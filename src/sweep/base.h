/*
 * base.h - what is swept, as a scenario without faults; and what its file says of faults itself.
 */
#ifndef SWEEP_BASE_H
#define SWEEP_BASE_H

#include "model/scenario.h"

struct sweep_base {
	struct scenario scenario;
	struct scenario *own; /* of a command: all that belongs to it; NULL */
	/* The same processes with the faults and the demands of the file; no file: no processes. */
	struct scenario written;
};

/* One process that runs @argv, with /dev/null or the file @input as its input.  0 or -ENOMEM. */
int base_of_command(char *const *argv, const char *input, struct sweep_base *ret_base);

/*
 * The processes of @scenario, which must outlive the base, or those of its
 * control; in @ret_base->scenario without its faults and with no other demands
 * than that what is told to live does so.
 */
int base_of_scenario(const struct scenario *scenario, enum role role, struct sweep_base *ret_base);

/*
 * Whether it names a fault or demands something.  What is demanded always is no
 * reason to try it as it is: a sweep measures by the run without faults.
 */
bool base_says_something(const struct scenario *scenario);

void base_release(struct sweep_base *base);

#endif
