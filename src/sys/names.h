/*
 * names.h - names of error numbers, signals and open flags.
 *
 * All strings are static; nothing here allocates or keeps state.
 */
#ifndef SYS_NAMES_H
#define SYS_NAMES_H

#include <stddef.h>

/*
 * The number of an error that a program can see ("EINTR"), 0 = unknown.  The
 * kernel's own restart codes (ERESTARTSYS) never reach a program and are
 * unknown here.
 */
int errno_from_name(const char *name);

/* "EAGAIN" for 11; where two names share a number, that of the kernel (EAGAIN, SIGIO).  NULL =
 * unknown. */
const char *errno_name(int number);

/* All names, sorted as in <errno.h>, for "did you mean" and for the schema. */
const char *const *errno_words(size_t *ret_count);

/*
 * The number of a signal, 0 = unknown: names with SIG in front, SIGRTMIN+n and
 * SIGRTMAX-n.
 */
int signal_from_name(const char *name);

/* "SIGUSR1", "SIGRTMIN+2"; "SIG32" for those that the libc keeps.  NULL = no signal. */
const char *signal_name(int number);

/* All names without the real-time ranges. */
const char *const *signal_words(size_t *ret_count);

/* What happens where a program has set neither a handler nor SIG_IGN; signal(7). */
enum signal_action {
	SIGNAL_TERMINATE,
	SIGNAL_CORE,
	SIGNAL_IGNORE,
	SIGNAL_STOP,
	SIGNAL_CONTINUE,
};

enum signal_action signal_default_action(int number);

/*
 * Writes the flags of open(2) as "O_WRONLY|O_NONBLOCK" to @text, bits without
 * a name in hexadecimal at the end, cut to @size.
 */
void open_flags_format(int flags, char *text, size_t size);

#endif
