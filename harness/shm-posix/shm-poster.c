/*
 * name: shm-poster
 * mechanism: shm-posix
 * bug: none
 * about: shm-poster NAME: posts values in shared memory that others find by its name;
 *	when the name is gone nobody can find them, and that is an error
 */
/* A twin with a bug includes this file: shm-poster-alone. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/args.h"
#include "lib/mapping.h"
#include "lib/safe.h"

#define POSTS 5

STEP void post(volatile uint32_t *values, uint32_t i)
{
	values[i] = i + 1;
}

/* As a cleaner of /dev/shm leaves it: systemd's RemoveIPC=, tmpfiles.d. */
static bool has_name(int fd)
{
#ifdef BUG_ALONE
	(void)fd;
	return true;
#else
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink > 0;
#endif
}

int main(int argc, char **argv)
{
	uint32_t *values;
	const char *name;
	int fd;

	args_init(argc, argv);
	name = args_operand();
	args_end();
	fd = shm_open(name, O_RDWR, 0);
	if (fd < 0)
		die(name);
	values = map_shared(fd, POSTS * sizeof(*values));
	for (uint32_t i = 0; i < POSTS; i++) {
		post(values, i);
		if (!has_name(fd)) {
			fprintf(stderr, "%s has been removed: nobody can see post %u\n", name, i);
			return STATUS_GONE;
		}
	}
	printf("posted %u\n", POSTS);
	return 0;
}
