/*
 * queue.h - records through a message queue of either kind, for programs whose
 * job is the same over both.
 */
#ifndef LIB_QUEUE_H
#define LIB_QUEUE_H

#include "lib/record.h"

/* All return a negative errno on failure; send and receive wait, and go on after EINTR. */
struct queue_ops {
	/* The queue with that name, which is there (POSIX); a new one that only we know (System V).
	 */
	int (*open)(const char *name);
	int (*send)(int queue, const struct record *r);
	int (*receive)(int queue, struct record *r);
	void (*remove)(int queue);
};

extern const struct queue_ops queue_posix, queue_sysv;

#endif
