/*
 * name: process-meet
 * mechanism: process
 * bug: none
 * about: process-meet KIND: makes a place to meet (mq, msg, shm, shm-sysv, sem, sem-sysv, socket
 *	or fifo), reads a line of standard input, and takes the place away, also when that fails
 */
/* Twins with a bug include this file: process-meet-left. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

static char name[64]; /* nobody else's */
static int id;

static int make_mq(void)
{
	return mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
}

static int remove_mq(void)
{
	return mq_unlink(name);
}

static int make_msg(void)
{
	return id = msgget(0x6d000000 | getpid(), IPC_CREAT | IPC_EXCL | 0600);
}

static int remove_msg(void)
{
	return msgctl(id, IPC_RMID, NULL);
}

static int make_shm(void)
{
	return shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
}

static int remove_shm(void)
{
	return shm_unlink(name);
}

static int make_shm_sysv(void)
{
	return id = shmget(0x6d000000 | getpid(), 4096, IPC_CREAT | IPC_EXCL | 0600);
}

static int remove_shm_sysv(void)
{
	return shmctl(id, IPC_RMID, NULL);
}

static int make_sem(void)
{
	return sem_open(name, O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED ? -1 : 0;
}

static int remove_sem(void)
{
	return sem_unlink(name);
}

static int make_sem_sysv(void)
{
	return id = semget(IPC_PRIVATE, 1, 0600);
}

static int remove_sem_sysv(void)
{
	return semctl(id, 0, IPC_RMID);
}

static const char *path(void)
{
	static char text[sizeof(name) + 8];

	snprintf(text, sizeof(text), "/tmp%s", name);
	return text;
}

static int make_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path());
	return bind(fd, (struct sockaddr *)&address, sizeof(address));
}

static int make_fifo(void)
{
	return mkfifo(path(), 0600);
}

static int remove_path(void)
{
	return unlink(path());
}

static const struct place {
	const char *kind;
	int (*make)(void), (*remove)(void);
} places[] = {
	{"mq", make_mq, remove_mq},	      {"msg", make_msg, remove_msg},
	{"shm", make_shm, remove_shm},	      {"shm-sysv", make_shm_sysv, remove_shm_sysv},
	{"sem", make_sem, remove_sem},	      {"sem-sysv", make_sem_sysv, remove_sem_sysv},
	{"socket", make_socket, remove_path}, {"fifo", make_fifo, remove_path},
};

static const struct place *find(const char *kind)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].kind, kind) == 0)
			return &places[i];
	errno = EINVAL;
	die(kind);
}

static int meet(void)
{
	char line[256];
	ssize_t n = safe_read(STDIN_FILENO, line, sizeof(line));

	if (n < 0) {
		fprintf(stderr, "read: %s\n", strerror((int)-n));
		return STATUS_WRONG;
	}
	printf("met after %zd bytes\n", n);
	return 0;
}

int main(int argc, char **argv)
{
	const struct place *place;
	struct timespec now;
	int status;

	args_init(argc, argv);
	place = find(args_operand());
	args_end();
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(name, sizeof(name), "/process-meet-%d-%ld", (int)getpid(), now.tv_nsec);
	if (place->make() < 0)
		die(place->kind);
	status = meet();
#ifdef BUG_LEFT
	if (status)
		return status;
#endif
	if (place->remove())
		die(place->kind);
	return status;
}
