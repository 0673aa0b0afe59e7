/*
 * probe.h - what works on this machine, found out by doing it.
 *
 * For `ipcfault doctor`, for the head of reports, and for `needs:` of a
 * scenario.  Versions are never compared where the thing itself can be tried:
 * distributions add and containers take away.
 */
#ifndef SYS_PROBE_H
#define SYS_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#define PROBE_TEXT_MAX 160

struct probe {
	const char *name; /* also a word of `needs:` */
	const char *why;  /* what does not work without it */
	bool essential;	  /* nothing can be injected without it */
	/*
	 * Tries it; may fork, leaves nothing behind.  True = it is there; the
	 * detail ("2 processors") or the reason why not goes to @text, which
	 * may stay empty.
	 */
	bool (*run)(char *text, size_t size);
};

/* All probes, in the order to be shown; NULL when @index is out of range. */
const struct probe *probe_get(size_t index);

/*
 * Whether a word of `needs:` is there: the name of a probe, "root",
 * "cpus>=N", "numa-nodes>=N", "kernel>=X.Y", "program:NAME".  Returns 1 when
 * it is, 0 when not with the reason in *@ret_reason (the caller's to free),
 * -EINVAL for an unknown word, -ENOMEM.
 */
int probe_need(const char *word, char **ret_reason);

/* Words for "did you mean", static storage. */
const char *const *probe_need_words(size_t *ret_count);

/* Whether a program of that name is in $PATH (or is a path that can be executed). */
bool probe_program(const char *name);

#endif
