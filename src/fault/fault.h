/*
 * fault.h - a fault of the scenario while it runs: armed, shot, proven.
 *
 * The run decides when a fault's moment has come; fault_fire() then starts
 * what it does.  Nothing counts as fired on our own word: each shot stays open
 * until the kernel has shown that it happened (at the exit of the call, at the
 * delivery of the signal, at the death or the stop of the process), and only
 * then is the fault's `fired` raised.
 */
#ifndef FAULT_FAULT_H
#define FAULT_FAULT_H

#include "base/rng.h"
#include "engine/engine.h"
#include "engine/fds.h"
#include "model/result.h"
#include "model/scenario.h"

#define FAULT_INJECTIONS_KEPT 8

/* One fault of the run. */
struct fault {
	const struct fault_spec *spec;
	unsigned index;
	struct rng rng;
	bool armed;	  /* `after:` and the fault-free run: false */
	uint64_t matched; /* moments counted so far */
	uint64_t struck;  /* started: the kernel took it, its effect may still be to come */
	uint64_t fired;	  /* proven */
	char refused[ERR_TEXT_MAX]; /* the last reason why it did not happen; "" = none */
	struct injection injections[FAULT_INJECTIONS_KEPT];
	size_t injection_count;
};

/* One injection on its way; see the file comment. */
struct shot {
	struct fault *fault;
	pid_t tid;  /* whose call it is, or who gets the signal; 0 = none in particular */
	pid_t tgid; /* the process that is struck */
	struct call_view call; /* nr -1: not at a call */
	int64_t expected;      /* result that proves it */
	int signal;
	uint64_t asked;		    /* short: how many bytes may move */
	uint64_t until_ns;	    /* pulse: when to continue */
	uint64_t scratch, original; /* short: replaced argument */
	bool pending;	/* sent, and blocked by the process: it may take it by sigwait(3) */
	bool visible;	/* …and it has a signalfd that shows it */
	bool waiting;	/* for a handler to begin, for the call to sleep, for another message */
	void *kept;	/* messages: what is held back, or put back; owned */
	char text[256]; /* what happens, for people */
	struct shot *prev, *next;
};

/* What faults need to know of the run; functions may not be NULL. */
struct fault_env {
	struct engine *engine;
	enum fault_model model;
	struct shot *shots;	 /* utlist */
	struct filler *fillers;	 /* of filler.c */
	struct fd_object object; /* of the descriptor of the call where a fault fires now */
	pid_t object_of;	 /* whose call; 0 = not looked up yet */
	void *ctx;
	/* The process that `of: NAME` means: the first of the kind that lives, or NULL. */
	struct process *(*process_of)(void *ctx, const struct selector *of);
	/* Whether an object belongs to a channel. */
	bool (*channel_has)(void *ctx, int channel, const struct fd_object *object);
	/* The object behind a channel; of a port only its kind and number. */
	int (*channel_object)(void *ctx, int channel, struct fd_object *ret_object);
	/* The process as people name it. */
	const char *(*label)(void *ctx, const struct process *p, char *buf, size_t size);
	/* The channel with that object; NULL = none. */
	const char *(*channel_name)(void *ctx, const struct fd_object *object);
	/* The path of the channel with that object; NULL = none, or it has none. */
	const char *(*channel_path)(void *ctx, const struct fd_object *object);
	/* Whether the stopped thread @t is in that function, at whatever depth; NULL: unknown. */
	bool (*called_from)(void *ctx, struct tracee *t, const char *function);
	/* Called when a shot at the process @tgid (0 = none in particular) has been proven. */
	void (*fired)(void *ctx, struct fault *fault, pid_t tgid);
};

/* Where a fault fires. */
struct moment {
	struct tracee *t;  /* NULL: not in a thread (elapsed, after) */
	struct process *p; /* NULL: none */
	bool at_call;	   /* t->call is what triggered; then there is a t */
	enum phase phase;  /* of it */
};

/*
 * Do it.  0: on its way, or done; then proven at once or later.  -EPERM: the
 * model or the kernel does not allow it here, fault->refused says why.
 * Otherwise an error of ours, in @err.
 */
int fault_fire(struct fault_env *env, struct fault *fault, const struct moment *at,
	       struct err *err);

/* The engine's events; each proves or gives up the shots that it concerns. */
void fault_on_entry(struct fault_env *env, struct tracee *t); /* any call */
void fault_on_blocked(struct fault_env *env, struct tracee *t);
void fault_on_exit(struct fault_env *env, struct tracee *t, int64_t result);
void fault_on_delivery(struct fault_env *env, struct tracee *t, int signal, const siginfo_t *info);
void fault_on_handler(struct fault_env *env, struct tracee *t, int signal);
void fault_on_group_stop(struct fault_env *env, struct process *p, int signal);
void fault_on_end(struct fault_env *env, struct process *p);
void fault_on_tick(struct fault_env *env, uint64_t now_ns);

/*
 * What is known of the call that @t is about to make, for kernel_allows_here()
 * with any error: what it allows may still be refused when it is fired.  The
 * signals that are caught and not blocked are *@ret_caught.  -ESRCH.
 */
struct kernel_moment;
int fault_moment_of(struct fault_env *env, struct tracee *t, struct kernel_moment *ret_moment,
		    uint64_t *ret_caught);

/* Forget what is still open. */
void fault_env_release(struct fault_env *env);
void fault_release(struct fault *fault);

/*
 * `fill` leaves filler in front of the data, which no program may see: to be
 * called at the entry of every call of the families `reads` and `receives` in
 * any process while such a fault is in the scenario.
 */
void fault_before_read(struct fault_env *env, struct tracee *t);

#endif
