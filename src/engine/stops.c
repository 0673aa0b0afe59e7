#include "engine/stops.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/util.h"

/* clang-format off */
static const struct event_row {
	int event;
	enum stop_kind kind;
} event_rows[] = {
	{ PTRACE_EVENT_SECCOMP,    STOP_SECCOMP },
	{ PTRACE_EVENT_FORK,       STOP_FORK },
	{ PTRACE_EVENT_VFORK,      STOP_VFORK },
	{ PTRACE_EVENT_CLONE,      STOP_CLONE },
	{ PTRACE_EVENT_EXEC,       STOP_EXEC },
	{ PTRACE_EVENT_VFORK_DONE, STOP_VFORK_DONE },
	{ PTRACE_EVENT_EXIT,       STOP_EXIT },
};

static const char *const names[] = {
	[STOP_EXITED] = "exited",           [STOP_KILLED] = "killed",
	[STOP_SECCOMP] = "seccomp",         [STOP_SYSCALL] = "syscall",
	[STOP_FORK] = "fork",               [STOP_VFORK] = "vfork",
	[STOP_CLONE] = "clone",             [STOP_EXEC] = "exec",
	[STOP_VFORK_DONE] = "vfork-done",   [STOP_EXIT] = "exit",
	[STOP_ATTACHED] = "attached",       [STOP_GROUP] = "group-stop",
	[STOP_TRAP] = "trap",               [STOP_SIGNAL] = "signal",
	[STOP_UNKNOWN] = "unknown",
};
/* clang-format on */
_Static_assert(ARRAY_SIZE(names) == STOP_MAX_, "one name for each stop");

static struct stop classify_event(int event, int signal)
{
	if (event == PTRACE_EVENT_STOP)
		return signal == SIGTRAP ? (struct stop){STOP_ATTACHED, 0}
					 : (struct stop){STOP_GROUP, signal};
	for (size_t i = 0; i < ARRAY_SIZE(event_rows); i++)
		if (event_rows[i].event == event)
			return (struct stop){event_rows[i].kind, 0};
	return (struct stop){STOP_UNKNOWN, event};
}

struct stop stop_classify(int status)
{
	int signal;

	if (WIFEXITED(status))
		return (struct stop){STOP_EXITED, WEXITSTATUS(status)};
	if (WIFSIGNALED(status))
		return (struct stop){STOP_KILLED, WTERMSIG(status)};
	if (!WIFSTOPPED(status))
		return (struct stop){STOP_UNKNOWN, status};
	signal = WSTOPSIG(status);
	if (status >> 16)
		return classify_event(status >> 16, signal);
	if (signal == (SIGTRAP | 0x80))
		return (struct stop){STOP_SYSCALL, 0};
	if (signal == SIGTRAP)
		return (struct stop){STOP_TRAP, SIGTRAP};
	return (struct stop){STOP_SIGNAL, signal};
}

bool is_stop_signal(int status)
{
	struct stop stop = stop_classify(status);

	return stop.kind == STOP_GROUP || (stop.kind == STOP_SIGNAL && stop.value == SIGSTOP);
}

const char *stop_name(enum stop_kind kind)
{
	return (unsigned)kind < STOP_MAX_ ? names[kind] : "invalid";
}
