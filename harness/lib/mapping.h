/*
 * mapping.h - shared mappings, for the programs of mmap, shm-posix and shm-sysv.
 */
#ifndef LIB_MAPPING_H
#define LIB_MAPPING_H

#include <stddef.h>
#include <stdint.h>

/* MAP_SHARED for reading and writing; dies. */
void *map_shared(int fd, size_t size);

/* A checksum of @size bytes that is never 0. */
uint32_t checksum(const void *data, size_t size);

/* What is stored before this is seen before what is stored after it; read the same way. */
#define store_release(at, value) __atomic_store_n(at, value, __ATOMIC_RELEASE)
#define load_acquire(at)	 __atomic_load_n(at, __ATOMIC_ACQUIRE)

/* A function of its own, with its own name, so that a scenario can name the moment. */
#if __has_attribute(noipa)
#define STEP static __attribute__((noipa))
#else
#define STEP static __attribute__((noinline))
#endif

#endif
