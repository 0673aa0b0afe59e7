#include "elf/image.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/util.h"
#include "elf/cfi.h"

static int open_subject(const char *name)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", SUBJECTS, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, fd, 0), "%s", path);
	return fd;
}

static struct image *add(struct image_set *set, int fd)
{
	struct image *image = NULL;
	struct err err = ERR_INIT;

	cr_assert(eq(int, image_set_add(set, fd, "test", &image, &err), 0), "%s", err.text);
	return image;
}

Test(elf_image, one_file_is_one_image)
{
	struct image_set *set = image_set_new();
	struct image *image = add(set, open_subject("elf-pie"));
	struct stat st;
	int fd = open_subject("elf-pie");

	fstat(fd, &st);
	cr_expect(eq(ptr, image_set_find(set, &st), image));
	cr_expect(eq(ptr, add(set, fd), image));
	st.st_mtim.tv_nsec ^= 1;
	cr_expect(eq(ptr, image_set_find(set, &st), NULL), "a file that was changed is another");
	image_set_free(set);
}

Test(elf_image, no_elf_file_is_no_failure)
{
	struct image_set *set = image_set_new();
	int fd = memfd_create("text", MFD_CLOEXEC);
	struct image *image;
	struct code_range *ranges;
	size_t count;

	cr_assert(eq(sz, write(fd, "#!/bin/sh\n", 10), 10));
	image = add(set, fd);
	cr_expect(not(image_is_elf(image)));
	cr_expect(eq(int, image_find_functions(image, "main", true, &ranges, &count, NULL), 0));
	cr_expect(eq(sz, count, 0));
	cr_expect(eq(ptr, image_soname(image), NULL));
	free(ranges);
	image_set_free(set);
}

Test(elf_image, directory_is_a_failure)
{
	struct image_set *set = image_set_new();
	struct image *image = NULL;
	struct err err = ERR_INIT;

	cr_expect(lt(int, image_set_add(set, open("/", O_RDONLY), "/", &image, &err), 0));
	cr_expect(eq(ptr, image, NULL));
	image_set_free(set);
}

Test(elf_image, vdso_has_its_functions)
{
	struct image_set *set = image_set_new();
	struct image *image = image_set_vdso(set);
	struct code_range *ranges;
	size_t count = 0;

	if (!image)
		cr_skip_test("no vdso here");
	cr_assert(eq(int,
		     image_find_functions(image, "__vdso_clock_gettime", false, &ranges, &count,
					  NULL),
		     0));
	cr_expect(eq(sz, count, 1));
	free(ranges);
	image_set_free(set);
}

/* Everything that is asked of an image; only that it comes back counts. */
static void ask_everything(struct image *image)
{
	struct code_range *ranges, span = image_span(image);
	struct image_line *lines;
	struct image_function function;
	const char *file;
	size_t count;
	uint64_t bias;
	int line;

	image_soname(image);
	image_bias(image, 0x400000, 0, &bias);
	cr_assert(eq(int, image_find_functions(image, "main", true, &ranges, &count, NULL), 0));
	free(ranges);
	cr_assert(eq(int, image_find_line(image, "elf-sleeper.h", 30, &lines, &count, NULL), 0));
	free(lines);
	cr_assert(eq(int, image_line_ranges(image, "elf-sleeper.h", 30, &ranges, &count, NULL), 0));
	free(ranges);
	for (uint64_t i = 0; i < 64; i++) {
		uint64_t address = span.start + (span.end - span.start) / 64 * i;

		image_function_at(image, address, &function);
		image_name_at(image, address);
		image_source_at(image, address, &file, &line);
		cfi_rule_at(image, address);
	}
}

static void ask_bytes(const char *bytes, size_t len)
{
	struct image_set *set = image_set_new();
	int fd = memfd_create("copy", MFD_CLOEXEC);

	cr_assert(eq(sz, write(fd, bytes, len), len));
	ask_everything(add(set, fd));
	image_set_free(set);
}

static char *read_subject(const char *name, size_t *ret_len)
{
	int fd = open_subject(name);
	struct stat st;
	char *bytes;

	fstat(fd, &st);
	bytes = malloc((size_t)st.st_size);
	cr_assert(eq(sz, read(fd, bytes, (size_t)st.st_size), (size_t)st.st_size));
	close(fd);
	*ret_len = (size_t)st.st_size;
	return bytes;
}

Test(elf_image, truncated_files_do_no_harm)
{
	size_t len;
	char *bytes = read_subject("elf-pie", &len);

	for (size_t cut = 0; cut < len; cut += cut < 1024 ? 61 : 977)
		ask_bytes(bytes, cut);
	free(bytes);
}

/* Bytes that a hostile program could have, in its headers and anywhere. */
static void damage(char *bytes, size_t len, int round)
{
	for (int i = 0; i <= round % 8; i++) {
		size_t at = (size_t)random() % (round % 3 == 0 ? 1024 : len);

		if (round % 3 == 2) /* the section headers stand at the end */
			at = len - 1 - (size_t)random() % 2400;
		bytes[at < 20 ? 20 : at] = (char)random();
	}
}

/*
 * In a process that is killed when it has done all: libelf 0.188 itself loses
 * a few hundred bytes over such files, and no leak checker shall see that.
 */
Test(elf_image, damaged_files_do_no_harm)
{
	size_t len;
	char *bytes = read_subject("elf-pie", &len), *copy = malloc(len), done = 0;
	int out[2];
	pid_t pid;

	cr_assert(eq(int, pipe2(out, O_CLOEXEC), 0));
	pid = fork();
	if (pid == 0) {
		srandom(1);
		for (int round = 0; round < 300; round++) {
			memcpy(copy, bytes, len);
			damage(copy, len, round);
			ask_bytes(copy, len);
		}
		if (write(out[1], "", 1) == 1)
			pause();
	}
	close(out[1]);
	cr_expect(eq(sz, read(out[0], &done, 1), 1), "it came to an end before");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(out[0]);
	free(copy);
	free(bytes);
}
