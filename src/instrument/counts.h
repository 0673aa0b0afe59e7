/*
 * counts.h - what instrumented programs have done with shared memory.
 *
 *	counts_segment_new(0, &fd, err);
 *	... start programs of `ipcfault cc` with that fd open, and its number in
 *	    the environment as SEGMENT_ENV (rt/segment.h) ...
 *	counts_read(fd, &counts, err);
 *
 * Processes may still run, or have been killed, at any time: what is read was
 * true at some moment.  A word is named by object and offset, never by address.
 * Of a program's own variables only those words are there that both a signal
 * handler and the main flow have touched.
 *
 * Not seen are accesses of code that is not compiled so (the C library, but
 * for memcpy, memmove, memset; assembly) and of the kernel.
 */
#ifndef INSTRUMENT_COUNTS_H
#define INSTRUMENT_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "rt/segment.h"

struct err;

struct counts_process {
	pid_t pid, parent;
	const char *program; /* path */
};

struct counts_object {
	enum segment_object_kind kind;
	uint64_t dev, id;
	const char *path; /* "" = has none */
};

struct count {
	const struct counts_object *object;
	uint64_t offset; /* bytes */
	uint64_t size;
	bool is_write, is_in_handler;
	enum segment_access_kind kind;
	const struct counts_process *process;
	const char *module; /* the file with the code; "" = not known */
	uint64_t place;	    /* return address behind the access, as in that file */
	uint64_t first;	    /* the order of the first ones, over all processes */
	uint64_t count;
	uint64_t changed; /* see struct segment_row */
	/* Of a read by a process that was stuck: what it got last, and what was there then. */
	bool is_stale;
	uint64_t value, now;
};

struct counts {
	struct count *items; /* by object, offset, size, write, kind, handler, process, place */
	size_t count;
	uint64_t lost; /* accesses that are not counted, as there were too many different ones */
	uint32_t unplaced; /* shared mappings that are not followed, as they have a fixed address */
	struct counts_object *objects; /* sorted: of equal runs at the same index */
	size_t object_count;
	struct counts_process *processes; /* in the order of their start */
	size_t process_count;
	struct segment *segment; /* holds the texts */
};

/* *@ret_fd without FD_CLOEXEC, for the programs.  @flags: enum segment_flag. */
int counts_segment_new(uint32_t flags, int *ret_fd, struct err *err);

/*
 * The process that calls itself @pid is stuck: note what it has read that is something else
 * now.  @read: of its memory, how many bytes, or a negative errno.  -EPROTO: that is no segment.
 */
int counts_note_stuck(int fd, pid_t pid,
		      ssize_t (*read)(void *arg, uint64_t address, void *ret, size_t size),
		      void *arg, struct err *err);

/* -EPROTO: that is no segment. */
int counts_read(int fd, struct counts *ret_counts, struct err *err);
/* With all of the program's variables. */
int counts_read_all(int fd, struct counts *ret_counts, struct err *err);
void counts_release(struct counts *counts);

#endif
