#include "sandbox/tmp.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/apart.h"
#include "lib/fault.h"
#include "lib/needs.h"
#include "lib/tmpdir.h"

static char *made_in(const char *parent)
{
	struct err err = ERR_INIT;
	char *path = NULL;

	cr_assert(eq(int, tmp_make(parent, &path, &err), 0), "%s", err.text);
	return path;
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

Test(sandbox_tmp, make_gives_a_private_folder)
{
	char *parent = tmpdir_new(), *path = made_in(parent);
	struct stat st;

	cr_assert(eq(int, stat(path, &st), 0));
	cr_expect(eq(u32, st.st_mode, S_IFDIR | 0700));
	cr_expect(eq(int, strncmp(path, parent, strlen(parent)), 0));
	free(path);
	tmpdir_free(parent);
}

Test(sandbox_tmp, make_tells_where_it_cannot)
{
	struct err err = ERR_INIT;
	char *path = NULL;

	cr_expect(eq(int, tmp_make("/nowhere", &path, &err), -ENOENT));
	cr_expect(eq(ptr, path, NULL));
	cr_expect(ne(ptr, strstr(err.text, "/nowhere"), NULL), "%s", err.text);
}

static void fill(const char *path)
{
	char name[4096];

	free(tmpdir_write(path, "file", "text"));
	snprintf(name, sizeof(name), "%s/closed", path);
	mkdir(name, 0700);
	free(tmpdir_write(name, "inside", "text"));
	chmod(name, 0);
	snprintf(name, sizeof(name), "%s/fifo", path);
	mkfifo(name, 0);
	snprintf(name, sizeof(name), "%s/outside", path);
	cr_assert(eq(int, symlink("/etc", name), 0));
}

static int fill_and_remove(void *arg)
{
	struct err err = ERR_INIT;

	fill(arg);
	APART_CHECK(tmp_remove(arg, &err) == 0, "%s", err.text);
	APART_CHECK(!exists(arg));
	return 0;
}

Test(sandbox_tmp, remove_takes_closed_folders_too)
{
	char *path = tmpdir_new();

	run_apart(fill_and_remove, path, APART_SAME_USER);
	cr_expect(exists("/etc/passwd"), "symbolic links are not followed");
	free(path);
}

static int fill_and_empty(void *arg)
{
	struct err err = ERR_INIT;

	fill(arg);
	APART_CHECK(tmp_empty(arg, &err) == 0, "%s", err.text);
	return 0;
}

/* Root enters closed folders anyway. */
Test(sandbox_tmp, emptying_needs_no_privilege)
{
	char *path;

	needs_root();
	path = tmpdir_new();
	cr_assert(eq(int, chown(path, APART_NOBODY, APART_NOBODY), 0));
	run_apart(fill_and_empty, path, APART_NOBODY);
	cr_expect(eq(int, rmdir(path), 0), "it is empty");
	free(path);
}

Test(sandbox_tmp, empty_leaves_the_folder)
{
	char *path = tmpdir_new();

	fill(path);
	cr_expect(eq(int, tmp_empty(path, NULL), 0));
	cr_expect(exists(path));
	cr_expect(eq(int, rmdir(path), 0), "it is empty");
	free(path);
}

Test(sandbox_tmp, an_empty_folder_that_was_closed_is_opened_up)
{
	char *path = tmpdir_new();
	struct stat st;

	cr_assert(eq(int, chmod(path, 0), 0));
	cr_expect(eq(int, tmp_empty(path, NULL), 0));
	cr_assert(eq(int, stat(path, &st), 0));
	cr_expect(eq(uint, st.st_mode & 0777, S_IRWXU));
	tmpdir_free(path);
}

Test(sandbox_tmp, removing_what_is_gone_is_fine)
{
	cr_expect(eq(int, tmp_remove("/tmp/ipcfault-is-not-there", NULL), 0));
}

Test(sandbox_tmp, a_deep_tree_is_removed)
{
	char *path = tmpdir_new();
	int home = open(".", O_RDONLY | O_DIRECTORY);

	cr_assert(eq(int, chdir(path), 0));
	for (int i = 0; i < 3000; i++)
		cr_assert(mkdir("deeper", 0700) == 0 && chdir("deeper") == 0, "level %d", i);
	cr_assert(eq(int, fchdir(home), 0));
	close(home);
	cr_expect(eq(int, tmp_remove(path, NULL), 0));
	cr_expect(not(exists(path)));
	free(path);
}

static int make_in(void *parent)
{
	char *path = NULL;

	APART_CHECK(tmp_make(parent, &path, NULL) == 0);
	free(path);
	return 0;
}

Test(sandbox_tmp, folders_of_the_dead_are_stale)
{
	char *parent = tmpdir_new(), *ours = made_in(parent), other[4096];
	unsigned count = 0;

	run_apart(make_in, parent, APART_SAME_USER);
	run_apart(make_in, parent, APART_SAME_USER);
	snprintf(other, sizeof(other), "%s/ipcfault-1-1-1-AbCdEf", parent);
	mkdir(other, 0700);
	cr_assert(eq(int, tmp_remove_stale(parent, &count, NULL), 0));
	cr_expect(eq(uint, count, 2));
	cr_expect(exists(ours), "its maker lives");
	cr_expect(exists(other), "of another pid namespace");
	free(ours);
	tmpdir_free(parent);
}

static int make_and_remove(void *parent)
{
	char *path = NULL;
	int rc = tmp_make(parent, &path, NULL);

	if (rc)
		return rc;
	rc = tmp_remove(path, NULL);
	rmdir(path);
	free(path);
	return rc;
}

Test(sandbox_tmp, every_failure_is_reported)
{
	char *parent = tmpdir_new();

	fault_sweep(make_and_remove, parent);
	tmpdir_free(parent);
}
