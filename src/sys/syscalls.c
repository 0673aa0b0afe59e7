#include "sys/syscalls.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>

#include "base/util.h"

#define NR_MAX 512

/* NOLINTBEGIN(bugprone-macro-parentheses): they are initialisers, some of them lists */
#define ROW(name_, x86_64_, aarch64_, families_, fd_, fd2_, dir_, path_, restart_, timed_,         \
	    transfer_, length_, timeout_, timeout_arg_, short_, sysv_)                             \
	{                                                                                          \
		.name = name_,                                                                     \
		.nr = {x86_64_, aarch64_},                                                         \
		.families = families_,                                                             \
		.fd_arg = fd_,                                                                     \
		.fd2_arg = fd2_,                                                                   \
		.dir_arg = dir_,                                                                   \
		.path_arg = path_,                                                                 \
		.restart = restart_,                                                               \
		.restart_timed = timed_,                                                           \
		.transfer = transfer_,                                                             \
		.length_arg = length_,                                                             \
		.timeout = timeout_,                                                               \
		.timeout_arg = timeout_arg_,                                                       \
		.may_be_short = short_,                                                            \
		.sysv = sysv_,                                                                     \
	},
static const struct syscall_row rows[] = {
#include "sys/syscalls.inc"
};
#undef ROW
/* NOLINTEND(bugprone-macro-parentheses) */

/* Ids plus one, so that 0 means "no such number". */
#define NR(arch_, nr_, id_) [arch_][nr_] = (id_) + 1,
static const short ids_by_nr[ARCH_MAX_][NR_MAX] = {
#include "sys/syscalls.inc"
};
#undef NR

static const struct family_row {
	const char *name;
	unsigned bit;
} families[] = {
	{"reads", FAMILY_READS},       {"writes", FAMILY_WRITES},   {"waits", FAMILY_WAITS},
	{"opens", FAMILY_OPENS},       {"locks", FAMILY_LOCKS},	    {"sends", FAMILY_SENDS},
	{"receives", FAMILY_RECEIVES}, {"any-ipc", FAMILY_ANY_IPC},
};

size_t syscall_count(void)
{
	return ARRAY_SIZE(rows);
}

const struct syscall_row *syscall_get(int id)
{
	return id >= 0 && (size_t)id < ARRAY_SIZE(rows) ? &rows[id] : NULL;
}

int syscall_from_name(const char *name)
{
	size_t low = 0, high = ARRAY_SIZE(rows);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, rows[middle].name);

		if (order == 0)
			return (int)middle;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return SYSCALL_NONE;
}

int syscall_from_nr(enum arch_id arch, long nr)
{
	if ((unsigned)arch >= ARCH_MAX_ || nr < 0 || nr >= NR_MAX)
		return SYSCALL_NONE;
	return ids_by_nr[arch][nr] - 1;
}

const char *syscall_native_name(long nr)
{
	const struct syscall_row *row = syscall_get(syscall_from_nr(ARCH_NATIVE, nr));

	return row ? row->name : "unknown";
}

unsigned call_family_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (strcmp(families[i].name, name) == 0)
			return families[i].bit;
	return 0;
}

const char *call_family_name(unsigned bit)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i].bit == bit)
			return families[i].name;
	return NULL;
}

/* The families that a futex operation really belongs to. */
static unsigned futex_families(uint64_t op)
{
	switch ((int)op & FUTEX_CMD_MASK) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
		return FAMILY_WAITS | FAMILY_LOCKS | FAMILY_ANY_IPC;
	case FUTEX_TRYLOCK_PI:
		return FAMILY_LOCKS | FAMILY_ANY_IPC;
	default:
		return FAMILY_ANY_IPC;
	}
}

static unsigned fcntl_families(uint64_t command)
{
	switch ((int)command) {
	case F_SETLKW:
	case F_OFD_SETLKW:
		return FAMILY_WAITS | FAMILY_LOCKS | FAMILY_ANY_IPC;
	case F_SETLK:
	case F_OFD_SETLK:
		return FAMILY_LOCKS | FAMILY_ANY_IPC;
	default:
		return FAMILY_ANY_IPC;
	}
}

/* MAP_SHARED_VALIDATE has the bit of MAP_SHARED too. */
static unsigned mmap_families(uint64_t flags)
{
	return flags & MAP_SHARED ? FAMILY_ANY_IPC : 0;
}

static unsigned families_of(const struct syscall_row *row, const uint64_t *args)
{
	if (strcmp(row->name, "futex") == 0)
		return futex_families(args[1]);
	if (strcmp(row->name, "fcntl") == 0)
		return fcntl_families(args[1]);
	if (strcmp(row->name, "mmap") == 0)
		return mmap_families(args[3]);
	return row->families;
}

bool syscall_is_member(int id, unsigned wanted, const uint64_t args[SYSCALL_ARGS])
{
	const struct syscall_row *row = syscall_get(id);

	return row && (families_of(row, args) & wanted) != 0;
}

bool syscall_has_time_limit(int id, const uint64_t args[SYSCALL_ARGS])
{
	const struct syscall_row *row = syscall_get(id);

	if (!row)
		return false;
	switch (row->timeout) {
	case TIMEOUT_ALWAYS:
		return true;
	case TIMEOUT_INT_MS:
		return (int)args[row->timeout_arg] >= 0;
	case TIMEOUT_POINTER: /* a futex that wakes has a number in the same place */
		return args[row->timeout_arg] != 0 &&
		       (families_of(row, args) & FAMILY_WAITS || !(row->families & FAMILY_WAITS));
	case TIMEOUT_NONE:
		break;
	}
	return false;
}
