/*
 * name: sem-sysv-lock
 * mechanism: sem-sysv
 * bug: none
 * about: sem-sysv-lock PATH: one at a time by a semaphore with SEM_UNDO, whose key is that of
 *	PATH; --hold waits inside until standard input ends, --try does not wait for the others,
 *	--limit N waits N ms, --remove takes the semaphore away at the end
 */
/*
 * Twins with a bug include this file: sem-sysv-lock-no-undo, -no-eintr, -removed, -setval,
 * -abandoned, -timeout, -nospace.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <time.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/safe.h"

#define CREATOR_LIMIT_MS 20

#ifdef BUG_NO_UNDO
#define UNDO 0
#else
#define UNDO SEM_UNDO
#endif

union semun { /* semctl(2): the caller must define it */
	int val;
	struct semid_ds *buf;
};

static int file, set;

/* 0 or -1 with errno; @limit NULL: as long as it takes. */
static int change(short by, short flags, const struct timespec *limit)
{
	struct sembuf op = {.sem_op = by, .sem_flg = flags};

	for (;;) {
		int rc = semtimedop(set, &op, 1, limit);

#ifdef BUG_REMOVED
		if (rc == 0 || limit || flags & IPC_NOWAIT)
			return rc;
#elif defined(BUG_NO_EINTR)
		return rc;
#else
		if (rc == 0 || errno != EINTR)
			return rc;
#endif
	}
}

#ifndef BUG_SETVAL
/* Zero until the first semop, and that is the one that makes it free. */
static bool is_ready(void)
{
#ifdef BUG_ABANDONED
	return true;
#else
	struct semid_ds status = {0};

	return semctl(set, 0, IPC_STAT, (union semun){.buf = &status}) == 0 &&
	       status.sem_otime != 0;
#endif
}

static _Noreturn void give_up(const char *what)
{
	perror(what);
	semctl(set, 0, IPC_RMID);
	exit(STATUS_USAGE);
}

/* The creator has no SEM_UNDO here, or its end would take the semaphore back. */
static bool create(key_t key)
{
	set = semget(key, 1, 0600 | IPC_CREAT | IPC_EXCL);
#ifndef BUG_NOSPACE
	if (set < 0 && errno != EEXIST)
		die("semget");
#endif
	if (set < 0 || change(1, 0, NULL) == 0)
		return set >= 0;
	if (errno != EIDRM && errno != EINVAL) /* nobody took it away */
		give_up("semop");
	return false;
}

static bool wait_for_creator(void)
{
	const struct timespec tick = {.tv_nsec = 1000000};
	int64_t end = now_ms() + CREATOR_LIMIT_MS;

	while (!is_ready() && now_ms() < end)
		nanosleep(&tick, NULL);
	return is_ready();
}
#endif

static void open_set(const char *path)
{
	key_t key = ftok(path, 's');

	if (key < 0)
		die(path);
#ifdef BUG_SETVAL
	set = semget(key, 1, 0600 | IPC_CREAT);
	if (set < 0 || semctl(set, 0, SETVAL, (union semun){.val = 1}) < 0)
		die("semget");
#else
	while (!create(key)) {
		set = semget(key, 1, 0600);
		if (set >= 0 && wait_for_creator())
			return;
		if (set >= 0) {
			fprintf(stderr, "its creator has died\n");
			semctl(set, 0, IPC_RMID);
		}
	}
#endif
}

/* Who is inside writes its pid into the file; who leaves must find it there. */
static void enter(void)
{
	char text[16];

	if (lseek(file, 0, SEEK_END) > 0)
		puts("the one before died inside");
	snprintf(text, sizeof(text), "%d\n", getpid());
	if (ftruncate(file, 0) < 0 || pwrite(file, text, strlen(text), 0) < 0)
		die("pwrite");
}

static void leave(void)
{
	char text[16] = "";

	if (pread(file, text, sizeof(text) - 1, 0) < 0)
		die("pread");
	if (strtol(text, NULL, 10) != getpid()) {
		fprintf(stderr, "another was inside\n");
		exit(STATUS_WRONG);
	}
	if (ftruncate(file, 0) < 0)
		die("ftruncate");
}

static int refused(int error)
{
	fprintf(stderr, "no lock: %s\n", strerror(error));
	if (error == EAGAIN)
		return STATUS_NOBODY;
	return error == EIDRM || error == EINVAL ? STATUS_GONE : STATUS_WRONG;
}

static void on_usr1(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	bool hold, only_try, removes;
	struct timespec limit = {0};
	const char *path;
	unsigned ms;
	int rc;

	args_init(argc, argv);
	hold = args_flag("--hold");
	only_try = args_flag("--try");
	removes = args_flag("--remove");
	ms = args_number("--limit", 0);
	path = args_operand();
	args_end();
	on_signal(SIGUSR1, on_usr1, SA_RESTART); /* of no use: semop is never restarted */
	file = safe_open(path, O_RDWR | O_CREAT, 0600);
	if (file < 0)
		die(path);
	open_set(path);
	limit.tv_nsec = (long)ms * 1000000;
	rc = change(-1, UNDO | (only_try ? IPC_NOWAIT : 0), ms ? &limit : NULL);
#ifdef BUG_TIMEOUT
	rc = 0;
#endif
	if (rc < 0)
		return refused(errno);
	enter();
	if (hold)
		say_and_wait("locked");
	leave();
	if (change(1, UNDO, NULL) < 0)
		return refused(errno);
	if (removes)
		semctl(set, 0, IPC_RMID);
	puts("done");
	return 0;
}
