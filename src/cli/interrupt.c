#include "cli/interrupt.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static struct {
	pid_t owner; /* a forked child inherits the handler, but it has nothing to stop */
	void (*stop)(void);
	void (*abandon)(void *ctx);
	void *ctx;
	volatile sig_atomic_t got;
	struct sigaction old[ARRAY_SIZE(signals)], old_pipe;
	bool caught[ARRAY_SIZE(signals)];
} state;

static void on_signal(int number)
{
	int saved = errno;

	if (getpid() != state.owner)
		_exit(128 + number);
	if (state.got) {
		state.abandon(state.ctx);
		_exit(128 + number);
	}
	state.got = number;
	state.stop();
	errno = saved;
}

int interrupt_catch(void (*stop)(void), void (*abandon)(void *ctx), void *ctx, struct err *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction action = {.sa_handler = on_signal};

	state.owner = getpid();
	state.stop = stop;
	state.abandon = abandon;
	state.ctx = ctx;
	state.got = 0;
	sigaction(SIGPIPE, &ignore, &state.old_pipe);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&action.sa_mask, signals[i]);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (sigaction(signals[i], NULL, &state.old[i]) < 0)
			return err_errno(err, -errno, "sigaction");
		state.caught[i] = state.old[i].sa_handler != SIG_IGN;
		if (state.caught[i])
			sigaction(signals[i], &action, NULL);
	}
	return 0;
}

void interrupt_release(void)
{
	sigaction(SIGPIPE, &state.old_pipe, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (state.caught[i])
			sigaction(signals[i], &state.old[i], NULL);
		state.caught[i] = false;
	}
}

int interrupt_signal(void)
{
	return state.got;
}
