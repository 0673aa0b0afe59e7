/*
 * name: mmap-config
 * mechanism: mmap
 * bug: none
 * about: mmap-config FILE: shows the value in a mapped file, once and again for each
 *	line of input; a file that has taken its place is mapped anew, and while there is none
 *	the last one counts
 */
/* Twins with a bug include this file: mmap-config-kept, mmap-config-blind. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

struct view {
	const volatile unsigned *value;
	struct stat of;
};

static void look(struct view *view, const char *path)
{
	int fd = safe_open(path, O_RDONLY, 0);
	void *map;

#ifndef BUG_BLIND
	if (fd == -ENOENT && view->value) {
		fprintf(stderr, "%s is gone\n", path);
		return;
	}
	if (fd < 0)
		die(path);
#endif
	map = mmap(NULL, sizeof(unsigned), PROT_READ, MAP_SHARED, fd, 0);
#ifndef BUG_BLIND
	if (map == MAP_FAILED)
		die("mmap");
#endif
	if (view->value)
		munmap((void *)(uintptr_t)view->value, sizeof(unsigned));
	view->value = map;
	fstat(fd, &view->of);
	close(fd);
}

static bool is_replaced(const struct view *view, const char *path)
{
#ifdef BUG_KEPT
	(void)view;
	(void)path;
	return false;
#else
	struct stat st;

	return stat(path, &st) < 0 || st.st_ino != view->of.st_ino || st.st_dev != view->of.st_dev;
#endif
}

int main(int argc, char **argv)
{
	struct view view = {0};
	const char *path;
	char line[64];

	args_init(argc, argv);
	path = args_operand();
	args_end();
	look(&view, path);
	do {
		if (is_replaced(&view, path))
			look(&view, path);
		printf("value %u\n", *view.value);
		fflush(stdout);
	} while (fgets(line, sizeof(line), stdin));
	if (ferror(stdin))
		die("standard input");
	return 0;
}
