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
	void (*stop)(void);
	void (*abandon)(void *ctx);
	void *ctx;
	volatile sig_atomic_t got;
	struct sigaction old[ARRAY_SIZE(signals)];
	bool caught[ARRAY_SIZE(signals)];
} state;

static void on_signal(int number)
{
	int saved = errno;

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
	struct sigaction action = {.sa_handler = on_signal};

	state.stop = stop;
	state.abandon = abandon;
	state.ctx = ctx;
	state.got = 0;
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
