/*
 * kernel_model.h - what Linux can really do to a call: the rules behind
 * `model: kernel`.
 *
 * A fault that Linux cannot cause makes a program fail that is right, and a
 * tool that nobody believes.  kernel_model.csv says which call can give which
 * error under what conditions; kernel_allows_here() asks whether they hold at
 * the moment when a fault would fire.  Every reason is one sentence without a
 * full stop, static, and says what to use instead where there is something.
 */
#ifndef SYS_KERNEL_MODEL_H
#define SYS_KERNEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/words.h"
#include "sys/syscalls.h"

/*
 * Whether @syscall_id can ever give @err: for checking a scenario before it
 * runs.  @after: the call is made and then reported as failed (errno-after).
 * On false *@ret_reason says why.
 */
bool kernel_allows_errno(int syscall_id, int err, bool after, const char **ret_reason);

/*
 * The errors that Linux can give at @syscall_id, each once, in the order of
 * kernel_model.csv, but those of connections and objects that are gone: they
 * are true only of what really is.  Stores the first @max; how many there are.
 */
struct kernel_error {
	int err;
	bool after; /* the call is made and then reported as failed */
};
size_t kernel_errors_of(int syscall_id, struct kernel_error *ret_errors, size_t max);

/* Whether a call that wanted more may ever have moved less. */
bool kernel_allows_short(int syscall_id, const char **ret_reason);

/*
 * Whether @action can strike that mechanism at all: a queue cannot be reset, a
 * pipe has no messages.  On false *@ret_reason says why.  What `model:
 * adversarial` does besides is not asked.
 */
bool kernel_allows_fault(enum mechanism mechanism, enum action_kind action,
			 const char **ret_reason);

/* A call at its entry, and what a fault wants of it; zero = no, none, or unknown. */
struct kernel_moment {
	enum action_kind action;
	int err;       /* ACTION_ERRNO, ACTION_ERRNO_AFTER */
	int64_t value; /* ACTION_RETURN */

	int syscall_id;
	const uint64_t *args; /* SYSCALL_ARGS of them; NULL = unknown */
	uint64_t length;      /* bytes that it is to move */
	enum fd_kind fd_kind; /* of its descriptor, of the file to be opened */

	bool nonblocking;   /* does not wait: O_NONBLOCK, MSG_DONTWAIT, IPC_NOWAIT, time limit 0 */
	bool time_limited;  /* an argument, SO_RCVTIMEO or SO_SNDTIMEO ends the wait */
	bool waits_for_all; /* MSG_WAITALL */
	bool unlocks;	    /* F_UNLCK, LOCK_UN */
	bool ready;	    /* it is known that it would not have to wait */
	bool shared_description; /* other processes hold the same open file */

	bool has_handler;		  /* some signal is caught and not blocked */
	bool has_handler_without_restart; /* …by a handler without SA_RESTART */
	bool sigpipe_ignored;		  /* or blocked, or MSG_NOSIGNAL */
	bool below_libc_wait; /* called from pthread_join or from a condition variable */

	bool persistent; /* the fault goes on firing from here: `nth: 3..` */
};

/*
 * Fill what the arguments tell: syscall_id, args, length, nonblocking,
 * time_limited, waits_for_all, and sigpipe_ignored where MSG_NOSIGNAL is set.
 * @open_flags are those of the descriptor, 0 = none or unknown.  Everything
 * else is left alone, and what is true already stays so.
 */
void kernel_moment_from_call(struct kernel_moment *m, int syscall_id,
			     const uint64_t args[SYSCALL_ARGS], int open_flags);

/* What costs something to find out; the other fields of a kernel_moment do not. */
enum kernel_question {
	KERNEL_ASKS_SIGNALS, /* has_handler, has_handler_without_restart, sigpipe_ignored */
	KERNEL_ASKS_SHARING, /* shared_description */
};

/* Whether the answer of kernel_allows_here() for @action at @syscall_id can depend on it. */
bool kernel_asks(int syscall_id, enum action_kind action, int err, enum kernel_question question);

/*
 * Whether Linux could do that here and now.  Only errno, errno-after, return,
 * short and what happens to messages on their way are ever refused: all other
 * actions are really done, not claimed.
 */
bool kernel_allows_here(const struct kernel_moment *m, const char **ret_reason);

#endif
