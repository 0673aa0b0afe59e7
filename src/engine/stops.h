/*
 * stops.h - what a wait status of a traced thread means.
 *
 * A pure function from what the kernel reported to one word; the loop acts on
 * it.  All threads are attached with PTRACE_SEIZE, PTRACE_O_TRACESYSGOOD and
 * the follow options, so the cases are those of ptrace(2), "Stopped states".
 */
#ifndef ENGINE_STOPS_H
#define ENGINE_STOPS_H

#include <stdbool.h>

enum stop_kind {
	STOP_EXITED,  /* value: exit status */
	STOP_KILLED,  /* value: signal */
	STOP_SECCOMP, /* the filter said TRACE: the call is about to start */
	STOP_SYSCALL, /* entry or exit of a call; only PTRACE_GET_SYSCALL_INFO tells which */
	STOP_FORK,    /* the parent, after fork, clone with SIGCHLD */
	STOP_VFORK,
	STOP_CLONE, /* the parent; a thread or a process */
	STOP_EXEC,
	STOP_VFORK_DONE,
	STOP_EXIT,     /* about to exit */
	STOP_ATTACHED, /* first stop of a new thread, or after PTRACE_INTERRUPT, or SIGCONT */
	STOP_GROUP,    /* stopped by value: SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU */
	STOP_TRAP,     /* SIGTRAP: breakpoint, single step, or a signal like any other */
	STOP_SIGNAL,   /* value is about to be delivered */
	STOP_UNKNOWN,
	STOP_MAX_
};

struct stop {
	enum stop_kind kind;
	int value;
};

struct stop stop_classify(int wait_status);

/* Of a thread whose signals are all blocked: what SIGSTOP does to it all the same. */
bool is_stop_signal(int wait_status);

/* For traces and messages. */
const char *stop_name(enum stop_kind kind);

#endif
