/*
 * internal.h - between the families of actions.
 */
#ifndef FAULT_INTERNAL_H
#define FAULT_INTERNAL_H

#include <errno.h>

#include "fault/fault.h"
#include "sys/sock_diag.h"

/* What an event says of an open shot. */
enum proof { PROOF_OPEN, PROOF_PROVEN, PROOF_GIVEN_UP };

struct action_ops {
	int (*fire)(struct fault_env *env, struct shot *shot, const struct moment *at,
		    struct err *err);
	enum proof (*on_exit)(struct fault_env *env, struct shot *shot, struct tracee *t,
			      int64_t result);
	enum proof (*on_blocked)(struct fault_env *env, struct shot *shot, struct tracee *t);
	enum proof (*on_delivery)(struct fault_env *env, struct shot *shot, struct tracee *t,
				  int signal, const siginfo_t *info);
	enum proof (*on_handler)(struct fault_env *env, struct shot *shot, struct tracee *t);
	enum proof (*on_group_stop)(struct fault_env *env, struct shot *shot, int signal);
	enum proof (*on_end)(struct fault_env *env, struct shot *shot, struct process *p);
	enum proof (*on_tick)(struct fault_env *env, struct shot *shot, uint64_t now_ns);
	/* The call of the shot is made again after an interruption. */
	int (*on_again)(struct fault_env *env, struct shot *shot, struct tracee *t);
	/* Any other call of any process, at its entry. */
	void (*on_other_call)(struct fault_env *env, struct shot *shot, struct tracee *t);
};

/* result.c */
extern const struct action_ops ops_errno, ops_errno_after, ops_return, ops_short;
/* tear.c */
extern const struct action_ops ops_tear;
/* signal.c */
extern const struct action_ops ops_signal, ops_pulse;
/* life.c */
extern const struct action_ops ops_kill, ops_delay, ops_stop, ops_limit;
/* peer.c */
extern const struct action_ops ops_close_peer, ops_nonblock;
/* object.c */
/* capacity, fill, drain, remove, truncate, unlink, corrupt */
extern const struct action_ops ops_object;
/* message.c */
extern const struct action_ops ops_drop, ops_duplicate, ops_truncate_message, ops_lose_fds;
/* corrupt.c */
extern const struct action_ops ops_corrupt;
/* reorder.c */
extern const struct action_ops ops_reorder;

/* What the descriptor of the call refers to, looked up once where a fault fires. */
int object_of_call(struct fault_env *env, const struct tracee *t, struct fd_object *ret_object);

/* "write(1, 4096)" and so on, for texts. */
void describe_call(struct fault_env *env, const struct tracee *t, char *buf, size_t size);

/* "pipe `data`", "pipe:[12]" */
const char *object_label(struct fault_env *env, const struct fd_object *object, char *buf,
			 size_t size);

/* Refuse with a reason: sets fault->refused and returns -EPERM. */
#define refuse(shot, ...) (refuse_because(shot, __VA_ARGS__), -EPERM)
void refuse_because(struct shot *shot, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* After a signal was sent: remember when it stays pending because it is blocked. */
void fault_note_pending(struct fault_env *env, struct shot *shot);

/* The shot is proven now: for what is done and checked at once. */
void shot_proven(struct fault_env *env, struct shot *shot);

/* signal.c: refuse a signal that the process would not notice. */
int check_disposition(struct fault_env *env, struct shot *shot);

/* signal.c: at the entry of a call: what is pending is handled first, then the call is made. */
int send_back(struct tracee *t);

/* signal.c: a group-stop of @p for @ns (or STOP_FOREVER), and the events that prove it. */
int stop_for(struct fault_env *env, struct shot *shot, struct process *p, uint64_t ns);
enum proof stop_seen(struct fault_env *env, struct shot *shot, int signal);
enum proof stop_tick(struct fault_env *env, struct shot *shot, uint64_t now_ns);

/* The process that is struck: `of:`, else that of the moment. */
struct process *struck_process(struct fault_env *env, const struct shot *shot,
			       const struct moment *at);

/* The object that is struck: `of:` channel, else the descriptor of the call. */
int struck_object(struct fault_env *env, struct shot *shot, const struct moment *at,
		  struct fd_object *ret_object);

/*
 * What can be done to the objects of one kind; NULL: nothing of that sort, it
 * is refused.  Each returns what action_ops.fire does.
 */
typedef int object_fault(struct fault_env *env, struct shot *shot, const struct fd_object *object);
struct object_ops {
	object_fault *capacity, *fill, *drain, *remove, *truncate, *unlink, *corrupt;
	/* @t is about to read from its descriptor or id @fd: @size of filler must go. */
	int (*take_filler)(struct fault_env *env, const struct fd_object *object, size_t size,
			   struct tracee *t, int fd);
};
/* wake.c */
extern const struct action_ops ops_wake;
/* buffer.c */
extern const struct object_ops object_pipe_ops;
/* sysv.c */
extern const struct object_ops object_msg_sysv_ops, object_sem_sysv_ops, object_shm_sysv_ops;
/* queue.c */
extern const struct object_ops object_mqueue_ops;
/* memory.c */
extern const struct object_ops object_file_ops;
object_fault name_unlink;     /* of any object with a path */
object_fault segment_corrupt; /* System V */
/* stream.c */
extern const struct object_ops object_stream_ops;
object_fault stream_capacity;				    /* of both ends of any connection */
int socket_set_sizes(struct shot *shot, int fd, int bytes); /* or refuses */
/* The call that triggered takes in: what is on the way to it is meant, not what is from it. */
bool socket_call_receives(const struct shot *shot);
/* packet.c */
extern const struct object_ops object_udp_ops, object_unix_dgram_ops, object_seqpacket_ops;
/* eventfd.c */
extern const struct object_ops object_eventfd_ops;

/* object.c: never NULL. */
const struct object_ops *object_ops_of(enum fd_kind kind);
/* Some descriptor of a traced process for it; refuses when there is none. */
int any_holder(struct fault_env *env, struct shot *shot, const struct fd_object *object,
	       struct fd_holder *ret_holder);

/* close.c: all who hold an object let go of it */
struct closing {
	struct fd_holder *holders; /* is put into another order */
	size_t count;
	struct tracee *at_thread; /* of the moment; NULL: none */
	/*
	 * What they have instead: of a socket type, a socket whose other end has
	 * gone; 0 = /dev/null.
	 */
	int socket_type;
	int unread_through; /* a descriptor of ours that sends to it: closed with a byte unread */
};
int close_everywhere(struct fault_env *env, const struct closing *closing);

/* socket.c */
extern const struct action_ops ops_reset, ops_shutdown;
bool is_socket(enum fd_kind kind);
int close_socket_peer(struct fault_env *env, struct shot *shot, const struct moment *at,
		      const struct fd_object *object);
object_fault socket_unlink; /* the file that it, or its other end, is bound to */
/* The socket of the channel @channel that the process of the moment has, else any other. */
int socket_of_channel(struct fault_env *env, struct shot *shot, const struct moment *at,
		      int channel, struct fd_object *ret_object);

/* socket_end.c: a connected socket of a traced process and the one at its other end. */
struct socket_ends {
	struct fd_object near, far; /* far.ino 0: not accepted yet */
	struct sock_entry near_entry, far_entry;
	int fd; /* the near one, borrowed */
};
/* Refuses what is not connected, or not within the run. */
int socket_ends_find(struct fault_env *env, struct shot *shot, const struct fd_object *object,
		     struct socket_ends *ret_ends);
void socket_ends_release(struct socket_ends *ends);
/* A copy of the far socket; -ESRCH: no process of the run holds it. */
int socket_borrow_far(struct fault_env *env, const struct socket_ends *ends);
/* The far socket as it is now; false: it has gone. */
bool socket_read_far(const struct socket_ends *ends, struct sock_entry *ret_entry);

/* filler.c: somebody is in a call that takes from it, or may be: what is put in he would get. */
bool has_reader_inside(struct fault_env *env, const struct fd_object *object);
int filler_remember(struct fault_env *env, const struct fd_object *object, size_t size);
/* Filler that is gone need not be taken away; returns how much it was. */
size_t filler_forget(struct fault_env *env, const struct fd_object *object);

/* The end of a drain: what was @taken less the filler, in "byte"s or "message"s; refused where
 * that is nothing. */
int tell_drained(struct fault_env *env, struct shot *shot, const struct fd_object *object,
		 size_t taken, const char *unit);
void fillers_release(struct fault_env *env);

/* result.c: the call is not made and returns @result; exit_has_expected() proves it. */
int shot_skip(struct shot *shot, struct tracee *t, int64_t result);
enum proof exit_has_expected(struct fault_env *env, struct shot *shot, struct tracee *t,
			     int64_t result);

/* transfer.c */
#define TRANSFER_PARTS_MAX 128

/* The length that the program asks for; -EINVAL when its description makes no sense. */
int transfer_length(struct tracee *t, const struct syscall_row *row, uint64_t *ret_length);
/* Where a replaced iovec or msghdr goes: below what the program uses of its stack. */
uint64_t transfer_scratch(const struct arch_regs *regs);
/*
 * At the entry: only @want bytes may move.  -E2BIG: the parts are too many;
 * -EFAULT: no room on the stack.
 */
int transfer_cut(struct fault_env *env, struct shot *shot, struct tracee *t,
		 const struct syscall_row *row, uint64_t want);
/* recvmsg() writes into the msghdr: into our copy, so back into the program's. */
void transfer_copy_back(struct fault_env *env, struct shot *shot, struct tracee *t);

/*
 * model.c: may Linux do that here and now?  0, or -EPERM with the reason in
 * the fault.  Always 0 with `model: adversarial`.
 */
int model_check(struct fault_env *env, struct shot *shot, const struct moment *at,
		bool is_errno_after);

#endif
