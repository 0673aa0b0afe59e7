/*
 * internal.h - between the families of actions.
 */
#ifndef FAULT_INTERNAL_H
#define FAULT_INTERNAL_H

#include <errno.h>

#include "fault/fault.h"

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
};

/* result.c */
extern const struct action_ops ops_errno, ops_errno_after, ops_return, ops_short;
/* signal.c */
extern const struct action_ops ops_signal, ops_pulse;
/* life.c */
extern const struct action_ops ops_kill, ops_delay, ops_stop, ops_limit;
/* peer.c */
extern const struct action_ops ops_close_peer, ops_nonblock;
/* object.c */
extern const struct action_ops ops_object; /* capacity, fill, drain, remove */

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
	object_fault *capacity, *fill, *drain, *remove;
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

/* object.c: never NULL. */
const struct object_ops *object_ops_of(enum fd_kind kind);
/* Some descriptor of a traced process for it; refuses when there is none. */
int any_holder(struct fault_env *env, struct shot *shot, const struct fd_object *object,
	       struct fd_holder *ret_holder);

/* filler.c */
bool has_reader_asleep(struct fault_env *env, const struct fd_object *object);
int filler_remember(struct fault_env *env, const struct fd_object *object, size_t size);
/* Filler that is gone need not be taken away; returns how much it was. */
size_t filler_forget(struct fault_env *env, const struct fd_object *object);
void fillers_release(struct fault_env *env);

/*
 * model.c: may Linux do that here and now?  0, or -EPERM with the reason in
 * the fault.  Always 0 with `model: adversarial`.
 */
int model_check(struct fault_env *env, struct shot *shot, const struct moment *at,
		bool is_errno_after);

#endif
