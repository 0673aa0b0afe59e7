/*
 * pipe.h - a pipe whose descriptors are always 10 (to read) and 11 (to write), so that a test can
 * name them; and who is asleep at it.
 */
#ifndef SUBJECTS_LIB_PIPE_H
#define SUBJECTS_LIB_PIPE_H

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { IN = 10, OUT = 11 };

static inline void place(int fd, int where)
{
	if (dup2(fd, where) != where)
		_exit(98);
	close(fd);
}

static inline void make_pipe(void)
{
	int fds[2];

	if (pipe(fds))
		_exit(97);
	place(fds[0], IN);
	place(fds[1], OUT);
}

/* By a call that no fault of these tests strikes. */
static inline void put(const char *text)
{
	if (syscall(SYS_pwritev2, OUT, &(struct iovec){(void *)(uintptr_t)text, strlen(text)}, 1,
		    -1L, -1L, 0) != (long)strlen(text))
		_exit(96);
}

static inline void unblock(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* Until so many threads of the process sleep. */
static inline void until_asleep(pid_t pid, int threads)
{
	char path[300], text[512];
	int asleep;

	do {
		struct dirent *entry;
		DIR *dir;

		asleep = 0;
		snprintf(path, sizeof(path), "/proc/%d/task", pid);
		dir = opendir(path);
		while (dir && (entry = readdir(dir))) {
			FILE *file;

			snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", pid, entry->d_name);
			file = entry->d_name[0] == '.' ? NULL : fopen(path, "r");
			if (file && fgets(text, sizeof(text), file))
				asleep += strstr(text, ") S ") != NULL;
			if (file)
				fclose(file);
		}
		if (dir)
			closedir(dir);
		sched_yield();
	} while (asleep < threads);
}

#endif
