#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"
#include "sys/procfs.h"

static int proc_fd = -1;

static void open_proc(void)
{
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void close_proc(void)
{
	close(proc_fd);
}

TestSuite(sys_procfs_fd, .init = open_proc, .fini = close_proc);

static enum fd_kind kind_and_close(int fd)
{
	struct procfs_fd info;
	int rc = procfs_fd(proc_fd, getpid(), fd, &info);

	cr_assert(ge(int, fd, 0));
	close(fd);
	cr_assert(eq(int, rc, 0), "descriptor %d: %s", fd, strerror(-rc));
	return info.kind;
}

#define EXPECT_KIND(fd_, kind_)                                                                    \
	cr_expect(eq(int, kind_and_close(fd_), kind_), "%s", vocab_name(&fd_kind_vocab, kind_))

static int socket_of(int domain, int type)
{
	return socket(domain, type, 0);
}

static int pipe_end(void)
{
	int fds[2];

	cr_assert(eq(int, pipe(fds), 0));
	close(fds[1]);
	return fds[0];
}

static int signal_fd(void)
{
	sigset_t set;

	sigemptyset(&set);
	return signalfd(-1, &set, 0);
}

Test(sys_procfs_fd, every_kind_of_descriptor_is_told_apart)
{
	needs_no_valgrind("valgrind 3.19 does not know pidfd_open");
	EXPECT_KIND(pipe_end(), FD_KIND_PIPE);
	EXPECT_KIND(socket_of(AF_UNIX, SOCK_STREAM), FD_KIND_UNIX_STREAM);
	EXPECT_KIND(socket_of(AF_UNIX, SOCK_DGRAM), FD_KIND_UNIX_DGRAM);
	EXPECT_KIND(socket_of(AF_UNIX, SOCK_SEQPACKET), FD_KIND_UNIX_SEQPACKET);
	EXPECT_KIND(socket_of(AF_INET, SOCK_STREAM), FD_KIND_TCP);
	EXPECT_KIND(socket_of(AF_INET, SOCK_DGRAM), FD_KIND_UDP);
	EXPECT_KIND(socket_of(AF_NETLINK, SOCK_RAW), FD_KIND_SOCKET);
	EXPECT_KIND(eventfd(0, 0), FD_KIND_EVENTFD);
	EXPECT_KIND(signal_fd(), FD_KIND_SIGNALFD);
	EXPECT_KIND(timerfd_create(CLOCK_MONOTONIC, 0), FD_KIND_TIMERFD);
	EXPECT_KIND(epoll_create1(0), FD_KIND_EPOLL);
	EXPECT_KIND(inotify_init1(0), FD_KIND_INOTIFY);
	EXPECT_KIND((int)syscall(SYS_pidfd_open, getpid(), 0), FD_KIND_PIDFD);
	EXPECT_KIND(memfd_create("x", 0), FD_KIND_FILE);
	EXPECT_KIND(open("/dev/null", O_RDONLY), FD_KIND_DEVICE);
	EXPECT_KIND(open("/", O_RDONLY), FD_KIND_DIRECTORY);
	EXPECT_KIND(open("/proc/self/exe", O_RDONLY), FD_KIND_FILE);
	EXPECT_KIND(posix_openpt(O_RDWR | O_NOCTTY), FD_KIND_TTY);
}

Test(sys_procfs_fd, names_and_queues_are_told_from_files)
{
	char *dir = tmpdir_new();
	char path[PATH_MAX], queue[32];
	mqd_t mq;

	snprintf(path, sizeof(path), "%s/fifo", dir);
	cr_assert(eq(int, mkfifo(path, 0600), 0));
	EXPECT_KIND(open(path, O_RDWR), FD_KIND_FIFO);
	snprintf(queue, sizeof(queue), "/ipcfault-test-%d", getpid());
	mq = mq_open(queue, O_CREAT | O_RDWR, 0600, NULL);
	mq_unlink(queue);
	if (mq >= 0)
		EXPECT_KIND(mq, FD_KIND_MQUEUE);
	tmpdir_free(dir);
}

Test(sys_procfs_fd, flags_position_and_inode_are_those_of_the_description)
{
	char *dir = tmpdir_new(), *path = tmpdir_write(dir, "file", "0123456789");
	int fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC), fds[2];
	struct procfs_fd info, ends[2];
	struct stat st;

	lseek(fd, 4, SEEK_SET);
	fstat(fd, &st);
	cr_assert(eq(int, procfs_fd(proc_fd, getpid(), fd, &info), 0));
	cr_expect(eq(str, info.link, path));
	cr_expect(eq(i64, info.pos, 4));
	cr_expect(eq(u64, info.inode, st.st_ino));
	cr_expect(eq(int, info.flags &O_ACCMODE, O_RDWR));
	cr_expect(eq(int, info.flags &(O_APPEND | O_CLOEXEC), O_APPEND | O_CLOEXEC));
	close(fd);

	cr_assert(eq(int, pipe2(fds, O_NONBLOCK), 0));
	for (int i = 0; i < 2; i++)
		cr_assert(eq(int, procfs_fd(proc_fd, getpid(), fds[i], &ends[i]), 0));
	cr_expect(eq(u64, ends[0].inode, ends[1].inode));
	cr_expect(eq(str, ends[0].link, ends[1].link));
	cr_expect(eq(int, ends[0].flags, O_RDONLY | O_NONBLOCK));
	cr_expect(eq(int, ends[1].flags, O_WRONLY | O_NONBLOCK));
	close(fds[0]);
	close(fds[1]);
	free(path);
	tmpdir_free(dir);
}

Test(sys_procfs_fd, a_closed_descriptor_is_bad_and_leaves_the_result_alone)
{
	struct procfs_fd info = {.fd = -5};

	cr_expect(eq(int, procfs_fd(proc_fd, getpid(), 999, &info), -EBADF));
	cr_expect(eq(int, info.fd, -5));
}

struct seen {
	int last, count, stop_at;
	bool found;
	int wanted;
};

static int note_fd(void *ctx, const struct procfs_fd *fd)
{
	struct seen *seen = ctx;

	cr_expect(gt(int, fd->fd, seen->last));
	seen->last = fd->fd;
	seen->count++;
	seen->found |= fd->fd == seen->wanted && fd->kind == FD_KIND_EVENTFD;
	return fd->fd == seen->stop_at ? 42 : 0;
}

Test(sys_procfs_fd, all_descriptors_are_walked_in_order_until_told_to_stop)
{
	int fd = eventfd(0, 0);
	struct seen all = {.last = -1, .stop_at = -1, .wanted = fd};
	struct seen some = {.last = -1, .stop_at = fd, .wanted = fd};
	unsigned count = 0;

	needs_no_valgrind("valgrind 3.19 does not know pidfd_open");
	cr_expect(eq(int, procfs_each_fd(proc_fd, getpid(), note_fd, &all), 0));
	cr_expect(all.found);
	cr_expect(ge(int, all.count, 4));
	cr_expect(eq(int, procfs_count_fds(proc_fd, getpid(), &count), 0));
	/* The walk has one of its own. */
	cr_expect(eq(uint, count + 1, (unsigned)all.count));
	cr_expect(eq(int, procfs_each_fd(proc_fd, getpid(), note_fd, &some), 42));
	cr_expect(eq(int, some.last, fd));
	close(fd);
}

Test(sys_procfs_fd, eventfds_are_told_apart)
{
	int one = eventfd(17, EFD_SEMAPHORE), other = eventfd(0, 0), file = memfd_create("x", 0);
	struct procfs_fd first, second;
	struct procfs_eventfd counter;

	cr_assert(eq(int, procfs_fd(proc_fd, getpid(), one, &first), 0));
	cr_assert(eq(int, procfs_fd(proc_fd, getpid(), other, &second), 0));
	cr_expect(ne(u64, first.inode, second.inode));
	cr_expect(eq(int, procfs_eventfd(proc_fd, getpid(), one, &counter), 0));
	cr_expect(eq(u64, counter.count, 17));
	cr_expect(eq(u64, counter.id, first.inode));
	cr_expect(counter.is_semaphore);
	cr_expect(eq(int, procfs_eventfd(proc_fd, getpid(), other, &counter), 0));
	cr_expect(not(counter.is_semaphore));
	cr_expect(eq(int, procfs_eventfd(proc_fd, getpid(), file, &counter), -ENOENT));
	close(one);
	close(other);
	close(file);
}

static int note_lock(void *ctx, const struct procfs_lock *lock)
{
	*(struct procfs_lock *)ctx = *lock;
	return 0;
}

Test(sys_procfs_fd, locks_of_a_descriptor)
{
	struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 4, .l_len = 3};
	int fd = memfd_create("x", 0);
	struct procfs_lock lock = {.number = 77};
	struct stat st;

	fstat(fd, &st);
	cr_expect(eq(int, procfs_each_fd_lock(proc_fd, getpid(), fd, note_lock, &lock), 0));
	cr_expect(eq(uint, lock.number, 77), "none yet");
	fcntl(fd, F_OFD_SETLK, &range);
	cr_expect(eq(int, procfs_each_fd_lock(proc_fd, getpid(), fd, note_lock, &lock), 0));
	cr_expect(eq(int, (int)lock.kind, LOCK_KIND_OFD));
	cr_expect(eq(u64, lock.inode, st.st_ino));
	cr_expect(eq(u64, lock.start, 4));
	cr_expect(eq(u64, lock.end, 6));
	cr_expect(not(lock.writes));
	close(fd);
	cr_expect(lt(int, procfs_each_fd_lock(proc_fd, getpid(), fd, note_lock, &lock), 0));
}

Test(sys_procfs_fd, link_texts_alone_tell_the_kind)
{
	static const struct {
		const char *link;
		enum fd_kind kind;
	} cases[] = {
		{"pipe:[77]", FD_KIND_PIPE},
		{"socket:[5]", FD_KIND_SOCKET},
		{"anon_inode:[eventfd]", FD_KIND_EVENTFD},
		{"anon_inode:[eventfd:semaphore]", FD_KIND_OTHER},
		{"anon_inode:[io_uring]", FD_KIND_OTHER},
		{"/memfd:x (deleted)", FD_KIND_FILE},
		{"net:[4026531840]", FD_KIND_OTHER},
		{"", FD_KIND_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(eq(int, fd_kind_from_link(cases[i].link), cases[i].kind), "'%s'",
			  cases[i].link);
}

Test(sys_procfs_fd, sockets_are_told_by_their_options)
{
	static const struct {
		int domain, type, protocol;
		enum fd_kind kind;
	} cases[] = {
		{AF_UNIX, SOCK_STREAM, 0, FD_KIND_UNIX_STREAM},
		{AF_UNIX, SOCK_RAW, 0, FD_KIND_SOCKET},
		{AF_INET6, SOCK_STREAM, IPPROTO_TCP, FD_KIND_TCP},
		{AF_INET, SOCK_STREAM, IPPROTO_SCTP, FD_KIND_SOCKET},
		{AF_INET6, SOCK_DGRAM, IPPROTO_UDP, FD_KIND_UDP},
		{AF_INET, SOCK_DGRAM, IPPROTO_ICMP, FD_KIND_SOCKET},
		{AF_NETLINK, SOCK_DGRAM, 0, FD_KIND_SOCKET},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(eq(int,
			     fd_kind_of_socket(cases[i].domain, cases[i].type, cases[i].protocol),
			     cases[i].kind),
			  "case %zu", i);
}
