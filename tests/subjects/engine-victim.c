/*
 * One small thing that a fault can strike, chosen by the first argument; what
 * came of it is printed.  Pipes are always descriptors 10 (to read) and 11 (to
 * write), so that a test can name them.
 *
 * libs: -pthread
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cases.h"
#include "lib/pipe.h"
#include "lib/say.h"

static void make_pair(int type)
{
	int fds[2];

	if (socketpair(AF_UNIX, type, 0, fds))
		_exit(97);
	place(fds[0], IN);
	place(fds[1], OUT);
}

/* What is left there, by a call that no fault of these tests strikes. */
static void say_rest(void)
{
	char text[256];
	ssize_t n;

	fcntl(IN, F_SETFL, O_NONBLOCK);
	n = preadv2(IN, &(struct iovec){text, sizeof(text)}, 1, -1, 0);
	say("left '%.*s'\n", n > 0 ? (int)n : 0, text);
}

/* Signals */

static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
	(void)signal;
	handled++;
}

static void catch (int signal, int flags)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

	sigaction(signal, &action, NULL);
}

static void say_handled(void)
{
	say("handled %d\n", (int)handled);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Cases */

static void case_write(void)
{
	make_pipe();
	say_result("write", write(OUT, "hello world", 11));
	say_rest();
}

static void case_write_sigpipe(void)
{
	signal(SIGPIPE, SIG_DFL);
	make_pipe();
	say_result("write", write(OUT, "hello", 5));
}

static void case_write_ignoring(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	case_write();
}

static void case_write_nonblocking(void)
{
	make_pipe();
	unblock(OUT);
	say_result("write", write(OUT, "hello world", 11));
	say_rest();
}

static void case_read(void)
{
	char text[64];
	ssize_t n;

	make_pipe();
	put("hello world");
	n = read(IN, text, sizeof(text));
	say_result("read", n);
	say("got '%.*s'\n", n > 0 ? (int)n : 0, text);
	say_rest();
}

static void case_read_twice(void)
{
	char text[4];

	make_pipe();
	put("abcdef");
	for (int i = 0; i < 3; i++)
		say_result("read", read(IN, text, 2));
}

static void case_read_nothing(void)
{
	char text[4];

	make_pipe();
	close(OUT);
	say_result("read", read(IN, text, sizeof(text)));
}

static void case_read_closed(void)
{
	char text[4];

	say_result("read", read(IN, text, sizeof(text)));
}

static void case_close(void)
{
	make_pipe();
	say_result("close", close(OUT));
	say_result("fcntl", fcntl(OUT, F_GETFD));
}

/* The iovec is constant: it lies where nobody can write. */
static const char part_one[] = "one ", part_two[] = "two ", part_three[] = "three";
static const struct iovec const_parts[] = {
	{(void *)(uintptr_t)part_one, 4},
	{(void *)(uintptr_t)part_two, 4},
	{(void *)(uintptr_t)part_three, 5},
};

static void case_writev(void)
{
	make_pair(SOCK_STREAM);
	say_result("writev", writev(OUT, const_parts, 3));
	say_rest();
}

static void case_readv(void)
{
	char a[3] = "", b[8] = "";
	const struct iovec parts[] = {{a, 2}, {b, 7}};

	make_pipe();
	put("abcdefghi");
	say_result("readv", readv(IN, parts, 2));
	say("got '%s' '%s', lengths %zu %zu\n", a, b, parts[0].iov_len, parts[1].iov_len);
	say_rest();
}

static void case_many_parts(void)
{
	static char bytes[300];
	static struct iovec parts[300];

	memset(bytes, 'x', sizeof(bytes));
	for (int i = 0; i < 300; i++)
		parts[i] = (struct iovec){&bytes[i], 1};
	make_pair(SOCK_STREAM);
	say_result("writev", writev(OUT, parts, 300));
}

union control {
	char data[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static long send_rights(int fd)
{
	union control control = {.data = ""};
	struct iovec parts[] = {{(void *)(uintptr_t) "abcd", 4}, {(void *)(uintptr_t) "efgh", 4}};
	struct msghdr msg = {.msg_iov = parts,
			     .msg_iovlen = 2,
			     .msg_control = control.data,
			     .msg_controllen = sizeof(control.data)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(OUT, &msg, 0);
}

static void receive_rights(void)
{
	union control control = {.data = ""};
	char a[4] = "", b[12] = "";
	struct iovec parts[] = {{a, 3}, {b, 11}};
	struct msghdr msg = {.msg_iov = parts,
			     .msg_iovlen = 2,
			     .msg_control = control.data,
			     .msg_controllen = sizeof(control.data)};
	long n = recvmsg(IN, &msg, 0);
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);
	int fd = -1;

	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	say_result("recvmsg", n);
	say("got '%s' '%s' flags %d descriptor %s parts %s\n", a, b, msg.msg_flags,
	    fcntl(fd, F_GETFD) >= 0 ? "works" : "missing", msg.msg_iov == parts ? "kept" : "moved");
}

static void case_rights(void)
{
	make_pair(SOCK_STREAM);
	say_result("sendmsg", send_rights(0));
	receive_rights();
}

static void case_datagram(void)
{
	char text[64];

	make_pair(SOCK_DGRAM);
	fcntl(IN, F_SETFL, O_NONBLOCK);
	say_result("write", write(OUT, "hello world", 11));
	say_result("read", read(IN, text, sizeof(text)));
}

#if defined(__x86_64__)
/*
 * gcc may keep values in the argument registers over a system call: the kernel
 * changes rax, rcx and r11 only.
 */
static void call_and_compare(long nr, long a, long b, long c)
{
	register long r10 __asm__("r10") = 0x1010, r8 __asm__("r8") = 0x808,
			  r9 __asm__("r9") = 0x909;
	long rdi = a, rsi = b, rdx = c, result = nr;

	__asm__ volatile("syscall"
			 : "+a"(result), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r10), "+r"(r8),
			   "+r"(r9)
			 :
			 : "rcx", "r11", "memory");
	say("result %ld%s%s%s%s\n", result, rdi == a ? "" : " rdi changed",
	    rsi == b ? "" : " rsi changed", rdx == c ? "" : " rdx changed",
	    r10 == 0x1010 && r8 == 0x808 && r9 == 0x909 ? "" : " others changed");
}

static void case_registers(void)
{
	static char text[32];

	make_pipe();
	call_and_compare(SYS_write, OUT, (long)"hello world", 11);
	call_and_compare(SYS_read, IN, (long)text, 32);
	call_and_compare(SYS_writev, OUT, (long)const_parts, 3);
	call_and_compare(SYS_close, OUT, 0x1234, 0x5678);
}
#endif

static void read_and_say(void)
{
	char text[64];

	say_result("read", read(IN, text, sizeof(text)));
	say_handled();
}

static void case_eintr(void)
{
	make_pipe();
	catch (SIGUSR1, 0);
	read_and_say();
}

static void case_handler_and_data(void)
{
	make_pipe();
	put("hello");
	catch (SIGUSR1, 0);
	read_and_say();
}

static void *feed(void *arg)
{
	until_asleep(getpid(), 1);
	put("hello");
	return arg;
}

static void start_feeder(void)
{
	pthread_t thread;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_create(&thread, NULL, feed, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void case_restart(void)
{
	make_pipe();
	catch (SIGUSR1, SA_RESTART);
	start_feeder();
	read_and_say();
}

static void case_slow_data(void)
{
	make_pipe();
	catch (SIGUSR1, 0);
	start_feeder();
	read_and_say();
	read_and_say();
}

static void case_raise(void)
{
	catch (SIGUSR1, 0);
	catch (SIGUSR2, 0);
	make_pipe();
	syscall(SYS_kill, getpid(), SIGUSR1);
	say_handled();
}

static void case_burst(void)
{
	make_pipe();
	catch (SIGUSR1, 0);
	catch (SIGRTMIN, 0);
	put("hello");
	read_and_say();
}

static void case_blocked_signal(void)
{
	sigset_t set;

	make_pipe();
	put("hello");
	catch (SIGUSR1, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	read_and_say();
	say_result("sigtimedwait", syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8));
}

static void case_epoll(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int fd;

	make_pipe();
	fd = epoll_create1(0);
	epoll_ctl(fd, EPOLL_CTL_ADD, IN, &event);
	say_result("epoll_wait", epoll_wait(fd, &event, 1, 60));
}

static void case_timed(void)
{
	long start = now_ms();

	make_pipe();
	put("hello");
	read_and_say();
	say(now_ms() - start >= 30 ? "slow\n" : "fast\n");
}

static void case_print(void)
{
	make_pipe();
	say("made\n");
	say("next\n");
}

static void case_limit(void)
{
	make_pipe();
	say_result("open", open("/dev/null", O_RDONLY));
	say_result("dup", dup(0));
}

static void case_empty(void)
{
	char text[8];

	make_pipe();
	say_result("read", read(IN, text, sizeof(text)));
}

static void case_file(void)
{
	say_result("write", write(1, "to a file\n", 10));
}

static void case_child(void)
{
	pid_t child;
	int status;

	make_pipe();
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	say_result("write", write(OUT, "x", 1));
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	say("child died of %d\n", WTERMSIG(status));
}

/* Both wait, for ever. */
static void case_child_alone(void)
{
	pid_t child;

	make_pipe();
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	until_asleep(child, 1);
	say_result("write", write(OUT, "x", 1));
	waitpid(child, NULL, 0);
}

static const struct named_case cases[] = {
	{"write", case_write},
	{"write-sigpipe", case_write_sigpipe},
	{"write-ignoring", case_write_ignoring},
	{"write-nonblocking", case_write_nonblocking},
	{"read", case_read},
	{"read-twice", case_read_twice},
	{"read-nothing", case_read_nothing},
	{"read-closed", case_read_closed},
	{"close", case_close},
	{"writev", case_writev},
	{"readv", case_readv},
	{"many-parts", case_many_parts},
	{"rights", case_rights},
	{"datagram", case_datagram},
#if defined(__x86_64__)
	{"registers", case_registers},
#endif
	{"eintr", case_eintr},
	{"handler-and-data", case_handler_and_data},
	{"restart", case_restart},
	{"slow-data", case_slow_data},
	{"raise", case_raise},
	{"burst", case_burst},
	{"blocked-signal", case_blocked_signal},
	{"epoll", case_epoll},
	{"timed", case_timed},
	{"print", case_print},
	{"limit", case_limit},
	{"empty", case_empty},
	{"file", case_file},
	{"child", case_child},
	{"child-alone", case_child_alone},
};

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	return run_case(cases, sizeof(cases) / sizeof(cases[0]), name);
}
