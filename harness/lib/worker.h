/*
 * worker.h - a child that answers: the other side of the pipe-relay and
 * pipe-pool programs.
 */
#ifndef LIB_WORKER_H
#define LIB_WORKER_H

/*
 * Answers each record of @in with one of its own, numbered as @writer, on
 * @out, until an end record or the end of the input; then sends an end record
 * and closes both.  Returns the exit status of the child.
 */
int worker_answer(int in, int out, unsigned writer);

/* One line on stderr when the wait status tells of an unhappy end; the parent's exit status. */
int worker_judge(const char *who, int wait_status);

#endif
