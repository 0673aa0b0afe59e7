/*
 * The cases that sleep in moving bytes through pipes, counters and queues.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys/blocking_internal.h"

/* --- pipes ------------------------------------------------------------------- */

static int make_full_pipe(struct blocking *b)
{
	int rc = blocking_make_pipe(b);

	return rc ? rc : blocking_fill(b->fds[1]);
}

/* fds[0..1] and fds[2..3] */
static int make_two_pipes(struct blocking *b)
{
	int rc = blocking_make_pipe(b);

	return rc ? rc : pipe2(b->fds + 2, O_CLOEXEC) ? -errno : 0;
}

static long sleep_preadv2(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};

	return preadv2(b->fds[0], &iov, 1, -1, 0);
}

static long sleep_pwritev2(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};

	return pwritev2(b->fds[1], &iov, 1, -1, 0);
}

static long sleep_write_much(struct blocking *b)
{
	return write(b->fds[1], blocking_bytes, 2 * BLOCKING_PIPE_SIZE);
}

static long sleep_splice(struct blocking *b)
{
	return splice(b->fds[0], NULL, b->fds[3], NULL, 1, 0);
}

static long sleep_tee(struct blocking *b)
{
	return tee(b->fds[0], b->fds[3], 1, 0);
}

static long sleep_vmsplice(struct blocking *b)
{
	struct iovec iov = {blocking_bytes, 1};

	return vmsplice(b->fds[1], &iov, 1, 0);
}

/* From a file to a pipe that is full. */
static int make_sendfile(struct blocking *b)
{
	b->fds[2] = memfd_create("ipcfault", MFD_CLOEXEC);
	if (b->fds[2] < 0 || ftruncate(b->fds[2], 16))
		return -errno;
	return make_full_pipe(b);
}

static long sleep_sendfile(struct blocking *b)
{
	off_t offset = 0;

	return sendfile(b->fds[1], b->fds[2], &offset, 1);
}

static int make_fifo(struct blocking *b)
{
	char path[128];

	if (!blocking_path(b, "fifo", path, sizeof(path)) || mkfifo(path, 0600))
		return -errno;
	return 0;
}

static long open_fifo(struct blocking *b, int flags)
{
	char path[128];

	if (!blocking_path(b, "fifo", path, sizeof(path)))
		return -1;
	b->fds[0] = open(path, flags | O_CLOEXEC);
	return b->fds[0] < 0 ? -1 : 0;
}

static long sleep_open_reader(struct blocking *b)
{
	return open_fifo(b, O_RDONLY);
}

static long sleep_open_writer(struct blocking *b)
{
	return open_fifo(b, O_WRONLY);
}

/* Opened for both it never waits, and is partner for either. */
static void wake_by_opening(struct blocking *b)
{
	char path[128];

	if (blocking_path(b, "fifo", path, sizeof(path)) && open(path, O_RDWR | O_CLOEXEC) >= 0)
		while (!b->done)
			poll(NULL, 0, 1);
}

/* --- counters and events ------------------------------------------------------------ */

static int make_eventfd(struct blocking *b)
{
	b->fds[0] = eventfd(0, EFD_CLOEXEC);
	return b->fds[0] < 0 ? -errno : 0;
}

static int make_full_eventfd(struct blocking *b)
{
	int rc = make_eventfd(b);

	return rc ? rc : eventfd_write(b->fds[0], UINT64_MAX - 1) ? -errno : 0;
}

static long sleep_eventfd_write(struct blocking *b)
{
	uint64_t one = 1;

	return write(b->fds[0], &one, sizeof(one));
}

static void wake_eventfd_reader(struct blocking *b)
{
	eventfd_write(b->fds[0], 1);
}

static void wake_eventfd_writer(struct blocking *b)
{
	eventfd_t value;

	eventfd_read(b->fds[0], &value);
}

static int make_timerfd(struct blocking *b)
{
	struct itimerspec far = {.it_value.tv_sec = BLOCKING_LONG_S};

	b->fds[0] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (b->fds[0] < 0 || timerfd_settime(b->fds[0], 0, &far, NULL))
		return -errno;
	return 0;
}

static void wake_timerfd(struct blocking *b)
{
	struct itimerspec now = {.it_value.tv_nsec = 1};

	timerfd_settime(b->fds[0], 0, &now, NULL);
}

static int make_signalfd(struct blocking *b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, BLOCKING_WAKE_SIGNAL);
	b->fds[0] = signalfd(-1, &set, SFD_CLOEXEC);
	return b->fds[0] < 0 ? -errno : 0;
}

static long sleep_signalfd(struct blocking *b)
{
	struct signalfd_siginfo info;
	sigset_t set, old;
	long result;
	int code;

	sigemptyset(&set);
	sigaddset(&set, BLOCKING_WAKE_SIGNAL);
	sigprocmask(SIG_BLOCK, &set, &old);
	result = read(b->fds[0], &info, sizeof(info));
	code = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = code;
	return result;
}

static void wake_signalfd(struct blocking *b)
{
	kill(b->sleeper, BLOCKING_WAKE_SIGNAL);
}

static int make_inotify(struct blocking *b)
{
	char path[128];

	if (!blocking_path(b, "file", path, sizeof(path)))
		return -errno;
	b->fds[0] = inotify_init1(IN_CLOEXEC);
	b->fds[1] = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (b->fds[0] < 0 || b->fds[1] < 0 || inotify_add_watch(b->fds[0], path, IN_MODIFY) < 0)
		return -errno;
	return 0;
}

static long sleep_inotify(struct blocking *b)
{
	return read(b->fds[0], blocking_bytes, 4096);
}

/* --- POSIX queues --------------------------------------------------------------------- */

static int make_mq(struct blocking *b)
{
	struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 8};
	char name[32];

	snprintf(name, sizeof(name), "/ipcfault-%d", getpid());
	b->fds[0] = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (b->fds[0] < 0)
		return -errno;
	mq_unlink(name);
	return 0;
}

static int make_full_mq(struct blocking *b)
{
	int rc = make_mq(b);

	return rc ? rc : mq_send(b->fds[0], "a", 1, 0) ? -errno : 0;
}

static struct timespec far_in_real_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += BLOCKING_LONG_S;
	return ts;
}

static long sleep_mq_receive(struct blocking *b)
{
	return mq_receive(b->fds[0], blocking_bytes, 8, NULL);
}

static long sleep_mq_timedreceive(struct blocking *b)
{
	struct timespec ts = far_in_real_time();

	return mq_timedreceive(b->fds[0], blocking_bytes, 8, NULL, &ts);
}

static long sleep_mq_send(struct blocking *b)
{
	return mq_send(b->fds[0], "b", 1, 0);
}

static long sleep_mq_timedsend(struct blocking *b)
{
	struct timespec ts = far_in_real_time();

	return mq_timedsend(b->fds[0], "b", 1, 0, &ts);
}

static void wake_mq_receiver(struct blocking *b)
{
	mq_send(b->fds[0], "x", 1, 0);
}

static void wake_mq_sender(struct blocking *b)
{
	mq_receive(b->fds[0], blocking_bytes, 8, NULL);
}

/* clang-format off */
const struct blocking_case blocking_pipe_cases[] = {
	{ "read-pipe",          "read",     false, blocking_make_pipe, blocking_sleep_read, blocking_wake_by_byte },
	{ "readv-pipe",         "readv",    false, blocking_make_pipe, blocking_sleep_readv, blocking_wake_by_byte },
	{ "preadv2-pipe",       "preadv2",  false, blocking_make_pipe, sleep_preadv2, blocking_wake_by_byte },
	{ "write-pipe",         "write",    false, make_full_pipe, blocking_sleep_write, blocking_wake_by_draining },
	{ "writev-pipe",        "writev",   false, make_full_pipe, blocking_sleep_writev, blocking_wake_by_draining },
	{ "pwritev2-pipe",      "pwritev2", false, make_full_pipe, sleep_pwritev2, blocking_wake_by_draining },
	{ "write-pipe-128k",    NULL,       false, blocking_make_pipe, sleep_write_much, blocking_wake_by_draining },
	{ "splice",             "splice",   false, make_two_pipes, sleep_splice, blocking_wake_by_byte },
	{ "tee",                "tee",      false, make_two_pipes, sleep_tee, blocking_wake_by_byte },
	{ "vmsplice",           "vmsplice", false, make_full_pipe, sleep_vmsplice, blocking_wake_by_draining },
	{ "sendfile",           "sendfile", false, make_sendfile, sleep_sendfile, blocking_wake_by_draining },
	{ "open-fifo-reader",   "openat",   false, make_fifo, sleep_open_reader, wake_by_opening },
	{ "open-fifo-writer",   "openat",   false, make_fifo, sleep_open_writer, wake_by_opening },
	{ "read-eventfd",       "read",     false, make_eventfd, blocking_sleep_read, wake_eventfd_reader },
	{ "write-eventfd",      "write",    false, make_full_eventfd, sleep_eventfd_write, wake_eventfd_writer },
	{ "read-timerfd",       "read",     false, make_timerfd, blocking_sleep_read, wake_timerfd },
	{ "read-signalfd",      "read",     false, make_signalfd, sleep_signalfd, wake_signalfd },
	{ "read-inotify",       "read",     false, make_inotify, sleep_inotify, blocking_wake_by_byte },
	{ "mq-receive",         "mq_timedreceive", false, make_mq, sleep_mq_receive, wake_mq_receiver },
	{ "mq-receive-timed",   "mq_timedreceive", true,  make_mq, sleep_mq_timedreceive, wake_mq_receiver },
	{ "mq-send",            "mq_timedsend", false, make_full_mq, sleep_mq_send, wake_mq_sender },
	{ "mq-send-timed",      "mq_timedsend", true, make_full_mq, sleep_mq_timedsend, wake_mq_sender },
	{ NULL, NULL, false, NULL, NULL, NULL },
};
/* clang-format on */
