/* Finding the control segment, and the process's place in it. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rt/flow.h"
#include "rt/raw.h"
#include "rt/rt.h"

struct segment *rt_segment;
struct rt_range rt_variables;

/* In a page that the kernel empties in the child of a fork(): no call of the child tells us. */
struct own {
	uint32_t process, anonymous;
};
static struct own *own;

extern char __data_start[] __attribute__((weak)); /* the C library's start files */
extern char _end[] __attribute__((weak));	  /* the linker */

static long map_own_page(size_t size, int flags, int fd)
{
	return raw6(SYS_mmap, 0, (long)size, PROT_READ | PROT_WRITE, flags, fd, 0);
}

/* The text behind "NAME=", NULL if @entry has another name. */
static const char *value_of(const char *entry, const char *name)
{
	while (*name && *entry == *name) {
		entry++;
		name++;
	}
	return *name == '\0' && *entry == '=' ? entry + 1 : NULL;
}

static int read_number(const char *text)
{
	int fd = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || fd > 1000000)
			return -1;
		fd = fd * 10 + (*text - '0');
	}
	return fd;
}

/* -1: it is not there, or no number. */
static int find_number(const char *name)
{
	/* Programs have been seen to have an `environ` of their own. */
	for (char **entry = __environ; entry && *entry; entry++) {
		const char *value = value_of(*entry, name);

		if (value)
			return read_number(value);
	}
	return -1;
}

static struct own *make_own(void)
{
	long page = map_own_page(4096, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (raw_failed(page))
		return NULL;
	if (raw3(SYS_madvise, page, 4096, MADV_WIPEONFORK) == 0)
		return (struct own *)page;
	raw3(SYS_munmap, page, 4096, 0);
	return NULL;
}

static uint32_t register_process(void)
{
	uint32_t index = __atomic_load_n(&rt_segment->processes_used, __ATOMIC_RELAXED);
	struct segment_process *process;
	uint64_t place;

	do
		if (index + 1 >= SEGMENT_PROCESSES)
			return 0;
	while (!__atomic_compare_exchange_n(&rt_segment->processes_used, &index, index + 1, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	process = &rt_segment->processes[index + 1];
	process->parent = (int32_t)raw3(SYS_getppid, 0, 0, 0);
	process->module = rt_module((uint64_t)rt_attach, &place);
	__atomic_store_n(&process->pid, (int32_t)raw3(SYS_getpid, 0, 0, 0), __ATOMIC_RELEASE);
	return index + 1;
}

uint32_t rt_process(void)
{
	if (!own->process)
		own->process = register_process();
	return own->process;
}

uint32_t rt_next_anonymous(void)
{
	return __atomic_add_fetch(&own->anonymous, 1, __ATOMIC_RELAXED);
}

/* Of a server only the copies come back. */
static void attach_control(void)
{
	int role = find_number(CONTROL_ROLE);

	rt_control_attach(find_number(CONTROL_ENV), role > 0 ? (uint32_t)role : 0);
}

void rt_attach(void)
{
	static bool is_done;
	struct segment *segment;

	if (__atomic_exchange_n(&is_done, true, __ATOMIC_ACQ_REL))
		return;
	segment = rt_map_segment(find_number(SEGMENT_ENV));
	own = segment ? make_own() : NULL;
	if (!own)
		return;
	rt_segment = segment;
	rt_process();
	if (!rt_arena_reserve())
		__atomic_add_fetch(&segment->unplaced, 1, __ATOMIC_RELAXED);
	if (segment->flags & SEGMENT_GLOBALS && __data_start && _end) {
		rt_variables.start = (uint64_t)__data_start;
		rt_variables.size = (uint64_t)_end - (uint64_t)__data_start;
	}
	if (find_number(CONTROL_ENV) >= 0)
		attach_control();
}
