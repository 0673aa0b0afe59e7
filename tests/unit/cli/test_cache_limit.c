/* What stays in the folder of compiled programs. */
#include "cli/cache_limit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "lib/fault.h"
#include "lib/tmpdir.h"

#define NOW	1000000
#define PROGRAM 8192

static char *folder;

static void set_up(void)
{
	folder = tmpdir_new();
}

static void tear_down(void)
{
	tmpdir_free(folder);
}

TestSuite(cli_cache_limit, .init = set_up, .fini = tear_down);

static void set_used(const char *path, time_t used)
{
	const struct timespec times[2] = {{.tv_sec = used}, {.tv_sec = used}};

	cr_assert(eq(int, utimensat(AT_FDCWD, path, times, 0), 0));
}

static void write_file(const char *path, size_t size)
{
	cleanup_fclose FILE *file = fopen(path, "w");

	cr_assert(ne(ptr, file, NULL));
	for (size_t i = 0; i < size; i++)
		fputc('x', file);
}

/* A folder with a program of PROGRAM bytes. */
static void add_program(const char *name, time_t used)
{
	cleanup_free char *dir = mem_printf("%s/%s", folder, name);
	cleanup_free char *program = mem_printf("%s/prog", dir);

	cr_assert(eq(int, mkdir(dir, 0777), 0));
	write_file(program, PROGRAM);
	set_used(program, 1); /* when it was made is no matter */
	set_used(dir, used);
}

static void add_file(const char *name, time_t used)
{
	cleanup_free char *path = mem_printf("%s/%s", folder, name);

	write_file(path, 10);
	set_used(path, used);
}

static bool is_there(const char *name)
{
	cleanup_free char *path = mem_printf("%s/%s", folder, name);

	return access(path, F_OK) == 0;
}

static void apply(uint64_t size)
{
	const struct cache_limit limit = {.age = 1000, .size = size, .recent = 10};
	struct err err = ERR_INIT;

	cr_assert(eq(int, cache_limit_apply(folder, &limit, NOW, &err), 0), "%s", err.text);
}

Test(cli_cache_limit, what_was_not_used_for_long_is_removed)
{
	cleanup_free char *objects = mem_printf("%s/objects", folder);

	mkdir(objects, 0777);
	add_program("old", NOW - 1001);
	add_program("young", NOW - 999);
	add_file("old.deps", NOW - 2000);
	add_file("young.deps", NOW - 999);
	add_file("objects/old.o", NOW - 1001);
	add_file("objects/young.o", NOW - 999);
	apply(UINT64_MAX);
	cr_expect(not(is_there("old")));
	cr_expect(not(is_there("old.deps")));
	cr_expect(not(is_there("objects/old.o")));
	cr_expect(is_there("young/prog"));
	cr_expect(is_there("young.deps"));
	cr_expect(is_there("objects/young.o"));
}

Test(cli_cache_limit, of_too_much_the_longest_unused_goes)
{
	add_program("third", NOW - 100);
	add_program("first", NOW - 300);
	add_program("fourth", NOW - 50);
	add_program("second", NOW - 200);
	apply(4 * (uint64_t)PROGRAM); /* and there are the folders: too much, but for two */
	cr_expect(not(is_there("first")));
	cr_expect(not(is_there("second")));
	cr_expect(is_there("fourth"));
}

Test(cli_cache_limit, enough_room_leaves_all)
{
	add_program("first", NOW - 300);
	add_program("second", NOW - 200);
	apply(100 * (uint64_t)PROGRAM);
	cr_expect(is_there("first") && is_there("second"));
}

Test(cli_cache_limit, what_is_in_use_now_stays)
{
	add_program("now", NOW - 5);
	add_program("before", NOW - 20);
	apply(1);
	cr_expect(is_there("now/prog"));
	cr_expect(not(is_there("before")));
}

/* Locks are made again, and their time is not that of a use. */
Test(cli_cache_limit, locks_go_when_something_goes)
{
	add_file("a.lock", NOW - 20);
	add_file(".users", 0);
	add_program("a", NOW - 20);
	apply(UINT64_MAX);
	cr_expect(not(is_there("a.lock")));
	cr_expect(is_there("a/prog") && is_there(".users"));
}

static int list_only(void *arg)
{
	struct err err = ERR_INIT;

	(void)arg;
	return cache_limit_apply(folder, &cache_limit_usual, 1, &err);
}

Test(cli_cache_limit, short_memory_is_told)
{
	add_program("a", NOW);
	fault_sweep(list_only, NULL);
}
