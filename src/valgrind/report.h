/*
 * report.h - what a tool of valgrind has written with --xml=yes
 * (docs/internals/xml-output-protocol4.txt of valgrind).
 */
#ifndef VALGRIND_REPORT_H
#define VALGRIND_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "model/result.h"

struct err;

struct valgrind_error {
	char *kind; /* "InvalidRead" */
	char *text; /* what it is, in one line; below it what belongs to it, with further stacks */
	struct stack stack;
	uint64_t bytes, blocks; /* lost memory */
};

/*
 * All errors in the file at @path, in its order.  A program that was killed
 * leaves half of a file, and one that forks writes several documents into one:
 * what is whole is read.  0, -ENOMEM, or the error of opening it.
 */
int valgrind_read_report(const char *path, struct valgrind_error **ret_errors, size_t *ret_count,
			 struct err *err);
void valgrind_errors_release(struct valgrind_error *errors, size_t count);

#endif
