/*
 * Is a signal handler running?  sigaction() and signal() of the program put a
 * function of ours in front of its handlers, when something is counted.
 */
#include <errno.h>
#include <signal.h>

#include "rt/flow.h"
#include "rt/rt.h"

typedef void handler_fn(int signal, siginfo_t *info, void *context);

/* The C library's own; sigaction() is another name of it. */
int __sigaction(int signal, const struct sigaction *action, struct sigaction *ret_old);

static handler_fn *handlers[NSIG];
static bool restarts[NSIG];

/* A handler that was left by longjmp() has not taken itself off. */
struct running {
	uint64_t depth, frame; /* the innermost one's */
};
static __thread struct running running __attribute__((tls_model("initial-exec")));

/* Deeper on the same stack, or on another one (sigaltstack). */
#define SAME_STACK (UINT64_C(8) << 20)

bool rt_in_handler(void)
{
	uint64_t frame = (uint64_t)__builtin_frame_address(0);

	if (running.depth && frame > running.frame && frame - running.frame < SAME_STACK)
		running.depth = 0;
	return running.depth > 0;
}

static void call_handler(int signal, siginfo_t *info, void *context)
{
	struct running before = running;
	enum rt_handled now = restarts[signal] ? HANDLED_RESTARTS : HANDLED_INTERRUPTS;
	enum rt_handled earlier = rt_has_handled;
	handler_fn *handler = __atomic_load_n(&handlers[signal], __ATOMIC_ACQUIRE);

	running.depth = before.depth + 1;
	running.frame = (uint64_t)__builtin_frame_address(0);
	handler(signal, info, context);
	running = before;
	rt_has_handled = earlier > now ? earlier : now;
}

static bool is_function(const struct sigaction *action)
{
	return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

RT_EXPORT int sigaction(int signal, const struct sigaction *action, struct sigaction *ret_old)
{
	handler_fn *before;
	struct sigaction ours;
	int rc;

	rt_attach();
	if (!rt_segment || signal <= 0 || signal >= NSIG)
		return __sigaction(signal, action, ret_old);
	before = __atomic_load_n(&handlers[signal], __ATOMIC_ACQUIRE);
	if (action && is_function(action)) {
		rt_copy(&ours, action, sizeof(ours));
		ours.sa_sigaction = call_handler;
		restarts[signal] = action->sa_flags & SA_RESTART;
		__atomic_store_n(&handlers[signal], action->sa_sigaction, __ATOMIC_RELEASE);
		action = &ours;
	}
	rc = __sigaction(signal, action, ret_old);
	if (rc == 0 && ret_old && ret_old->sa_sigaction == call_handler)
		ret_old->sa_sigaction = before;
	return rc;
}

/* As glibc's: BSD semantics. */
RT_EXPORT sighandler_t signal(int number, sighandler_t handler)
{
	struct sigaction action, old;

	if (handler == SIG_ERR || number <= 0 || number >= NSIG) {
		errno = EINVAL;
		return SIG_ERR;
	}
	rt_clear(&action, sizeof(action));
	action.sa_flags = SA_RESTART;
	action.sa_handler = handler;
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, number);
	return sigaction(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}
