#include "model/words.h"

#include <sys/resource.h>

#include "base/util.h"

#define VOCAB(name_, what_, rows_, max_)                                                           \
	_Static_assert(ARRAY_SIZE(rows_) == (max_), "one row for each " what_);                    \
	const struct vocab name_ = {what_, rows_, max_}

/* clang-format off */
static const struct vocab_row mechanism_rows[] = {
	[MECHANISM_SIGNAL]         = { "signal",         "signals and their handlers", false },
	[MECHANISM_PIPE]           = { "pipe",           "anonymous pipes", false },
	[MECHANISM_FIFO]           = { "fifo",           "named pipes", false },
	[MECHANISM_UNIX_STREAM]    = { "unix-stream",    "Unix domain stream sockets", false },
	[MECHANISM_UNIX_DGRAM]     = { "unix-dgram",     "Unix domain datagram sockets", false },
	[MECHANISM_UNIX_SEQPACKET] = { "unix-seqpacket", "Unix domain sequenced-packet sockets", false },
	[MECHANISM_FD_PASSING]     = { "fd-passing",     "descriptors passed with SCM_RIGHTS", false },
	[MECHANISM_TCP]            = { "tcp",            "TCP over loopback", false },
	[MECHANISM_UDP]            = { "udp",            "UDP over loopback", false },
	[MECHANISM_MQ_POSIX]       = { "mq-posix",       "POSIX message queues", false },
	[MECHANISM_MSG_SYSV]       = { "msg-sysv",       "System V message queues", false },
	[MECHANISM_SHM_POSIX]      = { "shm-posix",      "POSIX shared memory", false },
	[MECHANISM_SHM_SYSV]       = { "shm-sysv",       "System V shared memory", false },
	[MECHANISM_MMAP]           = { "mmap",           "mapped files", false },
	[MECHANISM_SEM_POSIX]      = { "sem-posix",      "POSIX semaphores", false },
	[MECHANISM_SEM_SYSV]       = { "sem-sysv",       "System V semaphores", false },
	[MECHANISM_FUTEX]          = { "futex",          "futexes and what is built on them", false },
	[MECHANISM_EVENTFD]        = { "eventfd",        "event counters", false },
	[MECHANISM_FILE_LOCK]      = { "file-lock",      "flock, lockf and fcntl locks", false },
	[MECHANISM_PROCESS]        = { "process",        "processes; no mechanism in particular", false },
};
VOCAB(mechanism_vocab, "mechanism", mechanism_rows, MECHANISM_MAX_);

static const struct vocab_row channel_rows[] = {
	[CHANNEL_PIPE]       = { "pipe",       "an anonymous pipe", false },
	[CHANNEL_FIFO]       = { "fifo",       "a named pipe; ${channel} is its path", false },
	[CHANNEL_SOCKETPAIR] = { "socketpair", "two connected Unix sockets", false },
	[CHANNEL_TCP]        = { "tcp",        "a loopback port; ${channel} is its number", false },
	[CHANNEL_MQ]         = { "mq",         "a POSIX message queue; ${channel} is its name", false },
	[CHANNEL_SHM]        = { "shm",        "a shared memory object; ${channel} is its name", false },
	[CHANNEL_FILE]       = { "file",       "a file; ${channel} is its path", false },
};
VOCAB(channel_vocab, "channel", channel_rows, CHANNEL_MAX_);

static const struct vocab_row trigger_rows[] = {
	[TRIGGER_CALL]     = { "call",     "at a system call, or a family of them", false },
	[TRIGGER_FUNCTION] = { "function", "at a function, or a source line (file.c:42)", false },
	[TRIGGER_LOCK]     = { "lock",     "a shared lock has just been taken", false },
	[TRIGGER_ACCESS]   = { "access",   "the N-th access to a shared mapping", false },
	[TRIGGER_OUTPUT]   = { "output",   "the process has written this text to stdout or stderr", false },
	[TRIGGER_ELAPSED]  = { "elapsed",  "so long after the start of the run", false },
	[TRIGGER_STARTED]  = { "started",  "at the program's own first instruction", false },
	[TRIGGER_AFTER]    = { "after",    "another fault has fired", false },
};
VOCAB(trigger_vocab, "trigger", trigger_rows, TRIGGER_MAX_);

static const struct vocab_row phase_rows[] = {
	[PHASE_ENTRY]   = { "entry",   "before the call does anything", false },
	[PHASE_BLOCKED] = { "blocked", "proven asleep in the call", false },
	[PHASE_EXIT]    = { "exit",    "the call is done, the program has not seen its result", false },
	[PHASE_RETURN]  = { "return",  "the function returns", false },
};
VOCAB(phase_vocab, "phase", phase_rows, PHASE_MAX_);

static const struct vocab_row action_rows[] = {
	[ACTION_ERRNO]            = { "errno",            "the call is not made and fails so", false },
	[ACTION_ERRNO_AFTER]      = { "errno-after",      "the call is made, then reported as failed", false },
	[ACTION_RETURN]           = { "return",           "the call is not made and returns this", false },
	[ACTION_SHORT]            = { "short",            "fewer bytes move", false },
	[ACTION_SIGNAL]           = { "signal",           "a signal, at a chosen moment of the call", false },
	[ACTION_PULSE]            = { "pulse",            "SIGSTOP, then SIGCONT after this time", false },
	[ACTION_KILL]             = { "kill",             "a process dies of this signal", false },
	[ACTION_DELAY]            = { "delay",            "the call waits so long: a slow peer", false },
	[ACTION_STOP]             = { "stop",             "the process stops: a hung peer", false },
	[ACTION_CLOSE_PEER]       = { "close-peer",       "every holder of the other end closes it", false },
	[ACTION_SHUTDOWN]         = { "shutdown",         "half-close of a socket", false },
	[ACTION_RESET]            = { "reset",            "the connection is reset", false },
	[ACTION_CAPACITY]         = { "capacity",         "the buffer gets this size", false },
	[ACTION_FILL]             = { "fill",             "the buffer is full", false },
	[ACTION_DRAIN]            = { "drain",            "the buffer is emptied", false },
	[ACTION_TRUNCATE]         = { "truncate",         "the file under a mapping is cut", false },
	[ACTION_UNLINK]           = { "unlink",           "the name is removed", false },
	[ACTION_REMOVE]           = { "remove",           "the object is removed under its users", false },
	[ACTION_CORRUPT]          = { "corrupt",          "bits flip", false },
	[ACTION_TEAR]             = { "tear",             "half of a store is seen", false },
	[ACTION_DROP]             = { "drop",             "the message is lost", false },
	[ACTION_DUPLICATE]        = { "duplicate",        "the message arrives twice", false },
	[ACTION_REORDER]          = { "reorder",          "the message arrives late", false },
	[ACTION_TRUNCATE_MESSAGE] = { "truncate-message", "the message arrives cut", false },
	[ACTION_LOSE_FDS]         = { "lose-fds",         "passed descriptors are lost (MSG_CTRUNC)", false },
	[ACTION_LIMIT]            = { "limit",            "a resource limit holds from then on", false },
	[ACTION_WAKE]             = { "wake",             "a spurious wake-up", false },
	[ACTION_NONBLOCK]         = { "nonblock",         "O_NONBLOCK is set on the shared description", false },
};
VOCAB(action_vocab, "action", action_rows, ACTION_MAX_);

static const struct vocab_row when_rows[] = {
	[WHEN_PENDING]           = { "pending",           "arrives as the call starts", false },
	[WHEN_BLOCKED]           = { "blocked",           "once the call is proven asleep", false },
	[WHEN_BEFORE]            = { "before",            "the handler runs, then the call starts", false },
	[WHEN_AFTER]             = { "after",             "the call is done, then the handler runs", false },
	[WHEN_EVERY_INSTRUCTION] = { "every-instruction", "one run per instruction (explore)", false },
};
VOCAB(when_vocab, "moment of a signal", when_rows, WHEN_MAX_);

static const struct vocab_row finding_rows[] = {
	[FINDING_CRASH]             = { "crash",             "died of SIGSEGV, SIGBUS, SIGABRT, SIGILL or SIGFPE", false },
	[FINDING_SIGPIPE]           = { "sigpipe",           "died of SIGPIPE", false },
	[FINDING_KILLED]            = { "killed",            "died of a signal that nobody sent on purpose", false },
	[FINDING_DEADLOCK]          = { "deadlock",          "everybody who could act waits for another", false },
	[FINDING_HANG]              = { "hang",              "the deadline passed asleep", false },
	[FINDING_SPIN]              = { "spin",              "the same failing call or loop, without progress", false },
	[FINDING_WRONG_EXIT]        = { "wrong-exit",        "another exit status than expected", false },
	[FINDING_WRONG_OUTPUT]      = { "wrong-output",      "other output than expected", false },
	[FINDING_UNREPORTED]        = { "unreported",        "failed without a message", false },
	[FINDING_LATE]              = { "late",              "slower than `within` allows", false },
	[FINDING_LEAK]              = { "leak",              "something was left behind", false },
	[FINDING_MEMORY_ERROR]      = { "memory-error",      "valgrind's word", false },
	[FINDING_UNSAFE_IN_HANDLER] = { "unsafe-in-handler", "an unsafe function ran inside a signal handler", false },
	[FINDING_RACE]              = { "race",              "two unordered accesses to shared memory", false },
	[FINDING_STALE_READ]        = { "stale-read",        "an old value was used, of a word that is not looked at again", false },
	[FINDING_NOT_RECOVERED]     = { "not-recovered",     "wrong although the faults have ended", false },
	[FINDING_FALSE_SHARING]     = { "false-sharing",     "unrelated data share a cache line", false },
	[FINDING_OPTIMIZATION]      = { "optimization",      "behaves differently once optimised", false },
};
VOCAB(finding_vocab, "finding", finding_rows, FINDING_MAX_);

static const struct vocab_row verdict_rows[] = {
	[VERDICT_PASS]         = { "pass",         "as expected; a control: caught", false },
	[VERDICT_FAIL]         = { "fail",         "a finding: the program's fault", false },
	[VERDICT_INCONCLUSIVE] = { "inconclusive", "a fault did not fire, or a control was not caught", false },
	[VERDICT_ERROR]        = { "error",        "the scenario or the harness", false },
	[VERDICT_SKIP]         = { "skip",         "not possible here, and why", false },
};
VOCAB(verdict_vocab, "verdict", verdict_rows, VERDICT_MAX_);

static const struct vocab_row role_rows[] = {
	[ROLE_SUBJECT] = { "subject", "the program under test", false },
	[ROLE_CONTROL] = { "control", "the same faults on a program with the bug", false },
};
VOCAB(role_vocab, "role", role_rows, ROLE_MAX_);

static const struct vocab_row model_rows[] = {
	[MODEL_KERNEL]      = { "kernel",      "only what Linux can really do", false },
	[MODEL_ADVERSARIAL] = { "adversarial", "anything", false },
};
VOCAB(model_vocab, "model", model_rows, MODEL_MAX_);

static const struct vocab_row under_rows[] = {
	[UNDER_NONE]     = { "none",     "run as it is", false },
	[UNDER_MEMCHECK] = { "memcheck", "valgrind's memory checker", false },
	[UNDER_HELGRIND] = { "helgrind", "valgrind's lock and race checker", false },
	[UNDER_DRD]      = { "drd",      "valgrind's other race checker", false },
};
VOCAB(under_vocab, "tool", under_rows, UNDER_MAX_);

static const struct vocab_row survival_rows[] = {
	[SURVIVAL_NONE] = { "false", "nothing", false },
	[SURVIVAL_TRUE] = { "true",  "how each process ends, and its stdout", false },
	[SURVIVAL_SAME] = { "same",  "…and a failure is none the less one when it is told", false },
	[SURVIVAL_END]  = { "end",   "how each process ends, with a message or not", false },
};
VOCAB(survival_vocab, "way to survive", survival_rows, SURVIVAL_MAX_);

static const struct vocab_row limit_rows[] = {
	[LIMIT_NOFILE]     = { "nofile",     "open descriptors", false },
	[LIMIT_NPROC]      = { "nproc",      "processes and threads of the user", false },
	[LIMIT_FSIZE]      = { "fsize",      "size of a file, in bytes", false },
	[LIMIT_AS]         = { "as",         "address space, in bytes", false },
	[LIMIT_DATA]       = { "data",       "data segment, in bytes", false },
	[LIMIT_STACK]      = { "stack",      "stack of the main thread, in bytes", false },
	[LIMIT_CPU]        = { "cpu",        "processor time, in seconds", false },
	[LIMIT_CORE]       = { "core",       "size of a core file, in bytes", false },
	[LIMIT_MSGQUEUE]   = { "msgqueue",   "bytes in POSIX message queues", false },
	[LIMIT_SIGPENDING] = { "sigpending", "queued signals", false },
	[LIMIT_MEMLOCK]    = { "memlock",    "locked memory, in bytes", false },
};
VOCAB(limit_vocab, "limit", limit_rows, LIMIT_MAX_);

static const struct vocab_row fd_kind_rows[] = {
	[FD_KIND_NONE]           = { "none",           "not open", false },
	[FD_KIND_FILE]           = { "file",           "a regular file", false },
	[FD_KIND_PIPE]           = { "pipe",           "an anonymous pipe", false },
	[FD_KIND_FIFO]           = { "fifo",           "a named pipe", false },
	[FD_KIND_UNIX_STREAM]    = { "unix-stream",    "a Unix stream socket", false },
	[FD_KIND_UNIX_DGRAM]     = { "unix-dgram",     "a Unix datagram socket", false },
	[FD_KIND_UNIX_SEQPACKET] = { "unix-seqpacket", "a Unix sequenced-packet socket", false },
	[FD_KIND_TCP]            = { "tcp",            "a TCP socket", false },
	[FD_KIND_UDP]            = { "udp",            "a UDP socket", false },
	[FD_KIND_SOCKET]         = { "socket",         "another socket", false },
	[FD_KIND_EVENTFD]        = { "eventfd",        "an event counter", false },
	[FD_KIND_SIGNALFD]       = { "signalfd",       "signals read as data", false },
	[FD_KIND_TIMERFD]        = { "timerfd",        "a timer read as data", false },
	[FD_KIND_EPOLL]          = { "epoll",          "an epoll set", false },
	[FD_KIND_INOTIFY]        = { "inotify",        "file system events", false },
	[FD_KIND_PIDFD]          = { "pidfd",          "a process", false },
	[FD_KIND_MQUEUE]         = { "mqueue",         "a POSIX message queue", false },
	[FD_KIND_DEVICE]         = { "device",         "a device file", false },
	[FD_KIND_TTY]            = { "tty",            "a terminal", false },
	[FD_KIND_DIRECTORY]      = { "directory",      "a directory", false },
	[FD_KIND_MSG_SYSV]       = { "msg-sysv",       "a System V message queue", false },
	[FD_KIND_SEM_SYSV]       = { "sem-sysv",       "System V semaphores", false },
	[FD_KIND_SHM_SYSV]       = { "shm-sysv",       "System V shared memory", false },
	[FD_KIND_OTHER]          = { "other",          "anything else", false },
};
VOCAB(fd_kind_vocab, "kind of descriptor", fd_kind_rows, FD_KIND_MAX_);

static const int limit_resources[] = {
	[LIMIT_NOFILE] = RLIMIT_NOFILE,       [LIMIT_NPROC] = RLIMIT_NPROC,
	[LIMIT_FSIZE] = RLIMIT_FSIZE,         [LIMIT_AS] = RLIMIT_AS,
	[LIMIT_DATA] = RLIMIT_DATA,           [LIMIT_STACK] = RLIMIT_STACK,
	[LIMIT_CPU] = RLIMIT_CPU,             [LIMIT_CORE] = RLIMIT_CORE,
	[LIMIT_MSGQUEUE] = RLIMIT_MSGQUEUE,   [LIMIT_SIGPENDING] = RLIMIT_SIGPENDING,
	[LIMIT_MEMLOCK] = RLIMIT_MEMLOCK,
};
_Static_assert(ARRAY_SIZE(limit_resources) == LIMIT_MAX_, "one resource for each limit");
/* clang-format on */

int limit_resource(enum limit_kind kind)
{
	return limit_resources[kind];
}
