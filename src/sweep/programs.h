/*
 * programs.h - the programs and libraries that were swept, as they were then.
 *
 * Each scenario that a sweep writes names them in comments at its head, with a
 * digest of each file, so that `ipcfault replay` can say which has changed.
 * The C library is left out.
 */
#ifndef SWEEP_PROGRAMS_H
#define SWEEP_PROGRAMS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "model/result.h"

enum program_state { PROGRAM_SAME, PROGRAM_CHANGED, PROGRAM_GONE };

struct program {
	char *path;
	uint64_t digest;
	enum program_state state; /* now */
};

struct programs {
	struct program *items; /* by path */
	size_t count;
};

/* Those that made the calls of @record, as far as they can be read.  0 or -ENOMEM. */
int programs_of_record(const struct record *record, struct programs *ret_programs);

/* One comment for each. */
void programs_write(const struct programs *programs, FILE *to);

/* What programs_write() wrote into the scenario @text, compared with what is there now. */
int programs_of_text(const char *text, struct programs *ret_programs);

/* Of all of them. */
uint64_t programs_digest(const struct programs *programs);

void programs_release(struct programs *programs);

#endif
