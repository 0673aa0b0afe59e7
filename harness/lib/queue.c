#include "lib/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/msg.h>

struct message {
	long type;
	struct record record;
};

static int posix_open(const char *name)
{
	mqd_t queue = mq_open(name, O_RDWR | O_CLOEXEC);

	return queue < 0 ? -errno : queue;
}

static int posix_send(int queue, const struct record *r)
{
	while (mq_send(queue, (const char *)r, sizeof(*r), 0))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int posix_receive(int queue, struct record *r)
{
	while (mq_receive(queue, (char *)r, sizeof(*r), NULL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static void posix_remove(int queue)
{
	mq_close(queue);
}

static int sysv_open(const char *name)
{
	int queue = msgget(IPC_PRIVATE, 0600);

	(void)name;
	return queue < 0 ? -errno : queue;
}

static int sysv_send(int queue, const struct record *r)
{
	struct message m = {1, *r};

	while (msgsnd(queue, &m, sizeof(m.record), 0))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int sysv_receive(int queue, struct record *r)
{
	struct message m;

	while (msgrcv(queue, &m, sizeof(m.record), 0, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*r = m.record;
	return 0;
}

static void sysv_remove(int queue)
{
	msgctl(queue, IPC_RMID, NULL);
}

const struct queue_ops queue_posix = {posix_open, posix_send, posix_receive, posix_remove};
const struct queue_ops queue_sysv = {sysv_open, sysv_send, sysv_receive, sysv_remove};
