/*
 * output.h - a file that appears when it is complete.
 *
 * It is written without a name, or where the file system cannot, beside its
 * place, and put there by output_commit(); until then
 * a file that was there before stays.  What is not a regular file (/dev/null,
 * a FIFO, a terminal) is written straight, and a symbolic link is followed.
 */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct err;

struct output {
	FILE *file;
	char *path, *temporary; /* both NULL for a stream of the caller's */
	bool is_nameless;	/* temporary is not there yet */
};

/* @path NULL or "-": @standard, which stays the caller's. */
int output_open(const char *path, FILE *standard, struct output *ret_output, struct err *err);

/*
 * Flush and say whether all that was written has arrived.  For the reason of
 * an earlier failure, errno must be what it was after the last write.
 */
int output_check(struct output *output, struct err *err);

/* Put the file in its place. */
int output_commit(struct output *output, struct err *err);

/* Drops what was not committed; a zeroed struct is allowed. */
void output_release(struct output *output);

#endif
