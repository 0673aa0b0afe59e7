/*
 * What makes, removes and changes files and shared memory objects: others may
 * come between two of them, and whoever looks again and again finds it changed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rt/gate.h"

REAL(int, open, (const char *path, int flags, mode_t mode));
REAL(int, open64, (const char *path, int flags, mode_t mode));
REAL(int, openat, (int dir, const char *path, int flags, mode_t mode));
REAL(int, shm_open, (const char *name, int flags, mode_t mode));
REAL(int, shm_unlink, (const char *name));
REAL(int, unlink, (const char *path));
REAL(int, rename, (const char *from, const char *to));
REAL(int, ftruncate, (int fd, off_t size));
REAL(int, ftruncate64, (int fd, off64_t size));

#define GATE(name, args, call)                                                                     \
	RT_EXPORT int __wrap_##name args                                                           \
	{                                                                                          \
		bool is_scheduled = rt_is_scheduled();                                             \
		int rc;                                                                            \
                                                                                                   \
		if (is_scheduled)                                                                  \
			rt_point(POINT_FILE, 0, 0, PLACE);                                         \
		rc = __real_##name call;                                                           \
		if (is_scheduled && rc >= 0)                                                       \
			rt_wrote();                                                                \
		return rc;                                                                         \
	}

GATE(open, (const char *path, int flags, mode_t mode), (path, flags, mode))
GATE(open64, (const char *path, int flags, mode_t mode), (path, flags, mode))
GATE(openat, (int dir, const char *path, int flags, mode_t mode), (dir, path, flags, mode))
GATE(shm_open, (const char *name, int flags, mode_t mode), (name, flags, mode))
GATE(shm_unlink, (const char *name), (name))
GATE(unlink, (const char *path), (path))
GATE(rename, (const char *from, const char *to), (from, to))
GATE(ftruncate, (int fd, off_t size), (fd, size))
GATE(ftruncate64, (int fd, off64_t size), (fd, size))
