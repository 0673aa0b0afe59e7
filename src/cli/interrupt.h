/*
 * interrupt.h - Ctrl-C: end the run in order; a second time: at once.
 *
 * One run at a time.  SIGINT, SIGTERM and SIGHUP are caught unless they were
 * ignored when the program started (nohup).  SIGPIPE is ignored meanwhile: a
 * reader that goes away must not cost the other reports.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

struct err;

/*
 * From now on the first signal calls @stop, the second @abandon(@ctx) and then
 * ends the process as that signal would.  Both must be async-signal-safe.
 */
int interrupt_catch(void (*stop)(void), void (*abandon)(void *ctx), void *ctx, struct err *err);

/* The signals are again what they were. */
void interrupt_release(void);

/* The signal that came, or 0. */
int interrupt_signal(void);

#endif
