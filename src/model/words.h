/*
 * words.h - the words of the scenario language, each with its enum.
 *
 * A word that the language has but this version cannot do yet is a row with
 * `later` set: it parses, validates and is refused as "not available yet".
 * Making it available is clearing that flag, one function and one test.
 */
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include "base/vocab.h"

enum mechanism {
	MECHANISM_SIGNAL,
	MECHANISM_PIPE,
	MECHANISM_FIFO,
	MECHANISM_UNIX_STREAM,
	MECHANISM_UNIX_DGRAM,
	MECHANISM_UNIX_SEQPACKET,
	MECHANISM_FD_PASSING,
	MECHANISM_TCP,
	MECHANISM_UDP,
	MECHANISM_MQ_POSIX,
	MECHANISM_MSG_SYSV,
	MECHANISM_SHM_POSIX,
	MECHANISM_SHM_SYSV,
	MECHANISM_MMAP,
	MECHANISM_SEM_POSIX,
	MECHANISM_SEM_SYSV,
	MECHANISM_FUTEX,
	MECHANISM_EVENTFD,
	MECHANISM_FILE_LOCK,
	MECHANISM_PROCESS,
	MECHANISM_MAX_
};
extern const struct vocab mechanism_vocab;

enum channel_kind {
	CHANNEL_PIPE,
	CHANNEL_FIFO,
	CHANNEL_SOCKETPAIR,
	CHANNEL_TCP,
	CHANNEL_MQ,
	CHANNEL_SHM,
	CHANNEL_FILE,
	CHANNEL_MAX_
};
extern const struct vocab channel_vocab;

enum trigger_kind {
	TRIGGER_CALL,
	TRIGGER_FUNCTION,
	TRIGGER_LOCK,
	TRIGGER_ACCESS,
	TRIGGER_OUTPUT,
	TRIGGER_ELAPSED,
	TRIGGER_STARTED,
	TRIGGER_AFTER,
	TRIGGER_MAX_
};
extern const struct vocab trigger_vocab;

/* Where in a call (entry, blocked, exit) or a function (entry, return) a trigger fires. */
enum phase { PHASE_ENTRY, PHASE_BLOCKED, PHASE_EXIT, PHASE_RETURN, PHASE_MAX_ };
extern const struct vocab phase_vocab;

enum action_kind {
	ACTION_ERRNO,
	ACTION_ERRNO_AFTER,
	ACTION_RETURN,
	ACTION_SHORT,
	ACTION_SIGNAL,
	ACTION_PULSE,
	ACTION_KILL,
	ACTION_DELAY,
	ACTION_STOP,
	ACTION_CLOSE_PEER,
	ACTION_SHUTDOWN,
	ACTION_RESET,
	ACTION_CAPACITY,
	ACTION_FILL,
	ACTION_DRAIN,
	ACTION_TRUNCATE,
	ACTION_UNLINK,
	ACTION_REMOVE,
	ACTION_CORRUPT,
	ACTION_TEAR,
	ACTION_DROP,
	ACTION_DUPLICATE,
	ACTION_REORDER,
	ACTION_TRUNCATE_MESSAGE,
	ACTION_LOSE_FDS,
	ACTION_LIMIT,
	ACTION_WAKE,
	ACTION_NONBLOCK,
	ACTION_MAX_
};
extern const struct vocab action_vocab;

enum signal_when {
	WHEN_PENDING,
	WHEN_BLOCKED,
	WHEN_BEFORE,
	WHEN_AFTER,
	WHEN_EVERY_INSTRUCTION,
	WHEN_MAX_
};
extern const struct vocab when_vocab;

enum finding_kind {
	FINDING_CRASH,
	FINDING_SIGPIPE,
	FINDING_KILLED,
	FINDING_DEADLOCK,
	FINDING_HANG,
	FINDING_SPIN,
	FINDING_WRONG_EXIT,
	FINDING_WRONG_OUTPUT,
	FINDING_UNREPORTED,
	FINDING_LATE,
	FINDING_LEAK,
	FINDING_MEMORY_ERROR,
	FINDING_UNSAFE_IN_HANDLER,
	FINDING_RACE,
	FINDING_STALE_READ,
	FINDING_NOT_RECOVERED,
	FINDING_FALSE_SHARING,
	FINDING_OPTIMIZATION,
	FINDING_MAX_
};
extern const struct vocab finding_vocab;

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_INCONCLUSIVE,
	VERDICT_ERROR,
	VERDICT_SKIP,
	VERDICT_MAX_
};
extern const struct vocab verdict_vocab;

/* What a case plays: the program under test, or the control that must be caught. */
enum role { ROLE_SUBJECT, ROLE_CONTROL, ROLE_MAX_ };
extern const struct vocab role_vocab;

/* What the `model:` key allows. */
enum fault_model { MODEL_KERNEL, MODEL_ADVERSARIAL, MODEL_MAX_ };
extern const struct vocab model_vocab;

/* What `survives:` compares with the run without faults. */
enum survival { SURVIVAL_NONE, SURVIVAL_TRUE, SURVIVAL_SAME, SURVIVAL_END, SURVIVAL_MAX_ };
extern const struct vocab survival_vocab;

/* What `under:` runs the process under. */
enum under { UNDER_NONE, UNDER_MEMCHECK, UNDER_HELGRIND, UNDER_DRD, UNDER_MAX_ };
extern const struct vocab under_vocab;

/* Resource limits that `limits:` and `do: {limit: ...}` know; see setrlimit(2). */
enum limit_kind {
	LIMIT_NOFILE,
	LIMIT_NPROC,
	LIMIT_FSIZE,
	LIMIT_AS,
	LIMIT_DATA,
	LIMIT_STACK,
	LIMIT_CPU,
	LIMIT_CORE,
	LIMIT_MSGQUEUE,
	LIMIT_SIGPENDING,
	LIMIT_MEMLOCK,
	LIMIT_MAX_
};
extern const struct vocab limit_vocab;

/* The RLIMIT_ constant of @kind. */
int limit_resource(enum limit_kind kind);

/* What a descriptor or a System V id refers to, as `on:` names it. */
enum fd_kind {
	FD_KIND_NONE, /* closed, or unknown */
	FD_KIND_FILE,
	FD_KIND_PIPE,
	FD_KIND_FIFO,
	FD_KIND_UNIX_STREAM,
	FD_KIND_UNIX_DGRAM,
	FD_KIND_UNIX_SEQPACKET,
	FD_KIND_TCP,
	FD_KIND_UDP,
	FD_KIND_SOCKET, /* any other socket */
	FD_KIND_EVENTFD,
	FD_KIND_SIGNALFD,
	FD_KIND_TIMERFD,
	FD_KIND_EPOLL,
	FD_KIND_INOTIFY,
	FD_KIND_PIDFD,
	FD_KIND_MQUEUE,
	FD_KIND_DEVICE, /* a character or block device that is no terminal */
	FD_KIND_TTY,
	FD_KIND_DIRECTORY,
	FD_KIND_MSG_SYSV, /* the System V ones have ids instead of descriptors */
	FD_KIND_SEM_SYSV,
	FD_KIND_SHM_SYSV,
	FD_KIND_OTHER,
	FD_KIND_MAX_
};
extern const struct vocab fd_kind_vocab;

#endif
