/*
 * programs.h - specimens compiled by `ipcfault cc`, and what their runs have counted.
 */
#ifndef TESTS_UNIT_RT_PROGRAMS_H
#define TESTS_UNIT_RT_PROGRAMS_H

#include "instrument/counts.h"

/* A folder for the test, gone with programs_end(). */
extern char *programs_dir;
void programs_begin(void);
void programs_end(void);

/* `ipcfault` of this build. */
const char *programs_ipcfault(void);
const char *programs_runtime(void);

/* Runs a command line in sh, its output in @out; the exit status. */
int programs_sh(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* tests/specimens/@name.c with @compiler and @flags; its path, for the test to free. */
char *programs_compile(const char *name, const char *compiler, const char *flags);

/* Runs @command (in sh, with exec) with a segment, and reads it. */
struct counts programs_count(const char *command, uint32_t flags, int *ret_status);

/* How often, over all processes and places. */
uint64_t programs_sum(const struct counts *counts, enum segment_object_kind kind, uint64_t offset,
		      uint64_t size, bool is_write);

#endif
