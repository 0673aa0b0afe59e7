/* mmap(), shmat() and their likes: what is shared from now on. */
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "plugin/plugin.h"
#include "rt/raw.h"

static bool is_shared(uint64_t flags)
{
	uint64_t type = flags & MAP_TYPE;

	return type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
}

static void after_mmap(struct call *c)
{
	uint64_t flags = c->args[3], offset = 0;
	uint32_t object = 0;

	if (raw_failed(c->result))
		return;
	if (is_shared(flags) && flags & MAP_ANONYMOUS) {
		object = rt_object_anonymous();
	} else if (is_shared(flags)) {
		object = rt_object_of_file((int)c->args[4]);
		offset = c->args[5];
	}
	plugin_map((uint64_t)c->result, c->args[1], object, offset);
}

static void after_munmap(struct call *c)
{
	if (!raw_failed(c->result))
		plugin_map(c->args[0], c->args[1], 0, 0);
}

static void after_mremap(struct call *c)
{
	uint64_t old = c->args[0], old_size = c->args[1], size = c->args[2], offset;
	uint32_t object;

	if (raw_failed(c->result))
		return;
	if (!rt_arena_find(old, &object, &offset))
		object = 0;
	plugin_map(old, old_size, 0, 0);
	plugin_map((uint64_t)c->result, size, object, offset);
	if (!old_size && object) /* another mapping of the same: the old one stays */
		plugin_map(old, size, object, offset);
}

static void after_shmat(struct call *c)
{
	struct shmid_ds state;
	int id = (int)c->args[0];

	if (!raw_failed(c->result) && raw3(SYS_shmctl, id, IPC_STAT, (long)&state) == 0)
		plugin_map((uint64_t)c->result, state.shm_segsz, rt_object_sysv(id), 0);
}

static void after_shmdt(struct call *c)
{
	if (!raw_failed(c->result))
		plugin_map(c->args[0], plugin_mapped(c->args[0]), 0, 0);
}

const struct call_row plugin_map_calls[] = {
	{SYS_mmap, NULL, after_mmap},	  {SYS_munmap, NULL, after_munmap},
	{SYS_mremap, NULL, after_mremap}, {SYS_shmat, NULL, after_shmat},
	{SYS_shmdt, NULL, after_shmdt},	  {0, NULL, NULL},
};
