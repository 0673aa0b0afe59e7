/*
 * behaviour.h - what the runs of one program, compiled in several ways, are compared by.
 */
#ifndef RUN_BEHAVIOUR_H
#define RUN_BEHAVIOUR_H

#include <stdbool.h>

struct err;
struct job;
struct observed;

/* In the words that are compared. */
struct behaviour {
	char *outcome; /* "exit 0", "hang": what people read */
	bool stuck;    /* that was its end */
	char *unfired; /* a fault that did not strike; NULL = all did */
	char *printed; /* all that was printed */
};

/* 0 or -ENOMEM. */
int behaviour_note(struct behaviour *b, const struct observed *seen);
/* A fault whose moment did not come makes it another test. */
bool behaviour_is_comparable(const struct behaviour *b);
bool behaviour_differs(const struct behaviour *a, const struct behaviour *b);
void behaviour_release(struct behaviour *b);

/* Run what job->build has made. */
int job_behave(struct job *job, struct behaviour *ret, struct err *err);

#endif
