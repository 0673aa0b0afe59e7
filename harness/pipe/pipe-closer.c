/*
 * name: pipe-closer
 * mechanism: pipe
 * bug: none
 * about: one thread closes its pipe while another opens a journal, in rounds; a closed
 *	descriptor is gone, whatever close said; --socket: its connection, --fifo PATH: its FIFO
 */
/* Twins with a bug include this file: pipe-closer-retry. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/record.h"
#include "lib/safe.h"

static sem_t begun, closed, done;
static int input;
static unsigned rounds, intact;
static const char *fifo;
static bool is_socket;

/* Writes a record to a journal of its own and reads it back. */
static bool journal_works(const int journal[2])
{
	struct record r;

	record_fill(&r, RECORD_DATA, 0, 0);
	return safe_write(journal[1], &r, sizeof(r)) == 0 &&
	       safe_read(journal[0], &r, sizeof(r)) == sizeof(r) && record_is_sound(&r);
}

static void take(sem_t *sem)
{
	while (sem_wait(sem) < 0)
		;
}

static void *keep_journal(void *unused)
{
	(void)unused;
	for (unsigned i = 0; i < rounds; i++) {
		int journal[2];
		struct record r;

		take(&begun);
		safe_read(input, &r, sizeof(r));
		make_pipe(journal);
		take(&closed);
		intact += journal_works(journal);
		safe_close(&journal[0]);
		safe_close(&journal[1]);
		sem_post(&done);
	}
	return NULL;
}

static int finish(int fd)
{
	int error = close(fd);

#ifdef BUG_RETRY
	while (error && errno == EINTR)
		error = close(fd);
#endif
	if (error && errno != EINTR) {
		perror("pipe-closer: close");
		return STATUS_WRONG;
	}
	return 0;
}

static void open_ends(int ends[2])
{
	if (fifo) {
		ends[0] = open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		ends[1] = ends[0] < 0 ? -1 : open(fifo, O_WRONLY | O_CLOEXEC);
		if (ends[0] < 0 || ends[1] < 0)
			die(fifo);
		fcntl(ends[0], F_SETFL, 0);
	} else if (is_socket) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
			die("socketpair");
	} else {
		make_pipe(ends);
	}
}

static int say_good_bye(void)
{
	struct record r;
	int ends[2], result;

	open_ends(ends);
	input = ends[0];
	record_fill(&r, RECORD_END, 0, 0);
	sem_post(&begun);
	safe_write(ends[1], &r, sizeof(r));
	result = finish(ends[1]);
	sem_post(&closed);
	take(&done);
	safe_close(&ends[0]);
	return result;
}

static void on_usr1(int sig)
{
	(void)sig;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int result = 0;

	args_init(argc, argv);
	rounds = args_number("--rounds", 5);
	is_socket = args_flag("--socket");
	fifo = args_flag("--fifo") ? args_operand() : NULL;
	args_end();
	if (fifo && mkfifo(fifo, 0600) < 0)
		die(fifo);
	on_signal(SIGPIPE, SIG_IGN, 0);
	on_signal(SIGUSR1, on_usr1, 0);
	sem_init(&begun, 0, 0);
	sem_init(&closed, 0, 0);
	sem_init(&done, 0, 0);
	if (pthread_create(&thread, NULL, keep_journal, NULL))
		die("pthread_create");
	for (unsigned i = 0; i < rounds; i++)
		result |= say_good_bye();
	pthread_join(thread, NULL);
	if (fifo)
		unlink(fifo);
	printf("rounds %u journals intact %u\n", rounds, intact);
	return result || intact != rounds ? STATUS_WRONG : 0;
}
