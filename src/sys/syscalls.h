/*
 * syscalls.h - what ipcfault knows of each system call, from one text source.
 *
 * syscalls.csv is the source; gen-syscalls makes the table at build time, and
 * a test compares the numbers with the installed kernel headers.  A call is
 * named by its id, the row's index; rows are sorted by name.
 */
#ifndef SYS_SYSCALLS_H
#define SYS_SYSCALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYSCALL_NONE (-1)
#define SYSCALL_ARGS 6

enum arch_id { ARCH_X86_64, ARCH_AARCH64, ARCH_MAX_ };

/* The machine that this is compiled for. */
#if defined(__x86_64__)
#define ARCH_NATIVE ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH_NATIVE ARCH_AARCH64
#else
#error "ipcfault knows x86-64 and aarch64"
#endif

/* Families, as `call:` names them. */
enum call_family {
	FAMILY_READS = 1 << 0,	/* moves bytes in from a descriptor */
	FAMILY_WRITES = 1 << 1, /* moves bytes out to a descriptor */
	FAMILY_WAITS = 1 << 2,	/* sleeps until something happens, moves nothing */
	FAMILY_OPENS = 1 << 3,	/* makes a descriptor from a name */
	FAMILY_LOCKS = 1 << 4,
	FAMILY_SENDS = 1 << 5,	  /* socket and queue sends */
	FAMILY_RECEIVES = 1 << 6, /* socket and queue receives */
	FAMILY_ANY_IPC = 1 << 7,
};

/* How a call answers a signal whose handler runs; doc/KERNEL-NOTES.md section 1. */
enum restart_class {
	RESTART_NEVER_BLOCKS, /* `-` */
	RESTART_R,	      /* EINTR without SA_RESTART, restarted with it */
	RESTART_N,	      /* EINTR also with SA_RESTART */
	RESTART_N_STOP,	      /* N!: and EINTR after SIGSTOP/SIGCONT without a handler */
};

/* Where the bytes and their number are. */
enum transfer_shape {
	TRANSFER_NONE,
	TRANSFER_BUFFER,  /* pointer in args[1], length in args[2] */
	TRANSFER_IOVEC,	  /* struct iovec * in args[1], count in args[2] */
	TRANSFER_MSGHDR,  /* struct msghdr * in args[1] */
	TRANSFER_MMSGHDR, /* struct mmsghdr * in args[1], count in args[2]: counts messages */
	TRANSFER_LENGTH,  /* only a length, in args[length_arg] */
};

enum timeout_shape {
	TIMEOUT_NONE,	 /* waits for ever if it waits */
	TIMEOUT_INT_MS,	 /* int in args[timeout_arg], negative = for ever */
	TIMEOUT_POINTER, /* struct in args[timeout_arg], NULL = for ever */
	TIMEOUT_ALWAYS,	 /* ends by itself: nanosleep */
};

/* Of which kind of System V object args[0] is the id. */
enum sysv_kind { SYSV_NONE, SYSV_MSG, SYSV_SEM, SYSV_SHM };

struct syscall_row {
	const char *name;
	short nr[ARCH_MAX_]; /* SYSCALL_NONE = not on that machine */
	unsigned families;
	signed char fd_arg;   /* -1 = none */
	signed char fd2_arg;  /* the other descriptor of splice, dup2, epoll_ctl; -1 = none */
	signed char dir_arg;  /* descriptor of the folder that the path begins at; -1 = none */
	signed char path_arg; /* -1 = none */
	enum restart_class restart;
	enum restart_class restart_timed; /* with a time limit: an argument or SO_RCVTIMEO */
	enum transfer_shape transfer;
	signed char length_arg;
	enum timeout_shape timeout;
	signed char timeout_arg;
	bool may_be_short; /* a short result is legal somewhere */
	enum sysv_kind sysv;
};

size_t syscall_count(void);
const struct syscall_row *syscall_get(int id); /* NULL when out of range */
int syscall_from_name(const char *name);       /* id or SYSCALL_NONE */
int syscall_from_nr(enum arch_id arch, long nr);

/* The name of call number @nr of this machine, "unknown" when it has none. */
const char *syscall_native_name(long nr);

/* The bit of a family's name ("reads"), 0 when there is none; and its rows' names for `list`. */
unsigned call_family_from_name(const char *name);
const char *call_family_name(unsigned bit);

/*
 * All calls that @word means: a family, the name of a call, or what C programs
 * call it.  A libc is free to choose the call behind a function (recv is
 * recvfrom; open is openat in glibc and open in musl; accept is accept4 on
 * some), so the name of a function means every call that any of them makes.
 * Stores the first @max ids, ascending, and returns how many there are; 0 =
 * unknown word.
 */
size_t syscall_ids_from_word(const char *word, int *ids, size_t max);

/*
 * Whether this very call, with these arguments, belongs to one of @families.
 * Differs from the row for calls that are several in one: fcntl locks only
 * with F_SETLK and F_SETLKW, futex waits only with FUTEX_WAIT, mmap is IPC
 * only when shared.
 */
bool syscall_is_member(int id, unsigned families, const uint64_t args[SYSCALL_ARGS]);

/*
 * Whether this very call sets a time limit by its arguments; a receive that is
 * limited by SO_RCVTIMEO is not known here.
 */
bool syscall_has_time_limit(int id, const uint64_t args[SYSCALL_ARGS]);

/*
 * The names of all calls, families and other words, for "did you mean";
 * *@ret_count names, static storage.
 */
const char *const *syscall_words(size_t *ret_count);

#endif
