/*
 * internal.h - between the engine's own files.
 */
#ifndef ENGINE_INTERNAL_H
#define ENGINE_INTERNAL_H

#include <sys/ptrace.h>

#include <linux/ptrace.h>

#include "engine/call.h"
#include "engine/engine.h"
#include "engine/stops.h"
#include "engine/tracer_ops.h"

/* engine.c: the tick is one for all engines, and ends with the release of any of them. */
void tick_again(void);

/* tracee.c */
struct tracee *tracee_new(struct engine *e, pid_t tid, struct process *p);
void tracee_free(struct engine *e, struct tracee *t);
struct process *process_new(struct engine *e, pid_t tgid, struct process *parent);
void process_drop_image(struct process *p);

/* dispatch.c: act on one wait report. */
int dispatch(struct engine *e, pid_t tid, int status, struct err *err);

/* calls.c */
int on_seccomp_stop(struct engine *e, struct tracee *t);
int on_syscall_stop(struct engine *e, struct tracee *t);
/* The call that @t is in has ended with @result: undo, tell. */
void call_over(struct engine *e, struct tracee *t, int64_t result);
/* Do @regs show the call that @t->call is?  The filter lets others pass unseen. */
bool is_call_of_regs(const struct tracee *t, const struct arch_regs *regs);
/* Nobody will undo the EINTR that the call has ended with: tell it; false when there was none. */
bool settle_eintr(struct engine *e, struct tracee *t);

/* signals.c */
int on_signal_stop(struct engine *e, struct tracee *t, int signal);
int on_handler_entry(struct engine *e, struct tracee *t);
void on_sigreturn(struct engine *e, struct tracee *t);
/*
 * @t is in a stop of ours that interrupted the call it slept in: see to it
 * that the call goes on as if nothing had been.
 */
int continue_interrupted(struct engine *e, struct tracee *t);
/* PTRACE_INTERRUPT; any stop takes one that is pending away, so it may have to be repeated. */
int ask_to_stop(struct tracee *t);
/* EINTR, from one of the calls that give it also to signals that the program ignores. */
bool is_eintr_undone(const struct syscall_row *row, int64_t result);
/* Forget handlers that were left by longjmp; @sp: of the thread now. */
void handlers_prune(struct tracee *t, uint64_t sp);

/* follow.c */
int on_new_child(struct engine *e, struct tracee *t, enum stop_kind kind);
int on_exec(struct engine *e, struct tracee *t);
int on_exited(struct engine *e, pid_t tid, const struct stop *stop);
/* Lets it run, or, while another one is watched, freezes it with the rest. */
int on_first_stop(struct engine *e, struct tracee *t);

/* breakpoint.c */
/* One instruction of a stopped thread; -ESRCH: it ended, or a signal of its own came. */
int single_step(struct engine *e, struct tracee *t);
int on_trap(struct engine *e, struct tracee *t);
/* Past the breakpoint that @t has stopped at. */
int breakpoint_step_over(struct engine *e, struct tracee *t);

/* watch.c: look at the threads with want_blocked; true when one was told. */
bool watch_poll(struct engine *e);

/* freeze.c */
void freeze_others(struct engine *e, const struct tracee *but);
void thaw(struct engine *e);

/* pin.c */
void pin_init(struct engine *e);
/* Once a tick: give the targets all processors when they spin for each other. */
void pin_check(struct engine *e, uint64_t now);
/* The exit of sched_getaffinity: the program sees the mask that it would have. */
void pin_hide(struct engine *e, struct tracee *t, int64_t result);

#endif
