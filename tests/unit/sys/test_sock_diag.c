/*
 * Who is at the other end of a socket.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "lib/tmpdir.h"
#include "sys/sock_diag.h"

static struct sock_table table;

static void look(void)
{
	struct err err = ERR_INIT;

	sock_table_release(&table);
	cr_assert(sock_table_read(&table, &err) == 0, "%s", err.text);
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	cr_assert(fstat(fd, &st) == 0);
	return st.st_ino;
}

static const struct sock_entry *entry_of(int fd)
{
	const struct sock_entry *entry = sock_find(&table, inode_of(fd));

	cr_assert(entry, "descriptor %d is not in the table", fd);
	return entry;
}

static void check_pair(int a, int b)
{
	look();
	cr_expect(sock_peer(&table, entry_of(a)) == entry_of(b));
	cr_expect(sock_peer(&table, entry_of(b)) == entry_of(a));
}

Test(sys_sock_diag, unix_pairs_know_each_other)
{
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

	for (size_t i = 0; i < 3; i++) {
		int pair[2];

		cr_assert(socketpair(AF_UNIX, types[i], 0, pair) == 0);
		check_pair(pair[0], pair[1]);
		cr_expect(entry_of(pair[0])->type == types[i]);
		close(pair[0]);
		close(pair[1]);
	}
	sock_table_release(&table);
}

Test(sys_sock_diag, tells_what_is_unread_and_what_is_shut)
{
	int pair[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	cr_assert(write(pair[0], "12345", 5) == 5);
	cr_assert(shutdown(pair[0], SHUT_WR) == 0);
	look();
	cr_expect(entry_of(pair[1])->unread == 5);
	cr_expect(entry_of(pair[0])->shut == 2);
	cr_expect(entry_of(pair[1])->shut == 1);
	sock_table_release(&table);
}

static int unix_listener(const struct sockaddr_un *name, socklen_t size)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	cr_assert(bind(fd, (const struct sockaddr *)name, size) == 0, "%s", strerror(errno));
	cr_assert(listen(fd, 3) == 0);
	return fd;
}

Test(sys_sock_diag, a_unix_connection_waits_at_its_listener)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	char *dir = tmpdir_new();
	struct stat st;
	int listener, client;

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/here", dir);
	listener = unix_listener(&name, sizeof(name));
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	cr_assert(connect(client, (struct sockaddr *)&name, sizeof(name)) == 0);
	look();
	cr_expect(!sock_peer(&table, entry_of(client)));
	cr_expect(sock_listener(&table, entry_of(client)) == entry_of(listener));
	cr_expect(entry_of(listener)->state == TCP_LISTEN);
	cr_expect(entry_of(listener)->unread == 1);
	cr_assert(stat(name.sun_path, &st) == 0);
	cr_expect(entry_of(listener)->file_inode == st.st_ino);
	cr_expect(entry_of(listener)->file_dev == st.st_dev);
	check_pair(client, accept(listener, NULL, NULL));
	tmpdir_free(dir);
	sock_table_release(&table);
}

Test(sys_sock_diag, abstract_names_come_without_their_zero)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int size = snprintf(name.sun_path + 1, 100, "ipcfault-test-%d", getpid()), listener;

	listener = unix_listener(&name, (socklen_t)(sizeof(sa_family_t) + 1 + (size_t)size));
	look();
	cr_expect(entry_of(listener)->name_size == size);
	cr_expect(memcmp(entry_of(listener)->name, name.sun_path + 1, (size_t)size) == 0);
	sock_table_release(&table);
}

struct tcp {
	int listener, client, server;
};

static struct tcp make_tcp(const char *listen_at, const char *connect_to)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	socklen_t size = sizeof(any);
	struct tcp tcp = {.listener = socket(AF_INET6, SOCK_STREAM, 0)};
	struct sockaddr_in v4 = {.sin_family = AF_INET};

	cr_assert(inet_pton(AF_INET6, listen_at, &any.sin6_addr) == 1);
	cr_assert(bind(tcp.listener, (struct sockaddr *)&any, size) == 0, "%s", strerror(errno));
	cr_assert(listen(tcp.listener, 1) == 0);
	cr_assert(getsockname(tcp.listener, (struct sockaddr *)&any, &size) == 0);
	if (inet_pton(AF_INET, connect_to, &v4.sin_addr) == 1) {
		v4.sin_port = any.sin6_port;
		tcp.client = socket(AF_INET, SOCK_STREAM, 0);
		cr_assert(connect(tcp.client, (struct sockaddr *)&v4, sizeof(v4)) == 0);
	} else {
		cr_assert(inet_pton(AF_INET6, connect_to, &any.sin6_addr) == 1);
		tcp.client = socket(AF_INET6, SOCK_STREAM, 0);
		cr_assert(connect(tcp.client, (struct sockaddr *)&any, sizeof(any)) == 0);
	}
	return tcp;
}

Test(sys_sock_diag, tcp_ends_find_each_other)
{
	static const char *const places[][2] = {{"::1", "::1"}, {"::", "127.0.0.1"}};

	for (size_t i = 0; i < 2; i++) {
		struct tcp tcp = make_tcp(places[i][0], places[i][1]);

		look();
		cr_expect(sock_listener(&table, entry_of(tcp.client)) == entry_of(tcp.listener));
		tcp.server = accept(tcp.listener, NULL, NULL);
		check_pair(tcp.client, tcp.server);
		cr_assert(write(tcp.client, "123", 3) == 3);
		look();
		cr_expect(entry_of(tcp.server)->unread == 3, "%s", places[i][1]);
	}
	sock_table_release(&table);
}

Test(sys_sock_diag, destroying_one_end_resets_the_other)
{
	struct tcp tcp = make_tcp("::1", "::1");
	struct err err = ERR_INIT;
	char byte;
	int rc;

	tcp.server = accept(tcp.listener, NULL, NULL);
	look();
	rc = sock_destroy(entry_of(tcp.server), &err);
	if (rc == -EPERM || rc == -EOPNOTSUPP)
		cr_skip("%s", err.text);
	cr_assert(rc == 0, "%s", err.text);
	cr_expect(read(tcp.client, &byte, 1) == -1 && errno == ECONNRESET);
	cr_expect(read(tcp.server, &byte, 1) == -1 && errno == ECONNABORTED);
	sock_table_release(&table);
}
