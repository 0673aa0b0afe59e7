/*
 * stale.h - what the processes of a counted run go on with when they do not get any further.
 */
#ifndef RUN_STALE_H
#define RUN_STALE_H

struct execution;

/*
 * No process comes to its end: note what each has read that is something else now, where
 * accesses are counted.  What cannot be told of a process is left out.
 */
void stale_note(struct execution *x);

#endif
