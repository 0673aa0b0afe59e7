/*
 * For tests/e2e/test-explore-gates.sh: gates KIND: somebody waits in a call of that kind, for
 * another who is not there yet in some schedules.  Ends with 0 in every schedule.
 */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LARGE (1 << 18) /* more than a pipe or a socket has room for */

static int ends[2], id;
static pid_t parent, child;
static struct sockaddr_un name = {.sun_family = AF_UNIX};
static socklen_t name_size;
static char large[LARGE];

static void check(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(2);
}

static struct timespec in_a_second(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	time.tv_sec++;
	return time;
}

/* --- descriptors --------------------------------------------------------- */

static void make_pipe(void)
{
	check(pipe(ends) == 0, "pipe");
}

static void make_stream(void)
{
	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
}

static void make_datagrams(void)
{
	check(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "socketpair");
}

static void write_one(void)
{
	check(write(ends[1], "x", 1) == 1, "write");
}

static void wait_readv(void)
{
	char byte;

	check(readv(ends[0], &(struct iovec){&byte, 1}, 1) == 1, "readv");
}

static void wait_recvfrom(void)
{
	char byte;

	check(recvfrom(ends[0], &byte, 1, 0, NULL, NULL) == 1, "recvfrom");
}

static void wait_recvmsg(void)
{
	char byte;
	struct iovec part = {&byte, 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	check(recvmsg(ends[0], &message, 0) == 1, "recvmsg");
}

static void wait_ppoll(void)
{
	struct pollfd fd = {.fd = ends[0], .events = POLLIN};

	check(ppoll(&fd, 1, NULL, NULL) == 1, "ppoll");
}

static void wait_pselect(void)
{
	fd_set reads;

	FD_ZERO(&reads);
	FD_SET(ends[0], &reads);
	check(pselect(ends[0] + 1, &reads, NULL, NULL, NULL, NULL) == 1, "pselect");
}

static void wait_epoll_pwait(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd = epoll_create1(0);

	check(epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event) == 0, "epoll_ctl");
	check(epoll_pwait(fd, &event, 1, -1, NULL) == 1, "epoll_pwait");
}

/* Writers of more than there is room for. */
static void read_all(void)
{
	size_t done = 0;

	while (done < LARGE) {
		ssize_t got = read(ends[0], large, LARGE);

		check(got > 0, "read");
		done += (size_t)got;
	}
}

static void write_large(void)
{
	check(write(ends[1], large, LARGE) == LARGE, "write");
}

static void send_large(void)
{
	check(send(ends[1], large, LARGE, 0) == LARGE, "send");
}

#define MESSAGES 300 /* more than net.unix.max_dgram_qlen, and than there is room for */
#define MESSAGE	 1024

static void read_messages(void)
{
	for (int i = 0; i < MESSAGES; i++)
		check(read(ends[0], large, MESSAGE) == MESSAGE, "read");
}

static void wait_sendto(void)
{
	for (int i = 0; i < MESSAGES; i++)
		check(sendto(ends[1], large, MESSAGE, 0, NULL, 0) == MESSAGE, "sendto");
}

static void wait_sendmsg(void)
{
	struct iovec part = {large, MESSAGE};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	for (int i = 0; i < MESSAGES; i++)
		check(sendmsg(ends[1], &message, 0) == MESSAGE, "sendmsg");
}

/* In the abstract name space, by the kernel's choice. */
static void make_listener(void)
{
	name_size = sizeof(name);
	ends[0] = socket(AF_UNIX, SOCK_STREAM, 0);
	check(bind(ends[0], (struct sockaddr *)&name, sizeof(sa_family_t)) == 0, "bind");
	check(getsockname(ends[0], (struct sockaddr *)&name, &name_size) == 0, "getsockname");
	check(listen(ends[0], 0) == 0, "listen");
}

static void wait_accept4(void)
{
	for (int i = 0; i < 3; i++)
		check(accept4(ends[0], NULL, NULL, SOCK_CLOEXEC) >= 0, "accept4");
}

static void connect_thrice(void)
{
	for (int i = 0; i < 3; i++)
		check(connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&name,
			      name_size) == 0,
		      "connect");
}

static void wait_timeout(void)
{
	struct timeval limit = {.tv_sec = 100};
	char byte;

	check(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) == 0,
	      "setsockopt");
	check(recv(ends[0], &byte, 1, 0) < 0 && errno == EAGAIN, "recv");
}

/* --- queues, semaphores, record locks ------------------------------------ */

static void make_queue(void)
{
	struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 1};

	id = mq_open("/ipcfault-gates", O_RDWR | O_CREAT, 0600, &attr);
	check(id >= 0, "mq_open");
	mq_unlink("/ipcfault-gates");
}

static void wait_mq(void)
{
	struct timespec limit = in_a_second(CLOCK_REALTIME);
	char byte;

	limit.tv_sec += 1000;
	for (int i = 0; i < 3; i++)
		check(mq_timedreceive(id, &byte, 1, NULL, &limit) == 1, "mq_timedreceive");
	limit = in_a_second(CLOCK_REALTIME);
	check(mq_timedreceive(id, &byte, 1, NULL, &limit) < 0 && errno == ETIMEDOUT,
	      "mq_timedreceive");
}

static void send_mq(void)
{
	struct timespec limit = in_a_second(CLOCK_REALTIME);

	limit.tv_sec += 1000;
	for (int i = 0; i < 3; i++)
		check(mq_timedsend(id, "", 1, 0, &limit) == 0, "mq_timedsend");
}

static void make_sem(void)
{
	id = semget(IPC_PRIVATE, 1, 0600);
	check(id >= 0, "semget");
}

static void wait_sem(void)
{
	struct sembuf down = {0, -1, 0};

	check(semtimedop(id, &down, 1, &(struct timespec){1000, 0}) == 0, "semtimedop");
	check(semtimedop(id, &down, 1, &(struct timespec){1, 0}) < 0 && errno == EAGAIN,
	      "semtimedop");
	check(semctl(id, 0, IPC_RMID) == 0, "semctl");
}

static void up_sem(void)
{
	check(semop(id, &(struct sembuf){0, 1, 0}, 1) == 0, "semop");
}

/* Each locks one byte and then the other's: EDEADLK for one of them, if they meet. */
static volatile int *refused;

static void make_file(void)
{
	char path[] = "/tmp/ipcfault-gates-XXXXXX";

	id = mkstemp(path);
	check(id >= 0 && unlink(path) == 0, path);
	refused = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static int lock_byte(off_t at)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = at, .l_len = 1};

	return fcntl(id, F_SETLKW, &lock);
}

static void lock_both(int first)
{
	check(lock_byte(first) == 0, "the first");
	if (lock_byte(!first) < 0) {
		check(errno == EDEADLK, "the second");
		check(__atomic_fetch_add(refused, 1, __ATOMIC_SEQ_CST) == 0, "both are refused");
	}
}

static void lock_up(void)
{
	lock_both(0);
	close(id);
}

static void lock_down(void)
{
	lock_both(1);
	close(id);
}

/* --- signals ------------------------------------------------------------- */

static sigset_t usr1;
static volatile sig_atomic_t got;

static void on_signal(int number)
{
	(void)number;
	got = 1;
}

static void make_blocked(void)
{
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
}

static void make_handled(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	make_blocked();
	sigaction(SIGUSR1, &action, NULL);
}

static void signal_parent(void)
{
	check(kill(parent, SIGUSR1) == 0, "kill");
}

static void wait_sigwait(void)
{
	int number;

	check(sigwait(&usr1, &number) == 0 && number == SIGUSR1, "sigwait");
}

static void wait_sigwaitinfo(void)
{
	check(sigwaitinfo(&usr1, NULL) == SIGUSR1, "sigwaitinfo");
}

static void wait_sigtimedwait(void)
{
	const struct timespec second = {1, 0}, long_time = {1000, 0};

	check(sigtimedwait(&usr1, NULL, &long_time) == SIGUSR1, "sigtimedwait");
	check(sigtimedwait(&usr1, NULL, &second) < 0 && errno == EAGAIN, "sigtimedwait");
}

static void wait_sigsuspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	check(sigsuspend(&none) < 0 && errno == EINTR && got, "sigsuspend");
}

static void wait_ppoll_signal(void)
{
	sigset_t none;

	sigemptyset(&none);
	check(ppoll(NULL, 0, NULL, &none) < 0 && errno == EINTR && got, "ppoll");
}

/* Only once it has said that it waits can a pause() be sure to be interrupted. */
static void make_said(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	make_pipe();
	sigaction(SIGUSR1, &action, NULL);
}

static void wait_interrupted(void)
{
	char byte;

	check(read(ends[0], &byte, 1) < 0 ? errno == EINTR : byte == 'x', "read");
}

static void interrupt(void)
{
	check(kill(parent, SIGUSR1) == 0, "kill");
	write_one();
}

static void wait_pause(void)
{
	while (!got)
		pause();
}

static void end_child(int number)
{
	int status;

	check(kill(child, number) == 0, "kill");
	check(waitpid(child, &status, 0) == child, "waitpid");
	check(WIFSIGNALED(status) && WTERMSIG(status) == number, "its end");
	_exit(0);
}

static void wait_for_ever(void)
{
	char byte;

	check(read(ends[0], &byte, 1) == 1, "read");
}

static void terminate(void)
{
	end_child(SIGTERM);
}

static void kill_it(void)
{
	end_child(SIGKILL);
}

static void on_alarm(int number)
{
	on_signal(number);
	check(alarm(0) == 0, "alarm");
}

static void wait_alarm(void)
{
	struct sigaction action = {.sa_handler = on_alarm};
	char byte;

	sigaction(SIGALRM, &action, NULL);
	alarm(100);
	check(alarm(1) > 0, "alarm");
	check(read(ends[0], &byte, 1) < 0 && errno == EINTR && got, "read");
}

/* --- children ------------------------------------------------------------ */

static void nothing(void)
{
}

static void wait_waitid(void)
{
	siginfo_t info;

	check(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) == 0 && info.si_pid == child,
	      "waitid");
}

static void wait_wait4(void)
{
	struct rusage usage;

	check(wait4(child, NULL, 0, &usage) == child, "wait4");
}

/* --- all ----------------------------------------------------------------- */

/* It goes on in the run; what is made by others is waited for. */
static void become_another(void)
{
	execl("/proc/self/exe", "gates", "readv", NULL);
	check(0, "execl");
}

static void spawn_another(void)
{
	char *const arguments[] = {(char *)"gates", (char *)"readv", NULL};
	int status;
	pid_t pid;

	check(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ) == 0, "spawn");
	check(waitpid(pid, &status, 0) == pid && status == 0, "waitpid");
}

/* The child wakes or ends what the parent does; or does the same. */
static const struct kind {
	const char *name;
	void (*make)(void);
	void (*parent)(void);
	void (*child)(void);
} kinds[] = {
	{"readv", make_pipe, wait_readv, write_one},
	{"recvfrom", make_stream, wait_recvfrom, write_one},
	{"recvmsg", make_stream, wait_recvmsg, write_one},
	{"ppoll", make_pipe, wait_ppoll, write_one},
	{"pselect", make_pipe, wait_pselect, write_one},
	{"epoll_pwait", make_pipe, wait_epoll_pwait, write_one},
	{"write-large", make_pipe, read_all, write_large},
	{"send-large", make_stream, read_all, send_large},
	{"sendto", make_datagrams, read_messages, wait_sendto},
	{"sendmsg", make_datagrams, read_messages, wait_sendmsg},
	{"connect", make_listener, wait_accept4, connect_thrice},
	{"so_rcvtimeo", make_stream, wait_timeout, nothing},
	{"mq_timed", make_queue, wait_mq, send_mq},
	{"semtimedop", make_sem, wait_sem, up_sem},
	{"edeadlk", make_file, lock_up, lock_down},
	{"sigwait", make_blocked, wait_sigwait, signal_parent},
	{"sigwaitinfo", make_blocked, wait_sigwaitinfo, signal_parent},
	{"sigtimedwait", make_blocked, wait_sigtimedwait, signal_parent},
	{"sigsuspend", make_handled, wait_sigsuspend, signal_parent},
	{"ppoll-mask", make_handled, wait_ppoll_signal, signal_parent},
	{"interrupted", make_said, wait_interrupted, interrupt},
	{"terminated", make_pipe, terminate, wait_for_ever},
	{"killed", make_pipe, kill_it, wait_for_ever},
	{"alarm", make_pipe, wait_alarm, nothing},
	{"exec", nothing, nothing, become_another},
	{"spawn", nothing, spawn_another, nothing},
	{"waitid", nothing, wait_waitid, nothing},
	{"wait4", nothing, wait_wait4, nothing},
	/* Broken: the signal may come in front of pause(). */
	{"pause", make_said, wait_pause, signal_parent},
};

static const struct kind *find(const char *wanted)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kinds[i].name, wanted) == 0)
			return &kinds[i];
	exit(2);
}

int main(int argc, char **argv)
{
	const struct kind *kind = find(argc > 1 ? argv[1] : "");

	kind->make();
	parent = getpid();
	child = fork();
	if (child == 0) {
		kind->child();
		exit(0);
	}
	kind->parent();
	wait(NULL);
	return 0;
}
