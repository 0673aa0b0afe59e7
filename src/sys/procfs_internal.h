/*
 * procfs_internal.h - reading files of /proc, for procfs*.c only.
 */
#ifndef SYS_PROCFS_INTERNAL_H
#define SYS_PROCFS_INTERNAL_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* No file there means that the task has gone. */
int procfs_errno(int code);

/* Opens /proc/@pid/@name; a descriptor or a negative errno. */
int procfs_open(int proc_fd, pid_t pid, const char *name, int flags);

/* For reading; NULL with errno set as procfs_errno() has it. */
FILE *procfs_fopen(int proc_fd, pid_t pid, const char *name);

/*
 * Reads what one read(2) gives into @text, NUL-terminated; the length, or a
 * negative errno.
 */
ssize_t procfs_slurp(int proc_fd, pid_t pid, const char *name, char *text, size_t size);

/* The numbers that a directory such as /proc/PID/task lists, ascending; the caller frees. */
int procfs_numbers(int dir_fd, int **ret_numbers, size_t *ret_count);

#endif
