/*
 * Queues, semaphores and shared memory: removed; queues made small, full, empty.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/util.h"
#include "strike.h"

#define REMOVE                                                                                     \
	{                                                                                          \
		.kind = ACTION_REMOVE, .on = true                                                  \
	}
#define FILL                                                                                       \
	{                                                                                          \
		.kind = ACTION_FILL, .on = true                                                    \
	}
#define DRAIN                                                                                      \
	{                                                                                          \
		.kind = ACTION_DRAIN, .on = true                                                   \
	}
#define CAPACITY(n)                                                                                \
	{                                                                                          \
		.kind = ACTION_CAPACITY, .bytes = (n)                                              \
	}

/* clang-format off */
static const struct strike remove_rows[] = {
	{"a queue before it is used", "msg-send", "msgsnd", .action = REMOVE,
	 .out = "msgsnd EINVAL\n", .fired = 1},
	{"a queue while somebody waits", "msg-wait", "msgrcv", .phase = PHASE_BLOCKED,
	 .action = REMOVE, .out = "msgrcv EIDRM\n", .fired = 1},
	{"a semaphore while somebody waits", "sem-wait", "semop", .phase = PHASE_BLOCKED,
	 .action = REMOVE, .out = "semop EIDRM\n", .fired = 1},
	{"shared memory in use stays", "shm", "shmctl", .action = REMOVE,
	 .out = "shmctl 0\nremoved, still 'x'\n", .fired = 1},
	{"one that is gone", "msg-send", "msgctl", .phase = PHASE_EXIT, .action = REMOVE,
	 .out = "msgsnd 0\n", .refused = "cannot be removed: Invalid argument"},
	{"a POSIX queue loses its name only", "mq-name", "mq_timedsend", .action = REMOVE,
	 .out = "mq_send 0\nmq_open ENOENT\ntook 'one'\nmq_receive EAGAIN\n", .fired = 1},
	{"one without a name", "mq-wait", "mq_timedreceive", .phase = PHASE_BLOCKED,
	 .action = REMOVE, .out = "mq_receive EINTR\n",
	 .refused = "has no name any more"},
};

#define ERRNO(code)                                                                                \
	{                                                                                          \
		.kind = ACTION_ERRNO, .error = code                                                \
	}

/* Whether it waits is said by its operations, which are in the program's memory. */
static const struct strike error_rows[] = {
	{"a semaphore that is only tried", "sem-try", "semop", .action = ERRNO(EAGAIN),
	 .out = "semop EAGAIN\n", .fired = 1},
	{"one that is waited for", "sem-wait", "semop", .action = ERRNO(EAGAIN),
	 .out = "semop EINTR\n", .refused = "Linux cannot do that here"},
	{"too much to be undone", "sem-try", "semop", .action = ERRNO(ERANGE),
	 .out = "semop ERANGE\n", .fired = 1},
};

static const struct strike fill_rows[] = {
	{"a System V queue", "msg-two", "msgsnd", .nth = 2, .action = FILL,
	 .out = "msgsnd EAGAIN\ntook 'one'\nmsgrcv ENOMSG\nmsgsnd 0\n", .fired = 1},
	{"with a receiver asleep", "msg-wait", "msgrcv", .phase = PHASE_BLOCKED, .action = FILL,
	 .out = "msgrcv EINTR\n", .refused = "a receiver waits"},
	{"a POSIX queue", "mq-two", "mq_timedsend", .nth = 2, .action = FILL,
	 .out = "mq_send EAGAIN\ntook 'one'\nmq_receive EAGAIN\nmq_send 0\nmq_receive 5\n",
	 .fired = 1},
	{"one that is full", "mq-full", "mq_timedsend", .nth = 5, .action = FILL,
	 .out = "mq_send EAGAIN\n", .refused = "is full already"},
	{"one with a notification", "mq-notify", "mq_timedsend", .action = FILL,
	 .out = "mq_send 0\n", .refused = "waits with mq_notify"},
};

static const struct strike drain_rows[] = {
	{"a System V queue", "msg-two", "msgsnd", .nth = 2, .action = DRAIN,
	 .out = "msgsnd 0\ntook 'two'\nmsgrcv ENOMSG\nmsgsnd 0\n", .fired = 1},
	{"an empty one", "msg-send", "msgsnd", .action = DRAIN, .out = "msgsnd 0\n",
	 .refused = "was empty"},
	{"a POSIX queue", "mq-two", "mq_timedsend", .nth = 2, .action = DRAIN,
	 .out = "mq_send 0\ntook 'two'\nmq_receive EAGAIN\nmq_send 0\nmq_receive 5\n", .fired = 1},
};

static const struct strike capacity_rows[] = {
	{"a System V queue", "msg-two", "msgsnd", .nth = 2, .action = CAPACITY(4),
	 .out = "msgsnd EAGAIN\ntook 'one'\nmsgrcv ENOMSG\nmsgsnd EAGAIN\n", .fired = 1},
	{"less than it holds", "msg-two", "msgsnd", .nth = 2, .action = CAPACITY(1),
	 .out = "msgsnd EAGAIN\ntook 'one'\nmsgrcv ENOMSG\nmsgsnd EAGAIN\n", .fired = 1},
	{"a POSIX queue", "mq-name", "mq_timedsend", .action = CAPACITY(1),
	 .out = "mq_send 0\nmq_open 0\ntook 'one'\nmq_receive EAGAIN\n",
	 .refused = "has the size that it was made with"},
	{"a semaphore", "sem-wait", "semop", .phase = PHASE_BLOCKED, .action = CAPACITY(1),
	 .out = "semop EINTR\n", .refused = "means nothing to"},
};
/* clang-format on */

static void strike_objects(const struct strike *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strike row = rows[i];

		row.program = "engine-objects";
		strike_all(&row, 1);
	}
}

Test(fault_object, remove)
{
	strike_objects(remove_rows, ARRAY_SIZE(remove_rows));
}

Test(fault_object, errors)
{
	strike_objects(error_rows, ARRAY_SIZE(error_rows));
}

Test(fault_object, fill)
{
	strike_objects(fill_rows, ARRAY_SIZE(fill_rows));
}

Test(fault_object, drain)
{
	strike_objects(drain_rows, ARRAY_SIZE(drain_rows));
}

Test(fault_object, capacity)
{
	strike_objects(capacity_rows, ARRAY_SIZE(capacity_rows));
}
