#include "run/made.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/util.h"
#include "sys/syscalls.h"

#define SHM_FOLDER "/dev/shm/"
#define NONE	   (-1)

/* A call that may make an object; the file of a semaphore gets its name by link(2). */
static const struct maker {
	const char *call;
	enum object_kind kind;
	int dir, name; /* arguments: the folder, and the name or key or address */
	int flags;     /* this one must have… */
	uint64_t mask, value;
} makers[] = {
	{"mq_open", OBJECT_MQ_POSIX, NONE, 0, 1, O_CREAT, O_CREAT},
	{"msgget", OBJECT_MSG_SYSV, NONE, 0, NONE, 0, 0},
	{"semget", OBJECT_SEM_SYSV, NONE, 0, NONE, 0, 0},
	{"shmget", OBJECT_SHM_SYSV, NONE, 0, NONE, 0, 0},
	{"bind", OBJECT_SOCKET, NONE, 1, NONE, 0, 0},
	{"mknod", OBJECT_FIFO, NONE, 0, 1, S_IFMT, S_IFIFO},
	{"mknodat", OBJECT_FIFO, 0, 1, 2, S_IFMT, S_IFIFO},
	{"open", OBJECT_SHM_POSIX, NONE, 0, 1, O_CREAT, O_CREAT},
	{"openat", OBJECT_SHM_POSIX, 0, 1, 2, O_CREAT, O_CREAT},
	{"creat", OBJECT_SHM_POSIX, NONE, 0, NONE, 0, 0},
	{"link", OBJECT_SHM_POSIX, NONE, 1, NONE, 0, 0},
	{"linkat", OBJECT_SHM_POSIX, 2, 3, NONE, 0, 0},
	{"rename", OBJECT_SHM_POSIX, NONE, 1, NONE, 0, 0},
	{"renameat", OBJECT_SHM_POSIX, 2, 3, NONE, 0, 0},
	{"renameat2", OBJECT_SHM_POSIX, 2, 3, NONE, 0, 0},
};

static bool is_isolated(const struct execution *x, enum object_kind kind)
{
	static const enum sandbox_part parts[OBJECT_MAX_] = {
		[OBJECT_SHM_POSIX] = SANDBOX_SHM, [OBJECT_SEM_POSIX] = SANDBOX_SHM,
		[OBJECT_MQ_POSIX] = SANDBOX_IPC,  [OBJECT_SHM_SYSV] = SANDBOX_IPC,
		[OBJECT_SEM_SYSV] = SANDBOX_IPC,  [OBJECT_MSG_SYSV] = SANDBOX_IPC,
		[OBJECT_SOCKET] = SANDBOX_MAX_,	  [OBJECT_FIFO] = SANDBOX_MAX_,
	};

	return parts[kind] != SANDBOX_MAX_ && x->worker->sandbox.parts[parts[kind]].isolated;
}

/*
 * Files are opened often, so a /dev/shm of our own is only listed.  All other
 * calls are rare, and where nothing else has to be done they tell who it was.
 */
static bool is_wanted(const struct execution *x, const struct maker *maker)
{
	if (!is_isolated(x, maker->kind))
		return true;
	return maker->kind != OBJECT_SHM_POSIX && !x->scenario->expect.allow[FINDING_LEAK];
}

bool made_rule(const struct execution *x, size_t index, struct maker_rule *ret_rule)
{
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		int call = syscall_from_name(makers[i].call);

		if (call == SYSCALL_NONE || !is_wanted(x, &makers[i]) || index-- > 0)
			continue;
		*ret_rule =
			(struct maker_rule){call, makers[i].flags, makers[i].mask, makers[i].value};
		return true;
	}
	return false;
}

static const struct maker *maker_of(const struct execution *x, const struct call_view *call)
{
	const char *name = syscall_get(call->id)->name;

	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		const struct maker *maker = &makers[i];

		if (strcmp(maker->call, name) != 0 || !is_wanted(x, maker))
			continue;
		if (maker->flags == NONE ||
		    (call->args[maker->flags] & maker->mask) == maker->value)
			return maker;
	}
	return NULL;
}

/* The folder that a relative name is in: of the process, or an open one. */
static bool folder_of(const struct execution *x, const struct tracee *t, int dir, char *folder,
		      size_t size)
{
	char link[64];
	ssize_t len;

	if (dir == NONE || (int)t->call.args[dir] == AT_FDCWD)
		snprintf(link, sizeof(link), "%d/cwd", t->tid);
	else
		snprintf(link, sizeof(link), "%d/fd/%d", t->tid, (int)t->call.args[dir]);
	len = readlinkat(x->engine.options.proc_fd, link, folder, size - 1);
	if (len < 0)
		return false;
	folder[len] = '\0';
	return true;
}

static bool name_of_socket(const struct tracee *t, char *name, size_t size)
{
	struct sockaddr_un address = {0};
	uint64_t len = t->call.args[2];

	if (len <= offsetof(struct sockaddr_un, sun_path) || len > sizeof(address) ||
	    tracee_read(t, t->call.args[1], &address, len) || address.sun_family != AF_UNIX ||
	    !address.sun_path[0])
		return false;
	snprintf(name, size, "%.*s", (int)sizeof(address.sun_path), address.sun_path);
	return true;
}

/* The whole path of the file, or the name of the queue. */
static bool path_of(const struct execution *x, const struct tracee *t, const struct maker *maker,
		    char *path, size_t size)
{
	char name[PATH_MAX], folder[PATH_MAX];
	int used;

	if (maker->kind == OBJECT_SOCKET
		    ? !name_of_socket(t, name, sizeof(name))
		    : tracee_read_string(t, t->call.args[maker->name], name, sizeof(name)) < 0)
		return false;
	if (maker->kind == OBJECT_MQ_POSIX) /* the C library takes the slash away */
		used = snprintf(path, size, "/%s", name);
	else if (name[0] == '/')
		used = snprintf(path, size, "%s", name);
	else if (folder_of(x, t, maker->dir, folder, sizeof(folder)))
		used = snprintf(path, size, "%s/%s", folder, name);
	else
		return false;
	return (size_t)used < size;
}

static bool is_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 && (path[len] == '/' || folder[len - 1] == '/');
}

/* Files of ${tmp} are listed there; of the others only shared memory is an object. */
static bool concerns(const struct execution *x, const struct maker *maker, const char *path)
{
	if (maker->kind == OBJECT_SHM_POSIX)
		return is_below(path, SHM_FOLDER);
	return maker->kind == OBJECT_MQ_POSIX || !is_below(path, x->tmp);
}

static bool is_by_key(const struct maker *maker)
{
	return maker->kind == OBJECT_MSG_SYSV || maker->kind == OBJECT_SEM_SYSV ||
	       maker->kind == OBJECT_SHM_SYSV;
}

static key_t key_of(const struct tracee *t)
{
	return (key_t)t->call.args[0];
}

bool made_on_entry(struct execution *x, struct tracee *t)
{
	const struct maker *maker = maker_of(x, &t->call);
	char path[PATH_MAX];

	if (!maker)
		return false;
	if (is_by_key(maker))
		return !made_is_there(maker->kind, NULL, key_of(t));
	return path_of(x, t, maker, path, sizeof(path)) && concerns(x, maker, path) &&
	       !made_is_there(maker->kind, path, 0);
}

static int identify(const struct execution *x, const struct tracee *t, const struct maker *maker,
		    int64_t result, struct made_object *ret_made)
{
	char path[PATH_MAX];

	if (is_by_key(maker))
		return made_by_id(maker->kind, (int)result, key_of(t), ret_made);
	if (!path_of(x, t, maker, path, sizeof(path)))
		return -ENOENT;
	return made_by_name(maker->kind, path, ret_made);
}

void made_on_exit(struct execution *x, struct tracee *t, int64_t result)
{
	const struct maker *maker = maker_of(x, &t->call);
	struct made_object object;
	struct made *made;
	char name[128];
	int rc;

	if (!maker || result < 0)
		return;
	rc = identify(x, t, maker, result, &object);
	if (rc) {
		if (rc == -ENOMEM)
			execution_fail(x, rc);
		return;
	}
	made = mem_append(&x->made, &x->made_count, sizeof(*made));
	if (!made) {
		made_release(&object);
		execution_fail(x, -ENOMEM);
		return;
	}
	made->object = object;
	made->process = mem_strdup(subject_label(x, t->process, name, sizeof(name)));
}

static int add_left(struct execution *x, const struct made *made)
{
	struct observed_object *left;

	left = mem_append(&x->seen->objects_left, &x->seen->object_count, sizeof(*left));
	if (left)
		left->name =
			mem_printf("%s %s", object_kind_name(made->object.kind), made->object.name);
	if (!left || !left->name)
		return -ENOMEM;
	left->process = made->process ? mem_strdup(made->process) : NULL;
	return 0;
}

/* It was listed in its namespace: say who made it. */
static void attribute(struct execution *x, const struct made *made)
{
	const char *kind = object_kind_name(made->object.kind);
	size_t len = strlen(kind);

	for (size_t i = 0; i < x->seen->object_count; i++) {
		struct observed_object *left = &x->seen->objects_left[i];

		if (strncmp(left->name, kind, len) != 0 || left->name[len] != ' ' ||
		    strcmp(left->name + len + 1, made->object.name) != 0)
			continue;
		free(left->process);
		left->process = made->process ? mem_strdup(made->process) : NULL;
	}
}

int made_collect(struct execution *x, struct err *err)
{
	for (size_t i = 0; i < x->made_count; i++) {
		const struct made *made = &x->made[i];

		if (is_isolated(x, made->object.kind))
			attribute(x, made);
		else if (made_is_left(&made->object) && add_left(x, made))
			return err_errno(err, -ENOMEM, "run");
	}
	return 0;
}

void made_forget(struct execution *x)
{
	for (size_t i = 0; i < x->made_count; i++) {
		if (!is_isolated(x, x->made[i].object.kind))
			made_remove(&x->made[i].object);
		made_release(&x->made[i].object);
		free(x->made[i].process);
	}
	free(x->made);
	x->made = NULL;
	x->made_count = 0;
}
