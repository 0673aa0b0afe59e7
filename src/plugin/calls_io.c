/* Descriptors, queues, System V semaphores and locks of files. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "plugin/plugin.h"
#include "rt/raw.h"

/* Others may wait for what this one does. */
static void begin(struct call *c)
{
	rt_point(POINT_IO, 0, 0, c->place);
	c->is_gated = true;
}

static void after(struct call *c)
{
	if (c->is_gated && !raw_failed(c->result))
		rt_wake(SCHEDULE_KEY_IO);
}

/* --- one descriptor --------------------------------------------------------- */

static void await_fd(struct call *c, short events, uint64_t flags)
{
	int fd = (int)c->args[0];

	if (!rt_fd_can_wait(fd))
		return;
	begin(c);
	while (!(flags & MSG_DONTWAIT) && !rt_fd_is_nonblocking(fd) && !rt_fd_is_ready(fd, events))
		rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
}

static void before_read(struct call *c)
{
	await_fd(c, POLLIN, 0);
}

static void before_write(struct call *c)
{
	await_fd(c, POLLOUT, 0);
}

static void before_recvfrom(struct call *c)
{
	await_fd(c, POLLIN, c->args[3]);
}

static void before_recvmsg(struct call *c)
{
	await_fd(c, POLLIN, c->args[2]);
}

static void before_sendto(struct call *c)
{
	await_fd(c, POLLOUT, c->args[3]);
}

static void before_sendmsg(struct call *c)
{
	await_fd(c, POLLOUT, c->args[2]);
}

/* Its locks go with it. */
static void before_close(struct call *c)
{
	c->is_gated = true;
}

/* --- several ---------------------------------------------------------------- */

static uint64_t after_ms(int64_t ms)
{
	return ms < 0 ? RT_FOREVER : rt_control->now_ns + (uint64_t)ms * 1000000;
}

static uint64_t after_limit(uint64_t limit)
{
	return limit ? rt_after((const struct timespec *)limit) : RT_FOREVER;
}

/* False: until its time limit nothing has come. */
static bool await_any(struct call *c, uint64_t until)
{
	begin(c);
	while (raw3(SYS_poll, (long)c->args[0], (long)c->args[1], 0) == 0)
		if (!rt_block(SCHEDULE_KEY_IO, until))
			return false;
	return true;
}

static void before_poll(struct call *c)
{
	if ((int)c->args[2])
		await_any(c, after_ms((int)c->args[2]));
}

static void before_ppoll(struct call *c)
{
	if (!await_any(c, after_limit(c->args[2])))
		plugin_lend_past(c, c->args[2]);
}

static void before_epoll(struct call *c)
{
	uint64_t until = after_ms((int)c->args[3]);

	if (!(int)c->args[3])
		return;
	begin(c);
	while (!rt_fd_is_ready((int)c->args[0], POLLIN) && rt_block(SCHEDULE_KEY_IO, until))
		;
}

#define SET_BYTES (1024 / 8) /* larger sets are not looked at */

/* A call that finds nothing would empty the program's own sets. */
static bool is_any_selected(const struct call *c)
{
	uint64_t copies[3][SET_BYTES / sizeof(uint64_t)], bytes = (c->args[0] + 63) / 64 * 8;
	struct timespec now = {0, 0};
	long sets[3];

	if ((int64_t)c->args[0] < 0 || bytes > SET_BYTES)
		return true;
	for (int i = 0; i < 3; i++) {
		sets[i] = c->args[1 + i] ? (long)copies[i] : 0;
		if (sets[i])
			rt_copy(copies[i], (const void *)c->args[1 + i], bytes);
	}
	return raw6(SYS_pselect6, (long)c->args[0], sets[0], sets[1], sets[2], (long)&now, 0) != 0;
}

static void await_selected(struct call *c, uint64_t until)
{
	begin(c);
	while (!is_any_selected(c))
		if (!rt_block(SCHEDULE_KEY_IO, until)) {
			plugin_lend_past(c, c->args[4]);
			return;
		}
}

static void before_pselect(struct call *c)
{
	await_selected(c, after_limit(c->args[4]));
}

static void before_select(struct call *c)
{
	const struct timeval *limit = (const struct timeval *)c->args[4];
	struct timespec time;

	if (limit)
		time = (struct timespec){limit->tv_sec, limit->tv_usec * 1000};
	await_selected(c, limit ? rt_after(&time) : RT_FOREVER);
}

/* --- queues and semaphores -------------------------------------------------- */

static bool has_room(int id, uint64_t size)
{
	struct msqid_ds state;

	return raw3(SYS_msgctl, id, IPC_STAT, (long)&state) ||
	       state.__msg_cbytes + size <= state.msg_qbytes;
}

static void before_msgsnd(struct call *c)
{
	begin(c);
	while (!(c->args[3] & IPC_NOWAIT) && !has_room((int)c->args[0], c->args[2]))
		rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
}

/* Of which type, only the call itself tells. */
static bool has_message(int id)
{
	struct msqid_ds state;

	return raw3(SYS_msgctl, id, IPC_STAT, (long)&state) || state.msg_qnum > 0;
}

static void before_msgrcv(struct call *c)
{
	begin(c);
	while (!(c->args[4] & IPC_NOWAIT) && !has_message((int)c->args[0]))
		rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
}

/* By the operations of one call that come before it, too. */
static long value_at(int id, const struct sembuf *ops, uint64_t index)
{
	long value = raw6(SYS_semctl, id, ops[index].sem_num, GETVAL, 0, 0, 0);

	for (uint64_t i = 0; i < index; i++)
		if (ops[i].sem_num == ops[index].sem_num)
			value += ops[i].sem_op;
	return value;
}

static bool would_wait(int id, const struct sembuf *ops, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		long value = value_at(id, ops, i);

		if (value < 0 && raw_failed(raw6(SYS_semctl, id, ops[i].sem_num, GETVAL, 0, 0, 0)))
			return false; /* the call fails */
		if (ops[i].sem_op ? value + ops[i].sem_op < 0 : value != 0)
			return !(ops[i].sem_flg & IPC_NOWAIT);
	}
	return false;
}

static void await_semaphores(struct call *c, uint64_t until)
{
	const struct sembuf *ops = (const struct sembuf *)c->args[1];

	begin(c);
	while (would_wait((int)c->args[0], ops, c->args[2]))
		if (!rt_block(SCHEDULE_KEY_IO, until)) {
			plugin_lend_past(c, c->args[3]);
			return;
		}
}

static void before_semop(struct call *c)
{
	await_semaphores(c, RT_FOREVER);
}

static void before_semtimedop(struct call *c)
{
	await_semaphores(c, after_limit(c->args[3]));
}

static void await_queue(struct call *c, short events)
{
	uint64_t until = c->args[4] ? rt_until((const struct timespec *)c->args[4], CLOCK_REALTIME)
				    : RT_FOREVER;
	int fd = (int)c->args[0];

	begin(c);
	while (!rt_fd_is_nonblocking(fd) && !rt_fd_is_ready(fd, events))
		if (!rt_block(SCHEDULE_KEY_IO, until)) {
			plugin_lend_past(c, c->args[4]);
			return;
		}
}

static void before_mq_send(struct call *c)
{
	await_queue(c, POLLOUT);
}

static void before_mq_receive(struct call *c)
{
	await_queue(c, POLLIN);
}

/* --- locks of files: had here first, had again by the call ------------------- */

static void before_flock(struct call *c)
{
	begin(c);
	while (!(c->args[1] & LOCK_NB) &&
	       raw3(SYS_flock, (long)c->args[0], (long)c->args[1] | LOCK_NB, 0) == -EWOULDBLOCK)
		rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
}

static void before_fcntl(struct call *c)
{
	int command = (int)c->args[1];
	long now = command == F_SETLKW ? F_SETLK : F_OFD_SETLK, rc;

	if (command != F_SETLK && command != F_SETLKW && command != F_OFD_SETLK &&
	    command != F_OFD_SETLKW)
		return;
	begin(c);
	if (command == F_SETLK || command == F_OFD_SETLK)
		return;
	while ((rc = raw3(SYS_fcntl, (long)c->args[0], now, (long)c->args[2])) == -EAGAIN ||
	       rc == -EACCES)
		rt_block(SCHEDULE_KEY_IO, RT_FOREVER);
}

/* --- files ------------------------------------------------------------------ */

static void before_file(struct call *c)
{
	rt_point(POINT_FILE, 0, 0, c->place);
}

static void after_file(struct call *c)
{
	if (!raw_failed(c->result))
		rt_wrote();
}

const struct call_row plugin_io_calls[] = {
	{SYS_read, before_read, after},
	{SYS_readv, before_read, after},
	{SYS_write, before_write, after},
	{SYS_writev, before_write, after},
	{SYS_recvfrom, before_recvfrom, after},
	{SYS_recvmsg, before_recvmsg, after},
	{SYS_sendto, before_sendto, after},
	{SYS_sendmsg, before_sendmsg, after},
	{SYS_accept, before_read, after},
	{SYS_accept4, before_read, after},
	{SYS_close, before_close, after},
	{SYS_poll, before_poll, after},
	{SYS_ppoll, before_ppoll, after},
	{SYS_select, before_select, after},
	{SYS_pselect6, before_pselect, after},
	{SYS_epoll_wait, before_epoll, after},
	{SYS_epoll_pwait, before_epoll, after},
	{SYS_msgsnd, before_msgsnd, after},
	{SYS_msgrcv, before_msgrcv, after},
	{SYS_semop, before_semop, after},
	{SYS_semtimedop, before_semtimedop, after},
	{SYS_mq_timedsend, before_mq_send, after},
	{SYS_mq_timedreceive, before_mq_receive, after},
	{SYS_flock, before_flock, after},
	{SYS_fcntl, before_fcntl, after},
	{SYS_open, before_file, after_file},
	{SYS_openat, before_file, after_file},
	{SYS_unlink, before_file, after_file},
	{SYS_unlinkat, before_file, after_file},
	{SYS_rename, before_file, after_file},
	{SYS_ftruncate, before_file, after_file},
	{0, NULL, NULL},
};
