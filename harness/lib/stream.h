/*
 * stream.h - the job of the pipe-writer and pipe-reader programs: a stream of
 * records on standard output or input, closed by an end record.
 *
 * Each program brings its own way to send or receive, sound or with one bug;
 * all else is the same.
 */
#ifndef LIB_STREAM_H
#define LIB_STREAM_H

#include <stddef.h>
#include <sys/types.h>

/* Sends @len bytes; 0 or -errno. */
typedef int stream_send(int fd, const void *block, size_t len);

/* Receives @len bytes, fewer at the end of the input; -errno. */
typedef ssize_t stream_receive(int fd, void *block, size_t len);

/*
 * Options: --records N (1000), --batch N records a block (1).  SIGUSR1 is
 * caught without SA_RESTART.  Returns the exit status; what was done goes to
 * stderr.
 */
int stream_write(int argc, char **argv, stream_send *send);

/*
 * Options: --complete, an input without its end record is an error;
 * --until-end, the end record is the end, where a channel has none itself.
 * SIGUSR1 is caught without SA_RESTART.  Returns the exit status; the tally goes to
 * stdout.
 */
int stream_read(int argc, char **argv, stream_receive *receive);

/* The same where --complete is not looked at. */
int stream_read_anything(int argc, char **argv, stream_receive *receive);

#endif
