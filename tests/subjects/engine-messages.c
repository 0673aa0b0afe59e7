/*
 * Messages that a fault can strike, as engine-victim has its cases: the first
 * argument says which sockets or queue, the second which calls.  The receiving
 * end is descriptor 10, the sending one 11.
 *
 *	engine-messages udp-send	three messages sent by that call, then all that came
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/say.h"

enum { IN = 10, OUT = 11 };

static int queue = -1; /* System V */
static const char *how;
static struct sockaddr_in to; /* of UDP: where to */

static void place(int fd, int where)
{
	if (fd < 0 || dup2(fd, where) != where)
		_exit(98);
	close(fd);
}

static void make_pair(int type)
{
	int fds[2];

	if (socketpair(AF_UNIX, type, 0, fds))
		_exit(97);
	place(fds[0], IN);
	place(fds[1], OUT);
}

static void make_udp(void)
{
	socklen_t size = sizeof(to);

	place(socket(AF_INET, SOCK_DGRAM, 0), IN);
	place(socket(AF_INET, SOCK_DGRAM, 0), OUT);
	to.sin_family = AF_INET;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(IN, (struct sockaddr *)&to, size) ||
	    getsockname(IN, (struct sockaddr *)&to, &size))
		_exit(96);
	if (strcmp(how, "sendto") != 0 && connect(OUT, (struct sockaddr *)&to, size))
		_exit(95);
}

static void make_queue(void)
{
	struct mq_attr attr = {.mq_maxmsg = 8, .mq_msgsize = 32};
	char name[32];

	snprintf(name, sizeof(name), "/engine-%d", getpid());
	place(mq_open(name, O_CREAT | O_RDWR, 0600, &attr), IN);
	place(mq_open(name, O_RDWR), OUT);
	mq_unlink(name);
}

struct sysv_message {
	long type;
	char text[32];
};

static long send_one(const char *text)
{
	struct iovec parts[] = {{(void *)(uintptr_t)text, 2},
				{(void *)(uintptr_t)(text + 2), strlen(text) - 2}};
	struct mmsghdr many[1] = {{.msg_hdr = {.msg_iov = parts, .msg_iovlen = 2}}};
	struct sysv_message message = {.type = 1};
	long n;

	strcpy(message.text, text);
	if (queue >= 0)
		return msgsnd(queue, &message, strlen(text), 0);
	if (strcmp(how, "mq") == 0)
		return mq_send(OUT, text, strlen(text), 0);
	if (strcmp(how, "sendto") == 0)
		return sendto(OUT, text, strlen(text), 0, (struct sockaddr *)&to,
			      to.sin_family ? sizeof(to) : 0);
	if (strcmp(how, "writev") == 0)
		return writev(OUT, parts, 2);
	if (strcmp(how, "sendmsg") == 0)
		return sendmsg(OUT, &many[0].msg_hdr, 0);
	if (strcmp(how, "sendmmsg") == 0) {
		n = sendmmsg(OUT, many, 1, 0);
		return n == 1 ? (long)many[0].msg_len : -1;
	}
	return write(OUT, text, strlen(text));
}

/* What recvmsg(2) tells of it is said, too. */
static long receive_by_recvmsg(char *text, size_t size)
{
	struct sockaddr_in from = {.sin_family = 0};
	struct iovec parts[] = {{text, 3}, {text + 3, size - 3}};
	struct mmsghdr many[1] = {{.msg_hdr = {.msg_name = &from,
					       .msg_namelen = sizeof(from),
					       .msg_iov = parts,
					       .msg_iovlen = 2}}};
	long n;

	if (strcmp(how, "recvmmsg") == 0) {
		n = recvmmsg(IN, many, 1, 0, NULL);
		n = n == 1 ? (long)many[0].msg_len : -1;
	} else {
		n = recvmsg(IN, &many[0].msg_hdr, 0);
	}
	say("flags %#x name %u ", many[0].msg_hdr.msg_flags, many[0].msg_hdr.msg_namelen);
	return n;
}

static long receive_by_recvfrom(char *text, size_t size)
{
	struct sockaddr_in from = {.sin_family = 0};
	socklen_t length = sizeof(from);
	long n = recvfrom(IN, text, size, 0, (struct sockaddr *)&from, &length);

	say("name %u family %d ", length, from.sin_family);
	return n;
}

static long receive_one(char *text, size_t size)
{
	struct sysv_message message;
	struct iovec parts[] = {{text, 3}, {text + 3, size - 3}};
	long n;

	if (queue >= 0) {
		n = msgrcv(queue, &message, sizeof(message.text), 0,
			   strcmp(how, "noerror") == 0 ? MSG_NOERROR : 0);
		if (n >= 0)
			memcpy(text, message.text, (size_t)n);
		return n;
	}
	if (strcmp(how, "mq") == 0)
		return mq_receive(IN, text, size, NULL);
	if (strcmp(how, "recvmsg") == 0 || strcmp(how, "recvmmsg") == 0)
		return receive_by_recvmsg(text, size);
	if (strcmp(how, "recvfrom") == 0)
		return receive_by_recvfrom(text, size);
	if (strcmp(how, "readv") == 0)
		return readv(IN, parts, 2);
	return read(IN, text, size);
}

static void say_received(void)
{
	char text[32] = "";
	long n = receive_one(text, sizeof(text));

	if (n < 0)
		say("receive %s\n", strerrorname_np(errno));
	else
		say("got %ld '%.*s'\n", n, (int)n, text);
}

static void send_all(void)
{
	static const char *const texts[] = {"first", "second", "third"};

	for (int i = 0; i < 3; i++) {
		long n = send_one(texts[i]);

		if (n < 0)
			say("send %s\n", strerrorname_np(errno));
		else
			say("sent %ld\n", n);
	}
}

static long left(void)
{
	struct pollfd p = {.fd = IN, .events = POLLIN};
	struct msqid_ds state;

	if (queue >= 0)
		return msgctl(queue, IPC_STAT, &state) ? 0 : (long)state.msg_qnum;
	return poll(&p, 1, 0);
}

/* The reader sleeps before anything is sent: the parent waits for that. */
static void wait_until_asleep(pid_t pid)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (;;) {
		FILE *f = fopen(path, "r");
		const char *end = f && fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;

		if (f)
			fclose(f);
		if (!end || end[2] == 'S')
			return;
	}
}

static void receive_asleep(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		say_received();
		say_received();
		_exit(0);
	}
	wait_until_asleep(pid);
	send_one("first");
	send_one("second");
	send_one("third");
	waitpid(pid, &status, 0);
}

static void end_of_packets(void)
{
	close(OUT);
	say_received();
}

static void pass_descriptor(void)
{
	union {
		char data[CMSG_SPACE(2 * sizeof(int))];
		struct cmsghdr align;
	} control = {.data = ""};
	char byte = 'x';
	struct iovec part = {&byte, 1};
	struct msghdr msg = {.msg_iov = &part,
			     .msg_iovlen = 1,
			     .msg_control = control.data,
			     .msg_controllen = sizeof(control.data)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);
	int fds[] = {0, 1}, ends[2];
	long n;

	/* The write end lives on in the message only. */
	if (pipe(ends))
		_exit(94);
	fds[0] = ends[1];
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	if (sendmsg(OUT, &msg, 0) != 1)
		_exit(93);
	close(ends[1]);
	memset(&control, 0, sizeof(control));
	n = recvmsg(IN, &msg, 0);
	header = CMSG_FIRSTHDR(&msg);
	say("got %ld flags %#x control %zu %s\n", n, msg.msg_flags & ~MSG_CMSG_CLOEXEC,
	    msg.msg_controllen, header ? "descriptors" : "none");
	if (!header) /* closed: the reader meets the end */
		say("pipe %ld\n", (long)read(ends[0], &byte, 1));
}

static void exchange(const char *what)
{
	if (strcmp(what, "asleep") == 0) {
		receive_asleep();
		return;
	}
	send_all();
	while (left() > 0)
		say_received();
}

int main(int argc, char **argv)
{
	char kind[32] = "", what[32] = "";

	if (argc < 2 || sscanf(argv[1], "%31[^-]-%31s", kind, what) != 2)
		return 90;
	how = what;
	if (strcmp(kind, "udp") == 0)
		make_udp();
	else if (strcmp(kind, "unix") == 0)
		make_pair(SOCK_DGRAM);
	else if (strcmp(kind, "packet") == 0)
		make_pair(SOCK_SEQPACKET);
	else if (strcmp(kind, "stream") == 0)
		make_pair(SOCK_STREAM);
	else if (strcmp(kind, "posix") == 0)
		make_queue();
	else
		queue = msgget(IPC_PRIVATE, 0600);
	if (strcmp(what, "end") == 0)
		end_of_packets();
	else if (strcmp(what, "pass") == 0)
		pass_descriptor();
	else
		exchange(what);
	if (queue >= 0)
		msgctl(queue, IPC_RMID, NULL);
	return 0;
}
