/*
 * made.h - which objects the processes of a run make, seen at the calls that
 * make them: so that it can be said who left one behind, and so that it can be
 * told from those of others and removed where there are no namespaces.
 *
 * What goes through valgrind's own calls is not seen (elf/valgrind.h).
 */
#ifndef RUN_MADE_H
#define RUN_MADE_H

#include "run/execution.h"
#include "sandbox/made.h"

struct made {
	struct made_object object;
	char *process; /* who made it */
};

/* A call that has to stop, and with which bits in an argument (-1 = always). */
struct maker_rule {
	int call, arg;
	uint64_t mask, value;
};

/* The @index-th; false = there are no more. */
bool made_rule(const struct execution *x, size_t index, struct maker_rule *ret_rule);

/* At the entry of any call; true: its exit is to be told to made_on_exit(). */
bool made_on_entry(struct execution *x, struct tracee *t);
void made_on_exit(struct execution *x, struct tracee *t, int64_t result);

/* What is left of them goes to x->seen, after the isolated objects, which it may name makers of. */
int made_collect(struct execution *x, struct err *err);

/* Remove and forget them. */
void made_forget(struct execution *x);

#endif
