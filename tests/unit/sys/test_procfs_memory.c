#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
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

TestSuite(sys_procfs_memory, .init = open_proc, .fini = close_proc);

Test(sys_procfs_memory, lines_of_maps_are_read_with_and_without_a_path)
{
	char file[] =
		"7f0c8a000000-7f0c8a022000 r-xp 00002000 fe:01 1234   /lib/x y.so (deleted)\n";
	char none[] = "7f0c8a022000-7f0c8a023000 rw-s 00000000 00:05 9 ";
	char bad[] = "not a line";
	struct procfs_map map;

	cr_assert(procfs_map_parse(file, &map));
	cr_expect(eq(u64, map.start, 0x7f0c8a000000));
	cr_expect(eq(u64, map.end, 0x7f0c8a022000));
	cr_expect(eq(u64, map.offset, 0x2000));
	cr_expect(eq(uint, map.device_major, 0xfe));
	cr_expect(eq(uint, map.device_minor, 1));
	cr_expect(eq(u64, map.inode, 1234));
	cr_expect(eq(str, (char *)map.path, "/lib/x y.so (deleted)"));
	cr_expect(map.readable);
	cr_expect(map.executable);
	cr_expect(not(map.writable));
	cr_expect(not(map.shared));
	cr_assert(procfs_map_parse(none, &map));
	cr_expect(eq(str, (char *)map.path, ""));
	cr_expect(map.readable);
	cr_expect(map.writable);
	cr_expect(map.shared);
	cr_expect(not(map.executable));
	cr_expect(not(procfs_map_parse(bad, &map)));
}

struct wanted {
	uint64_t address;
	struct procfs_map found;
	int count;
};

static int find_address(void *ctx, const struct procfs_map *map)
{
	struct wanted *wanted = ctx;

	wanted->count++;
	if (wanted->address < map->start || wanted->address >= map->end)
		return 0;
	wanted->found = *map;
	return 1;
}

Test(sys_procfs_memory, a_mapping_is_found_by_its_address)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct wanted wanted = {.address = (uint64_t)page};

	cr_expect(eq(int, procfs_each_map(proc_fd, getpid(), find_address, &wanted), 1));
	cr_expect(wanted.found.shared);
	cr_expect(not(wanted.found.writable));
	munmap(page, 4096);
	wanted = (struct wanted){.address = (uint64_t)page};
	cr_expect(eq(int, procfs_each_map(proc_fd, getpid(), find_address, &wanted), 0));
	cr_expect(gt(int, wanted.count, 10));
}

Test(sys_procfs_memory, the_auxiliary_vector_is_what_getauxval_says)
{
	struct procfs_auxv auxv;

	needs_no_valgrind("/proc shows valgrind's own vector");
	cr_assert(eq(int, procfs_auxv(proc_fd, getpid(), &auxv), 0));
	cr_expect(eq(u64, auxv.entry, getauxval(AT_ENTRY)));
	cr_expect(eq(u64, auxv.base, getauxval(AT_BASE)));
	cr_expect(eq(u64, auxv.phdr, getauxval(AT_PHDR)));
	cr_expect(eq(u64, auxv.phnum, getauxval(AT_PHNUM)));
	cr_expect(eq(u64, auxv.vdso, getauxval(AT_SYSINFO_EHDR)));
}

Test(sys_procfs_memory, the_loaders_code_lies_in_the_loader)
{
	uint64_t lo = 0, hi = 0, base = getauxval(AT_BASE);
	struct wanted wanted;

	needs_no_valgrind("/proc shows valgrind's own mappings");
	if (!base)
		cr_skip_test("this program is static");
	cr_assert(eq(int, procfs_loader_text(proc_fd, getpid(), base, &lo, &hi), 1));
	wanted = (struct wanted){.address = lo};
	cr_expect(eq(int, procfs_each_map(proc_fd, getpid(), find_address, &wanted), 1));
	cr_expect(wanted.found.executable);
	cr_expect(eq(u64, wanted.found.start, lo));
	cr_expect(gt(u64, lo, base));
	cr_expect(eq(int, procfs_loader_text(proc_fd, getpid(), 0, &lo, &hi), 0));
	cr_expect(eq(int, procfs_loader_text(proc_fd, getpid(), base + 1, &lo, &hi), 0));
}

Test(sys_procfs_memory, lines_of_locks_are_read)
{
	static const struct {
		const char *line;
		struct procfs_lock lock;
	} cases[] = {
		{"1: POSIX  ADVISORY  WRITE 4711 08:01:1234 0 EOF",
		 {1, false, LOCK_KIND_POSIX, true, 4711, 8, 1, 1234, 0, UINT64_MAX}},
		{"12: -> FLOCK  ADVISORY  READ 7 fe:10:5 0 EOF",
		 {12, true, LOCK_KIND_FLOCK, false, 7, 0xfe, 0x10, 5, 0, UINT64_MAX}},
		{"3: OFDLCK ADVISORY  READ -1 00:2a:9 10 19",
		 {3, false, LOCK_KIND_OFD, false, -1, 0, 0x2a, 9, 10, 19}},
		{"4: LEASE  ACTIVE    WRITE 7 fe:10:5 0 EOF",
		 {4, false, LOCK_KIND_LEASE, true, 7, 0xfe, 0x10, 5, 0, UINT64_MAX}},
	};
	struct procfs_lock lock;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct procfs_lock *want = &cases[i].lock;

		cr_assert(procfs_lock_parse(cases[i].line, &lock), "%s", cases[i].line);
		cr_expect(eq(uint, lock.number, want->number), "%s", cases[i].line);
		cr_expect(eq(int, lock.waits, want->waits), "%s", cases[i].line);
		cr_expect(eq(int, lock.kind, want->kind), "%s", cases[i].line);
		cr_expect(eq(int, lock.writes, want->writes), "%s", cases[i].line);
		cr_expect(eq(int, lock.pid, want->pid), "%s", cases[i].line);
		cr_expect(eq(uint, lock.device_major, want->device_major), "%s", cases[i].line);
		cr_expect(eq(uint, lock.device_minor, want->device_minor), "%s", cases[i].line);
		cr_expect(eq(u64, lock.inode, want->inode), "%s", cases[i].line);
		cr_expect(eq(u64, lock.start, want->start), "%s", cases[i].line);
		cr_expect(eq(u64, lock.end, want->end), "%s", cases[i].line);
	}
	cr_expect(not(procfs_lock_parse("", &lock)));
	cr_expect(not(procfs_lock_parse("1: NONSENSE ADVISORY WRITE 1 0:0:0 0 EOF", &lock)));
	cr_expect(not(procfs_lock_parse("1: POSIX ADVISORY WRITE 1", &lock)));
}

static int find_own_lock(void *ctx, const struct procfs_lock *lock)
{
	const ino_t *inode = ctx;

	return lock->inode == *inode && lock->pid == getpid() ? 1 + (int)lock->kind : 0;
}

Test(sys_procfs_memory, own_locks_are_found_by_inode)
{
	char *dir = tmpdir_new(), *path = tmpdir_write(dir, "lock", "");
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;

	fstat(fd, &st);
	cr_expect(eq(int, procfs_each_lock(proc_fd, find_own_lock, &st.st_ino), 0));
	flock(fd, LOCK_EX);
	cr_expect(
		eq(int, procfs_each_lock(proc_fd, find_own_lock, &st.st_ino), 1 + LOCK_KIND_FLOCK));
	close(fd);
	free(path);
	tmpdir_free(dir);
}
