/*
 * socket.c - the other end of a connected socket is closed, half closed, reset;
 * the file of a Unix socket loses its name.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "fault/internal.h"

#define ANY_MODE 7u

/* What poll(2) says of @fd now. */
static short events_of(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};

	return poll(&p, 1, 0) > 0 ? p.revents : 0;
}

/* --- closed ---------------------------------------------------------------- */

/* Every holder of the far end lets go of it; @unread_through: see struct closing. */
static int close_far(struct fault_env *env, struct shot *shot, const struct moment *at,
		     const struct socket_ends *ends, int unread_through, size_t *ret_places)
{
	cleanup_free struct fd_holder *holders = NULL, *left = NULL;
	struct closing closing = {.at_thread = at->t,
				  .socket_type = ends->near_entry.type,
				  .unread_through = unread_through};
	size_t still;
	int rc;

	if (!ends->far.ino)
		return refuse(shot, "nobody has accepted the connection yet");
	rc = fd_holders(env->engine, &ends->far, ANY_MODE, &holders, &closing.count);
	if (rc)
		return rc;
	if (!closing.count)
		return refuse(shot, "nobody holds the other end");
	closing.holders = holders;
	rc = close_everywhere(env, &closing);
	if (rc)
		return refuse(shot, "a holder of the other end could not be made to close it: %s",
			      strerror(-rc));
	rc = fd_holders(env->engine, &ends->far, ANY_MODE, &left, &still);
	if (rc)
		return rc;
	if (still)
		return refuse(shot, "the other end is still held in %zu places", still);
	*ret_places = closing.count;
	return 0;
}

int close_socket_peer(struct fault_env *env, struct shot *shot, const struct moment *at,
		      const struct fd_object *object)
{
	struct socket_ends ends;
	char label[150];
	size_t places;
	int rc = socket_ends_find(env, shot, object, &ends);

	if (rc)
		return rc;
	rc = close_far(env, shot, at, &ends, -1, &places);
	if (!rc)
		snprintf(shot->text, sizeof(shot->text),
			 "the other end of %s closed in %zu place%s",
			 object_label(env, object, label, sizeof(label)), places,
			 places == 1 ? "" : "s");
	socket_ends_release(&ends);
	return rc ? rc : 1;
}

/* --- half closed ----------------------------------------------------------- */

/* Bits of struct sock_entry.shut that @how sets. */
static unsigned shut_bits(int how)
{
	return how == SHUT_RD ? 1 : how == SHUT_WR ? 2 : 3;
}

static int shut_far(struct fault_env *env, struct shot *shot, const struct socket_ends *ends)
{
	int how = shot->fault->spec->action.shutdown_how;
	cleanup_close int far = socket_borrow_far(env, ends);
	struct sock_entry now;

	if (far < 0)
		return refuse(shot, "nobody has accepted the connection yet");
	if (shutdown(far, how))
		return refuse(shot, "shutdown: %s", strerror(errno));
	/* A TCP socket that both sides have closed has left the table: nothing is open any more. */
	if (!socket_read_far(ends, &now))
		return 1;
	return (now.shut & shut_bits(how)) == shut_bits(how)
		       ? 1
		       : refuse(shot, "the kernel does not show it");
}

static int fire_shutdown(struct fault_env *env, struct shot *shot, const struct moment *at,
			 struct err *err)
{
	static const char *const halves[] = {
		[SHUT_RD] = "reads no more", [SHUT_WR] = "sends no more", [SHUT_RDWR] = "is shut"};
	int how = shot->fault->spec->action.shutdown_how;
	struct fd_object object;
	struct socket_ends ends;
	char label[150];
	int rc = struck_object(env, shot, at, &object);

	(void)err;
	if (!rc && !is_socket(object.kind))
		return refuse(shot, "%s is no socket", object.path);
	if (!rc)
		rc = socket_ends_find(env, shot, &object, &ends);
	if (rc)
		return rc;
	rc = shut_far(env, shot, &ends);
	socket_ends_release(&ends);
	snprintf(shot->text, sizeof(shot->text), "the other end of %s %s",
		 object_label(env, &object, label, sizeof(label)), halves[how]);
	return rc;
}

const struct action_ops ops_shutdown = {.fire = fire_shutdown};

/* --- reset ----------------------------------------------------------------- */

static int tcp_state(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) ? -errno : info.tcpi_state;
}

/*
 * The kernel ends the far socket.  Without the right to ask for that: a
 * connect(2) to nowhere through a copy of it, which sends the same RST.
 */
static int send_rst(struct fault_env *env, struct shot *shot, const struct socket_ends *ends)
{
	const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
	cleanup_close int far = -1;
	struct err err = ERR_INIT;
	int rc = ends->far_entry.is_tcp ? sock_destroy(&ends->far_entry, &err) : -ENOTCONN;

	if (rc != -EPERM && rc != -EACCES && rc != -EOPNOTSUPP)
		return rc ? refuse(shot, "%s", err.text) : 0;
	far = socket_borrow_far(env, ends);
	if (far < 0)
		return refuse(shot, "nobody has accepted the connection yet");
	return connect(far, &nowhere, sizeof(nowhere)) ? refuse(shot, "%s", strerror(errno)) : 0;
}

static int reset_tcp(struct fault_env *env, struct shot *shot, const struct socket_ends *ends)
{
	int state, rc = send_rst(env, shot, ends);

	if (rc)
		return rc;
	state = tcp_state(ends->fd);
	return state == TCP_CLOSE ? 1 : refuse(shot, "the connection is still there");
}

/* unix(7): "close with unread data" is how one process resets another. */
static int reset_unix(struct fault_env *env, struct shot *shot, const struct moment *at,
		      const struct socket_ends *ends)
{
	size_t places;
	int rc = close_far(env, shot, at, ends, ends->fd, &places);

	if (rc)
		return rc;
	/* Who slept at the near end may have been told already: then the error is gone from it. */
	return events_of(ends->fd) & (POLLERR | POLLHUP)
		       ? 1
		       : refuse(shot, "the kernel does not show it");
}

static int fire_reset(struct fault_env *env, struct shot *shot, const struct moment *at,
		      struct err *err)
{
	struct fd_object object;
	struct socket_ends ends;
	char label[150];
	int rc = struck_object(env, shot, at, &object);

	(void)err;
	if (rc)
		return rc;
	if (object.kind != FD_KIND_TCP && object.kind != FD_KIND_UNIX_STREAM &&
	    object.kind != FD_KIND_UNIX_SEQPACKET)
		return refuse(shot, "%s has no connection that could be reset", object.path);
	rc = socket_ends_find(env, shot, &object, &ends);
	if (rc)
		return rc;
	rc = object.kind == FD_KIND_TCP ? reset_tcp(env, shot, &ends)
					: reset_unix(env, shot, at, &ends);
	socket_ends_release(&ends);
	snprintf(shot->text, sizeof(shot->text), "the other end of %s resets the connection",
		 object_label(env, &object, label, sizeof(label)));
	return rc;
}

const struct action_ops ops_reset = {.fire = fire_reset};

/* --- without a name --------------------------------------------------------- */

typedef int name_call(int fd, struct sockaddr *address, socklen_t *size);

/* False: it has none, or one that is no file. */
static bool file_name(name_call *call, int fd, struct sockaddr_un *name)
{
	socklen_t size = sizeof(*name);

	memset(name, 0, sizeof(*name));
	return call(fd, (struct sockaddr *)name, &size) == 0 && name->sun_family == AF_UNIX &&
	       name->sun_path[0];
}

/* Whoever connects from now on finds nobody; who is connected stays so. */
int socket_unlink(struct fault_env *env, struct shot *shot, const struct fd_object *object)
{
	struct sockaddr_un name;
	struct fd_holder holder;
	struct stat st;
	cleanup_close int fd = -1;
	int rc = any_holder(env, shot, object, &holder);

	if (rc)
		return rc;
	fd = fd_borrow(holder.process->tgid, holder.fd);
	if (fd < 0)
		return fd;
	if (!file_name(getsockname, fd, &name) && !file_name(getpeername, fd, &name))
		return refuse(shot, "%s has no file", object->path);
	if (name.sun_path[0] != '/')
		return refuse(shot, "%s has a relative name: %s", object->path, name.sun_path);
	if (lstat(name.sun_path, &st) || !S_ISSOCK(st.st_mode))
		return refuse(shot, "%s has no name any more", object->path);
	snprintf(shot->text, sizeof(shot->text), "the name %s removed", name.sun_path);
	if (unlink(name.sun_path))
		return refuse(shot, "%s cannot be removed: %s", name.sun_path, strerror(errno));
	return lstat(name.sun_path, &st) && errno == ENOENT;
}
