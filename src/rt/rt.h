/*
 * rt.h - inside the runtime: how an access is found to be shared, and counted.
 *
 * The runtime is linked into programs that `ipcfault cc` has compiled.  It is
 * not instrumented, allocates nothing, takes no lock, uses the C library only
 * for its own sigaction(), and may be entered before constructors have run, in
 * signal handlers and between fork() and exec().  Without a control segment it
 * does what the program asked for and nothing else.
 */
#ifndef RT_RT_H
#define RT_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rt/segment.h"

#define RT_EXPORT __attribute__((visibility("default")))

/* All shared mappings of a process are here, in whole chunks. */
#define RT_ARENA      UINT64_C(0x600000000000)
#define RT_ARENA_SIZE (UINT64_C(64) << 30)
#define RT_CHUNK      (UINT64_C(2) << 20)

/* The program's own variables, when they are counted; else the size is 0. */
struct rt_range {
	uint64_t start, size;
};
extern struct rt_range rt_variables;

/* NULL: nothing is recorded. */
extern struct segment *rt_segment;

/*
 * Find the control segment, once; every entry into the runtime that is not an
 * access calls it.
 */
void rt_attach(void);

/* This process's number; after fork() a new one.  0: there are too many. */
uint32_t rt_process(void);

/* 1, 2, ... for the anonymous mappings that this process makes. */
uint32_t rt_next_anonymous(void);

/*
 * The record whose first @key_size bytes are those of @record, made from
 * @record if there is none; its index.  0: the table is full.
 */
struct rt_table {
	void *records;
	uint32_t *used;
	uint32_t max;
	uint32_t size, key_size, next_at; /* bytes; next_at: where the record has its `next` */
};
uint32_t rt_table_get(const struct rt_table *table, uint32_t *head, const void *record);

/* 0: unknown, or there are too many. */
uint32_t rt_object(const struct segment_object *object);
uint32_t rt_object_of_file(int fd);
uint32_t rt_object_anonymous(void); /* a new one, of this process */
uint32_t rt_object_sysv(int id);

/* Where an address of code belongs.  @ret_place: as in the module's file. */
uint32_t rt_module(uint64_t address, uint64_t *ret_place);

/* /proc/self/maps, a line at a time, until @found says so. */
struct rt_mapping {
	uint64_t start, end, offset, dev, ino;
	const char *path; /* "" = none */
};
void rt_each_mapping(bool (*found)(const struct rt_mapping *mapping, void *arg), void *arg);

/* --- the arena ----------------------------------------------------------- */

/* False: there is no room for it. */
bool rt_arena_reserve(void);

/* So many bytes at a chunk's start, taken; 0 = no room. */
uint64_t rt_arena_take(uint64_t size);
/* Says what is mapped there now. */
void rt_arena_set(uint64_t address, uint64_t size, uint32_t object, uint64_t offset);
/* Nothing is mapped any more: the address space is ours again. */
void rt_arena_drop(uint64_t address, uint64_t size);
/* Of what is mapped from there on; 0 = nothing. */
uint64_t rt_arena_size(uint64_t address);
/* False: nothing is known there. */
bool rt_arena_find(uint64_t address, uint32_t *ret_object, uint64_t *ret_offset);

/* --- accesses ------------------------------------------------------------ */

/* @flags: SEGMENT_WRITE.  @place: the return address of the call that the compiler has put in. */
void rt_access(uint64_t address, uint64_t size, enum segment_access_kind kind, unsigned flags,
	       uint64_t place);

static inline bool rt_is_watched(uint64_t address)
{
	return address - RT_ARENA < RT_ARENA_SIZE ||
	       address - rt_variables.start < rt_variables.size;
}

/* To be used in the function that the compiler calls. */
#define RT_ACCESS(address, size, kind, flags)                                                      \
	do {                                                                                       \
		if (__builtin_expect(rt_is_watched((uint64_t)(address)), 0))                       \
			rt_access((uint64_t)(address), (size), (kind), (flags),                    \
				  (uint64_t)__builtin_return_address(0));                          \
	} while (0)

/* Is it a variable of the program?  @ret_offset: its address in the file. */
bool rt_variable_find(uint64_t address, uint32_t *ret_object, uint64_t *ret_offset);

/* What @row's access at @address, which is still to come, tells of other flows. */
void rt_observe(struct segment_row *row, uint64_t address);

/* Is a signal handler running in this thread? */
bool rt_in_handler(void);

/*
 * The library's own memcpy() and so on may be interposed.  Also instead of
 * initializing or assigning large structs: clang calls memset() and memcpy().
 */
void rt_copy(void *to, const void *from, size_t size);
void rt_clear(void *at, size_t size);

#endif
