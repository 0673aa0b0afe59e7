/*
 * cleanup.h - release at the end of the scope, also on every early return.
 *
 *	cleanup_free char *text = mem_strdup("x");
 *	cleanup_close int fd = open(...);
 *	return TAKE_FD(fd);		hands it over
 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_(void *slot)
{
	free(*(void **)slot);
}

static inline void cleanup_close_(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose_(FILE **file)
{
	if (*file)
		fclose(*file);
}

static inline void cleanup_closedir_(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define cleanup_free	 __attribute__((cleanup(cleanup_free_)))
#define cleanup_close	 __attribute__((cleanup(cleanup_close_)))
#define cleanup_fclose	 __attribute__((cleanup(cleanup_fclose_)))
#define cleanup_closedir __attribute__((cleanup(cleanup_closedir_)))

#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})
#define TAKE_PTR(ptr)                                                                              \
	({                                                                                         \
		__auto_type taken_ = (ptr);                                                        \
		(ptr) = NULL;                                                                      \
		taken_;                                                                            \
	})

#endif
