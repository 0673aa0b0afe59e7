/*
 * For tests/e2e/test-explore.sh: waits KIND: a parent waits for its child in a call of that kind.
 * Of "unknown" no scheduler knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int id, ends[2];
static mqd_t queue;
static volatile int *count;
static atomic_uint *word;
static sem_t *semaphores[2];
static char file[] = "/tmp/ipcfault-waits-XXXXXX";

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void check(long rc, const char *what)
{
	if (rc < 0)
		die(what);
}

static void semop_make(void)
{
	check(id = semget(IPC_PRIVATE, 1, 0600), "semget");
}

static void semop_wait(void)
{
	check(semop(id, &(struct sembuf){0, -1, 0}, 1), "semop");
	check(semctl(id, 0, IPC_RMID), "semctl");
}

static void semop_wake(void)
{
	check(semop(id, &(struct sembuf){0, 1, 0}, 1), "semop");
}

struct message {
	long type;
	int value;
};

static void msg_make(void)
{
	check(id = msgget(IPC_PRIVATE, 0600), "msgget");
}

static void msg_wait(void)
{
	struct message m;

	check(msgrcv(id, &m, sizeof(m.value), 0, 0), "msgrcv");
	check(msgctl(id, IPC_RMID, NULL), "msgctl");
}

static void msg_wake(void)
{
	const struct message m = {1, 2};

	check(msgsnd(id, &m, sizeof(m.value), 0), "msgsnd");
}

static void mq_make(void)
{
	struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 1};

	check(queue = mq_open("/ipcfault-waits", O_RDWR | O_CREAT, 0600, &attr), "mq_open");
	mq_unlink("/ipcfault-waits");
}

static void mq_wait(void)
{
	char byte;

	for (int i = 0; i < 2; i++)
		check(mq_receive(queue, &byte, 1, NULL), "mq_receive");
}

static void mq_wake(void)
{
	for (int i = 0; i < 2; i++)
		check(mq_send(queue, "", 1, 0), "mq_send");
}

/* Each counts under the lock. */
static void lock_make(void)
{
	check(mkstemp(file), file);
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
}

static void flock_both(void)
{
	int fd = open(file, O_RDWR);

	check(flock(fd, LOCK_EX), "flock");
	++*count;
	close(fd);
}

static void fcntl_both(void)
{
	int fd = open(file, O_RDWR);

	check(fcntl(fd, F_SETLKW, &(struct flock){.l_type = F_WRLCK}), "fcntl");
	++*count;
	close(fd);
}

static void nonblock_make(void)
{
	check(pipe2(ends, O_NONBLOCK), "pipe");
}

static void nonblock_wait(void)
{
	char byte;

	while (read(ends[0], &byte, 1) < 0 && errno == EAGAIN)
		sched_yield();
}

static void nonblock_wake(void)
{
	check(write(ends[1], "", 1), "write");
}

static void unknown_make(void)
{
	check(id = eventfd(0, 0), "eventfd");
}

static void unknown_wait(void)
{
	unsigned long value;

	check(syscall(SYS_read, id, &value, sizeof(value), 0, 0, 0), "eventfd");
}

static void unknown_wake(void)
{
	const unsigned long one = 1;

	check(syscall(SYS_write, id, &one, sizeof(one)), "eventfd");
}

static void futex_make(void)
{
	word = mmap(NULL, sizeof(*word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void futex_wait(void)
{
	while (!atomic_load(word))
		syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void futex_wake(void)
{
	atomic_store(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Three times, so that neither can end before the other has been woken. */
static void named_make(void)
{
	static const char *const names[] = {"/ipcfault-waits-0", "/ipcfault-waits-1"};

	for (int i = 0; i < 2; i++) {
		semaphores[i] = sem_open(names[i], O_CREAT, 0600, 0);
		if (semaphores[i] == SEM_FAILED)
			die("sem_open");
		sem_unlink(names[i]);
	}
}

static void named_wait(void)
{
	sem_post(semaphores[0]);
	sem_wait(semaphores[1]);
	sem_post(semaphores[0]);
}

static void named_wake(void)
{
	sem_wait(semaphores[0]);
	sem_post(semaphores[1]);
	sem_wait(semaphores[0]);
}

static void pipe_make(void)
{
	check(pipe(ends), "pipe");
}

static void select_wait(void)
{
	fd_set reads;

	FD_ZERO(&reads);
	FD_SET(ends[0], &reads);
	if (select(ends[0] + 1, &reads, NULL, NULL, NULL) != 1 || !FD_ISSET(ends[0], &reads))
		die("select");
}

static void epoll_wait_one(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = epoll_create1(0);

	check(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event), "epoll_ctl");
	if (epoll_wait(fd, &event, 1, -1) != 1)
		die("epoll_wait");
}

static const struct kind {
	const char *name;
	void (*make)(void);
	void (*wait)(void);
	void (*wake)(void);
} kinds[] = {
	{"semop", semop_make, semop_wait, semop_wake},
	{"msg", msg_make, msg_wait, msg_wake},
	{"mq", mq_make, mq_wait, mq_wake},
	{"flock", lock_make, flock_both, flock_both},
	{"fcntl", lock_make, fcntl_both, fcntl_both},
	{"nonblock", nonblock_make, nonblock_wait, nonblock_wake},
	{"named", named_make, named_wait, named_wake},
	{"futex", futex_make, futex_wait, futex_wake},
	{"select", pipe_make, select_wait, nonblock_wake},
	{"epoll", pipe_make, epoll_wait_one, nonblock_wake},
	{"unknown", unknown_make, unknown_wait, unknown_wake},
};

static const struct kind *find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	exit(2);
}

int main(int argc, char **argv)
{
	const struct kind *kind = find(argc > 1 ? argv[1] : "");

	kind->make();
	if (fork() == 0) {
		kind->wake();
		exit(0);
	}
	kind->wait();
	wait(NULL);
	if (count) {
		unlink(file);
		return *count != 2;
	}
	return 0;
}
