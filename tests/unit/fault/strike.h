/*
 * strike.h - one fault against one case of tests/subjects/engine-victim.c,
 * through the real engine, as run/ would do it.
 */
#ifndef TESTS_UNIT_FAULT_STRIKE_H
#define TESTS_UNIT_FAULT_STRIKE_H

#include "fault/fault.h"

#define STRIKE_IN  10 /* of the victim: where its pipe is read */
#define STRIKE_OUT 11

/* A case, what is to happen to it, and what must come of it. */
struct strike {
	const char *name;
	const char *victim; /* which case */
	const char *call;
	int fd; /* only calls on that one; 0 = any */
	enum phase phase;
	uint64_t nth, last;	   /* the moments nth to last; 0 = the first, only that */
	struct action_spec action; /* strikes what the moment is about, but for of_child */
	unsigned of_child;	   /* strikes that child instead; 1 = the first */
	enum fault_model model;
	const char *program; /* of tests/subjects, whose case it is; NULL = engine-victim */

	const char *out;     /* all that it prints; NULL = not compared */
	unsigned fired;	     /* proven so many times */
	const char *refused; /* occurs in the reason; NULL = none is given */
	int killed;	     /* dies of that signal; 0 = exits with 0 */
	unsigned deepest;    /* handlers on top of each other; 0 = not compared */
	bool stays;	     /* does not end by itself: ended when the fault has fired */
};

/* Runs them and checks all that they say; messages begin with the name. */
void strike_all(const struct strike *strikes, size_t count);

#endif
