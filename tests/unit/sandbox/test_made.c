/* Objects that a run has made, told from those of others with the same name. */
#include "sandbox/made.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static char name[64];

/* The host's own namespaces: nobody else has this name. */
static const char *own_name(void)
{
	snprintf(name, sizeof(name), "/ipcfault-test-%d", (int)getpid());
	return name;
}

static void make_queue(const char *path)
{
	mqd_t queue = mq_open(path, O_CREAT | O_EXCL | O_RDWR, 0600, NULL);

	cr_assert(ne(int, queue, -1));
	mq_close(queue);
}

static void make_fifo(const char *path)
{
	cr_assert(eq(int, mkfifo(path, 0600), 0));
}

static void check_by_name(enum object_kind kind, const char *path, void (*make)(const char *path),
			  int (*take_away)(const char *path))
{
	struct made_object made;

	cr_expect(not(made_is_there(kind, path, 0)), "%s", path);
	cr_expect(eq(int, made_by_name(kind, path, &made), -ENOENT), "%s", path);
	make(path);
	cr_expect(made_is_there(kind, path, 0), "%s", path);
	cr_assert(eq(int, made_by_name(kind, path, &made), 0));
	cr_expect(made_is_left(&made), "%s", path);
	cr_assert(eq(int, take_away(path), 0));
	cr_expect(not(made_is_left(&made)), "%s is gone", path);
	make(path);
	cr_expect(not(made_is_left(&made)), "%s is another one", path);
	made_remove(&made);
	cr_expect(made_is_there(kind, path, 0), "%s is not ours to remove", path);
	made_release(&made);
	cr_assert(eq(int, made_by_name(kind, path, &made), 0));
	made_remove(&made);
	cr_expect(not(made_is_there(kind, path, 0)), "%s", path);
	made_release(&made);
}

Test(sandbox_made, a_file_is_known_by_more_than_its_name)
{
	char *folder = tmpdir_new(), path[256];

	snprintf(path, sizeof(path), "%s/fifo", folder);
	check_by_name(OBJECT_FIFO, path, make_fifo, unlink);
	tmpdir_free(folder);
}

Test(sandbox_made, so_is_a_queue)
{
	if (is_under_valgrind())
		return;
	check_by_name(OBJECT_MQ_POSIX, own_name(), make_queue, mq_unlink);
}

static int make_sysv(enum object_kind kind, key_t key)
{
	if (kind == OBJECT_SHM_SYSV)
		return shmget(key, 4096, IPC_CREAT | 0600);
	return kind == OBJECT_SEM_SYSV ? semget(key, 1, IPC_CREAT | 0600)
				       : msgget(key, IPC_CREAT | 0600);
}

Test(sandbox_made, a_system_v_object_is_known_by_its_id)
{
	static const enum object_kind kinds[] = {OBJECT_SHM_SYSV, OBJECT_SEM_SYSV, OBJECT_MSG_SYSV};
	key_t key = 0x7e000000 | getpid();

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct made_object first, second;

		cr_expect(not(made_is_there(kinds[i], NULL, IPC_PRIVATE)));
		cr_expect(not(made_is_there(kinds[i], NULL, key)));
		cr_assert(eq(int, made_by_id(kinds[i], make_sysv(kinds[i], key), key, &first), 0));
		cr_expect(made_is_there(kinds[i], NULL, key));
		cr_expect(made_is_left(&first));
		made_remove(&first);
		cr_expect(not(made_is_left(&first)));
		cr_assert(eq(int, made_by_id(kinds[i], make_sysv(kinds[i], key), key, &second), 0));
		cr_expect(not(made_is_left(&first)), "%s", second.name);
		made_remove(&first);
		cr_expect(made_is_left(&second), "%s", second.name);
		made_remove(&second);
		cr_expect(not(made_is_there(kinds[i], NULL, key)));
		made_release(&first);
		made_release(&second);
	}
}

/* Used on, and gone with its last user. */
Test(sandbox_made, a_removed_segment_in_use_is_not_left)
{
	struct made_object made;
	int id = shmget(IPC_PRIVATE, 4096, 0600);
	void *here = shmat(id, NULL, 0);

	cr_assert(eq(int, made_by_id(OBJECT_SHM_SYSV, id, IPC_PRIVATE, &made), 0));
	cr_expect(made_is_left(&made));
	shmctl(id, IPC_RMID, NULL);
	cr_expect(not(made_is_left(&made)));
	shmdt(here);
	made_release(&made);
}

Test(sandbox_made, names_are_those_of_the_list)
{
	char *folder = tmpdir_new(), path[256];
	struct made_object made;

	snprintf(path, sizeof(path), "%s/sem.lock", folder);
	make_fifo(path);
	cr_assert(eq(int, made_by_name(OBJECT_SHM_POSIX, path, &made), 0));
	cr_expect(eq(int, made.kind, OBJECT_SEM_POSIX));
	cr_expect(eq(str, made.name, (char *)"/lock"));
	made_release(&made);
	cr_assert(eq(int, made_by_id(OBJECT_MSG_SYSV, 3, 0x4d, &made), 0));
	cr_expect(eq(str, made.name, (char *)"key 0x4d (id 3)"));
	made_release(&made);
	tmpdir_free(folder);
}
