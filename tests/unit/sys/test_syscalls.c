#include "sys/syscalls.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"

#define NAME_MAX_ 64

Test(sys_syscalls, rows_are_sorted_and_found_by_name_and_number)
{
	for (int id = 0; syscall_get(id); id++) {
		const struct syscall_row *row = syscall_get(id);

		if (id > 0)
			cr_expect(lt(int, strcmp(syscall_get(id - 1)->name, row->name), 0), "%s",
				  row->name);
		cr_expect(eq(int, syscall_from_name(row->name), id), "%s", row->name);
		for (int arch = 0; arch < ARCH_MAX_; arch++)
			if (row->nr[arch] != SYSCALL_NONE)
				cr_expect(eq(int,
					     syscall_from_nr((enum arch_id)arch, row->nr[arch]),
					     id),
					  "%s on machine %d", row->name, arch);
	}
}

Test(sys_syscalls, what_is_no_call_is_none)
{
	cr_expect(eq(int, syscall_from_name("raed"), SYSCALL_NONE));
	cr_expect(eq(int, syscall_from_name(""), SYSCALL_NONE));
	cr_expect(eq(int, syscall_from_nr(ARCH_X86_64, -1), SYSCALL_NONE));
	cr_expect(eq(int, syscall_from_nr(ARCH_X86_64, 100000), SYSCALL_NONE));
	cr_expect(eq(int, syscall_from_nr(ARCH_AARCH64, 244), SYSCALL_NONE));
	cr_expect(eq(int, syscall_from_nr(ARCH_MAX_, 0), SYSCALL_NONE));
	cr_expect(eq(ptr, (void *)syscall_get(-1), NULL));
	cr_expect(eq(ptr, (void *)syscall_get((int)syscall_count()), NULL));
	cr_expect(eq(str, (char *)syscall_native_name(9999), "unknown"));
}

/* One `#define __NR_name value` of a kernel header; false = another line. */
static bool parse_define(const char *line, const char *prefix, char *ret_name, char *ret_value)
{
	char pattern[64];

	snprintf(pattern, sizeof(pattern), "#define %s%%63[a-z0-9_] %%63s", prefix);
	return sscanf(line, pattern, ret_name, ret_value) == 2;
}

/* In no kernel for many years; the headers still number them. */
static bool is_dead(const char *name)
{
	static const char *const dead[] = {
		"_sysctl",	  "afs_syscall",     "create_module",	"epoll_ctl_old",
		"epoll_wait_old", "get_kernel_syms", "get_thread_area", "getpmsg",
		"lookup_dcookie", "nfsservctl",	     "putpmsg",		"query_module",
		"security",	  "set_thread_area", "tuxcall",		"uselib",
		"vserver",
	};

	for (size_t i = 0; i < sizeof(dead) / sizeof(dead[0]); i++)
		if (strcmp(dead[i], name) == 0)
			return true;
	return false;
}

Test(sys_syscalls, x86_64_numbers_are_those_of_the_kernel_headers)
{
	cleanup_fclose FILE *header = fopen("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "re");
	char line[256], name[NAME_MAX_], value[NAME_MAX_];
	int seen = 0;

	if (!header)
		cr_skip_test("no x86-64 kernel headers here");
	while (fgets(line, sizeof(line), header)) {
		int id;

		if (!parse_define(line, "__NR_", name, value) || is_dead(name))
			continue;
		id = syscall_from_name(name);
		cr_expect(ne(int, id, SYSCALL_NONE), "%s has no row", name);
		if (id != SYSCALL_NONE)
			cr_expect(eq(int, syscall_get(id)->nr[ARCH_X86_64], atoi(value)), "%s",
				  name);
		seen++;
	}
	cr_expect(gt(int, seen, 300));
}

struct shared_nr {
	char name[NAME_MAX_];
	int nr;
};

/* The numbers that the 32 and the 64 bit name of a call share: __NR3264_fcntl. */
static size_t read_shared(FILE *header, struct shared_nr *shared, size_t max)
{
	char line[256], name[NAME_MAX_], value[NAME_MAX_];
	size_t count = 0;

	while (fgets(line, sizeof(line), header))
		if (parse_define(line, "__NR3264_", name, value) && count < max) {
			strcpy(shared[count].name, name);
			shared[count++].nr = atoi(value);
		}
	rewind(header);
	return count;
}

static int shared_nr(const struct shared_nr *shared, size_t count, const char *value)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(shared[i].name, value + strlen("__NR3264_")) == 0)
			return shared[i].nr;
	return SYSCALL_NONE;
}

Test(sys_syscalls, aarch64_numbers_are_those_of_the_kernel_headers)
{
	cleanup_fclose FILE *header = fopen("/usr/include/asm-generic/unistd.h", "re");
	char line[256], name[NAME_MAX_], value[NAME_MAX_];
	struct shared_nr shared[32];
	size_t count;
	int seen = 0;

	if (!header)
		cr_skip_test("no generic kernel headers here");
	count = read_shared(header, shared, 32);
	while (fgets(line, sizeof(line), header)) {
		int id, nr;

		if (!parse_define(line, "__NR_", name, value))
			continue;
		id = syscall_from_name(name);
		nr = value[0] == '_' ? shared_nr(shared, count, value) : atoi(value);
		if (id == SYSCALL_NONE) /* those of 32 bit machines */
			continue;
		cr_expect(eq(int, syscall_get(id)->nr[ARCH_AARCH64], nr), "%s", name);
		seen++;
	}
	cr_expect(gt(int, seen, 280));
}

Test(sys_syscalls, every_blocking_call_is_in_a_family)
{
	for (int id = 0; syscall_get(id); id++) {
		const struct syscall_row *row = syscall_get(id);

		if (row->restart != RESTART_NEVER_BLOCKS && strcmp(row->name, "ioctl") != 0 &&
		    strcmp(row->name, "getrandom") != 0)
			cr_expect(ne(uint, row->families & FAMILY_ANY_IPC, 0), "%s", row->name);
		if (row->families & ~(unsigned)FAMILY_ANY_IPC)
			cr_expect(ne(uint, row->families & FAMILY_ANY_IPC, 0), "%s", row->name);
		if (row->transfer == TRANSFER_LENGTH)
			cr_expect(ge(int, row->length_arg, 0), "%s", row->name);
		if (row->timeout == TIMEOUT_INT_MS || row->timeout == TIMEOUT_POINTER)
			cr_expect(ge(int, row->timeout_arg, 0), "%s", row->name);
	}
}

static bool word_has(const char *word, const char *name)
{
	int ids[512];
	size_t count = syscall_ids_from_word(word, ids, 512);

	for (size_t i = 0; i < count; i++)
		if (strcmp(syscall_get(ids[i])->name, name) == 0)
			return true;
	return false;
}

Test(sys_syscalls, a_word_means_every_call_that_a_libc_may_make)
{
	static const struct {
		const char *word, *name;
		bool member;
	} cases[] = {
		{"recv", "recvfrom", true},
		{"open", "openat", true},
		{"open", "open", true},
		{"openat", "open", false},
		{"openat", "openat", true},
		{"accept", "accept4", true},
		{"semop", "semtimedop", true},
		{"semtimedop", "semop", false},
		{"fork", "clone3", true},
		{"sleep", "clock_nanosleep", true},
		{"nanosleep", "nanosleep", true},
		{"nanosleep", "clock_nanosleep", true},
		{"mq_receive", "mq_timedreceive", true},
		{"select", "pselect6", true},
		{"reads", "readv", true},
		{"reads", "write", false},
		{"writes", "sendmsg", true},
		{"waits", "poll", true},
		{"waits", "read", false},
		{"any-ipc", "tgkill", true},
		{"any-ipc", "getpid", false},
		{"pause", "ppoll", ARCH_NATIVE == ARCH_AARCH64},
		{"pause", "pause", true},
		{"raise", "tgkill", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(eq(int, word_has(cases[i].word, cases[i].name), cases[i].member),
			  "%s in %s", cases[i].name, cases[i].word);
}

Test(sys_syscalls, ids_of_a_word_are_ascending_and_counted_beyond_max)
{
	int ids[2] = {-7, -7};
	size_t count = syscall_ids_from_word("fork", ids, 1);

	cr_expect(eq(sz, count, 4));
	cr_expect(eq(int, ids[0], syscall_from_name("clone")));
	cr_expect(eq(int, ids[1], -7));
	cr_expect(eq(sz, syscall_ids_from_word("nosuch", ids, 2), 0));
}

Test(sys_syscalls, every_word_means_at_least_one_call)
{
	size_t count;
	const char *const *words = syscall_words(&count);

	cr_assert(gt(sz, count, syscall_count()));
	for (size_t i = 0; i < count; i++)
		cr_expect(gt(sz, syscall_ids_from_word(words[i], NULL, 0), 0), "%s", words[i]);
}

Test(sys_syscalls, calls_that_are_several_in_one_are_told_apart_by_their_arguments)
{
	static const struct {
		const char *name;
		unsigned family;
		uint64_t args[SYSCALL_ARGS];
		bool member;
	} cases[] = {
		{"fcntl", FAMILY_LOCKS, {3, F_GETFL}, false},
		{"fcntl", FAMILY_LOCKS, {3, F_SETLK}, true},
		{"fcntl", FAMILY_WAITS, {3, F_SETLK}, false},
		{"fcntl", FAMILY_WAITS, {3, F_OFD_SETLKW}, true},
		{"futex", FAMILY_WAITS, {0, FUTEX_WAIT_PRIVATE}, true},
		{"futex", FAMILY_WAITS, {0, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME}, true},
		{"futex", FAMILY_WAITS, {0, FUTEX_WAKE}, false},
		{"futex", FAMILY_LOCKS, {0, FUTEX_TRYLOCK_PI}, true},
		{"mmap", FAMILY_ANY_IPC, {0, 1, 1, MAP_PRIVATE | MAP_ANONYMOUS}, false},
		{"mmap", FAMILY_ANY_IPC, {0, 1, 1, MAP_SHARED}, true},
		{"mmap", FAMILY_ANY_IPC, {0, 1, 1, MAP_SHARED_VALIDATE}, true},
		{"read", FAMILY_READS, {0}, true},
		{"read", FAMILY_WRITES, {0}, false},
		{"read", FAMILY_WRITES | FAMILY_READS, {0}, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(eq(int,
			     syscall_is_member(syscall_from_name(cases[i].name), cases[i].family,
					       cases[i].args),
			     cases[i].member),
			  "case %zu: %s", i, cases[i].name);
}

Test(sys_syscalls, time_limits_are_seen_in_the_arguments)
{
	static const struct {
		const char *name;
		uint64_t args[SYSCALL_ARGS];
		bool limited;
	} cases[] = {
		{"poll", {0, 0, (uint64_t)-1}, false},
		{"poll", {0, 0, 0xffffffff}, false},
		{"poll", {0, 0, 0}, true},
		{"ppoll", {0, 0, 0x1000}, true},
		{"ppoll", {0, 0, 0}, false},
		{"nanosleep", {0}, true},
		{"read", {0}, false},
		{"futex", {0, FUTEX_WAIT, 0, 0}, false},
		{"futex", {0, FUTEX_WAIT, 0, 0x1000}, true},
		{"futex", {0, FUTEX_CMP_REQUEUE, 1, 5}, false},
		{"mq_timedreceive", {0, 0, 0, 0, 0x1000}, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect(
			eq(int,
			   syscall_has_time_limit(syscall_from_name(cases[i].name), cases[i].args),
			   cases[i].limited),
			"case %zu: %s", i, cases[i].name);
}
