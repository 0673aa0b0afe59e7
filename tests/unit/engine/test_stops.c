#include "engine/stops.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/ptrace.h>

#include "base/util.h"

#define STOPPED(signal)	     ((signal) << 8 | 0x7f)
#define EVENT(event, signal) ((event) << 16 | STOPPED(signal))
#define EXITED(code)	     ((code) << 8)
#define SYSGOOD		     (SIGTRAP | 0x80)

/* Wait statuses as strace 6.1 -f --seccomp-bpf saw them on Linux 6.18, and those of ptrace(2). */
static const struct row {
	const char *name;
	int status;
	enum stop_kind kind;
	int value;
} rows[] = {
	{"exit(0)", 0x0000, STOP_EXITED, 0},
	{"exit(3)", 0x0300, STOP_EXITED, 3},
	{"exit(255)", 0xff00, STOP_EXITED, 255},
	{"killed by SIGKILL", 0x0009, STOP_KILLED, SIGKILL},
	{"killed by SIGSEGV with a core", 0x008b, STOP_KILLED, SIGSEGV},
	{"killed by a real-time signal", 64, STOP_KILLED, 64},
	{"seccomp", 0x7057f, STOP_SECCOMP, 0},
	{"syscall", 0x857f, STOP_SYSCALL, 0},
	{"fork", 0x1057f, STOP_FORK, 0},
	{"vfork", 0x2057f, STOP_VFORK, 0},
	{"clone", 0x3057f, STOP_CLONE, 0},
	{"exec", 0x4057f, STOP_EXEC, 0},
	{"vfork done", 0x5057f, STOP_VFORK_DONE, 0},
	{"about to exit", 0x6057f, STOP_EXIT, 0},
	{"attached, interrupted or continued", 0x80057f, STOP_ATTACHED, 0},
	{"group-stop by SIGSTOP", 0x80137f, STOP_GROUP, SIGSTOP},
	{"group-stop by SIGTSTP", 0x80147f, STOP_GROUP, SIGTSTP},
	{"group-stop by SIGTTIN", 0x80157f, STOP_GROUP, SIGTTIN},
	{"group-stop by SIGTTOU", 0x80167f, STOP_GROUP, SIGTTOU},
	{"breakpoint or step", 0x057f, STOP_TRAP, SIGTRAP},
	{"SIGSTOP before it stops the group", 0x137f, STOP_SIGNAL, SIGSTOP},
	{"SIGCHLD", 0x117f, STOP_SIGNAL, SIGCHLD},
	{"SIGHUP", 0x017f, STOP_SIGNAL, SIGHUP},
	{"SIGSEGV", 0x0b7f, STOP_SIGNAL, SIGSEGV},
	{"real-time signal 64", 0x407f, STOP_SIGNAL, 64},
	{"an event of a later kernel", EVENT(9, SIGTRAP), STOP_UNKNOWN, 9},
	{"WIFCONTINUED", 0xffff, STOP_UNKNOWN, 0xffff},
};

Test(engine_stops, classifies_recorded_statuses)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct stop stop = stop_classify(rows[i].status);

		cr_expect(eq(int, stop.kind, rows[i].kind), "%s: %s", rows[i].name,
			  stop_name(stop.kind));
		cr_expect(eq(int, stop.value, rows[i].value), "%s", rows[i].name);
	}
}

/* Every signal in every form that can carry one. */
Test(engine_stops, tells_a_signal_from_what_looks_like_one)
{
	for (int signal = 1; signal <= 64; signal++) {
		struct stop killed = stop_classify(signal), core = stop_classify(signal | 0x80);
		struct stop delivery = stop_classify(STOPPED(signal));
		struct stop group = stop_classify(EVENT(PTRACE_EVENT_STOP, signal));

		cr_expect(eq(int, killed.kind, STOP_KILLED), "%d", signal);
		cr_expect(eq(int, killed.value, signal));
		cr_expect(eq(int, core.kind, STOP_KILLED), "%d", signal);
		cr_expect(eq(int, core.value, signal));
		cr_expect(eq(int, delivery.kind, signal == SIGTRAP ? STOP_TRAP : STOP_SIGNAL), "%d",
			  signal);
		cr_expect(eq(int, delivery.value, signal));
		cr_expect(eq(int, group.kind, signal == SIGTRAP ? STOP_ATTACHED : STOP_GROUP), "%d",
			  signal);
	}
	cr_expect(eq(int, stop_classify(STOPPED(SYSGOOD)).kind, STOP_SYSCALL));
	for (int code = 0; code < 256; code++)
		cr_expect(eq(int, stop_classify(EXITED(code)).value, code));
}

Test(engine_stops, every_kind_has_a_name_of_its_own)
{
	for (int kind = 0; kind < STOP_MAX_; kind++)
		for (int other = 0; other < kind; other++)
			cr_expect(ne(str, (char *)stop_name((enum stop_kind)kind),
				     (char *)stop_name((enum stop_kind)other)),
				  "%d and %d", kind, other);
	cr_expect(eq(str, (char *)stop_name(STOP_MAX_), "invalid"));
	cr_expect(eq(str, (char *)stop_name((enum stop_kind) - 1), "invalid"));
}
