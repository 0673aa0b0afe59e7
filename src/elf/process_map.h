/*
 * process_map.h - what is loaded where in one process.
 *
 * Taken once, with process_map_read(); it does not follow later mmap or exec.
 * @proc_fd is an open directory of the /proc that shows the process, which may
 * be another mount than /proc.  Addresses are those of the process.
 */
#ifndef ELF_PROCESS_MAP_H
#define ELF_PROCESS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "elf/image.h"

struct err;
struct frame;

struct module {
	struct image *image; /* the set's */
	char *path;	     /* as maps has it, without " (deleted)" */
	uint64_t bias;	     /* address in the process - link address */
	uint64_t start, end;
	bool is_program; /* what was executed */
	bool is_loader;	 /* the dynamic loader and nothing else */
};

struct process_map {
	pid_t pid;
	uint64_t entry;		/* AT_ENTRY: where the program itself begins; 0 = unknown */
	uint64_t loader;	/* AT_BASE; 0 = none (static) */
	struct module *modules; /* those with code, by address */
	size_t module_count;
};

#define PROCESS_MAP_INIT                                                                           \
	{                                                                                          \
		0, 0, 0, NULL, 0                                                                   \
	}

/*
 * Read what @pid has mapped; files come from @set, which must outlive the map.
 * A mapped file is found even when it was deleted or replaced, if the kernel
 * lets us (map_files); one that cannot be read is left out.
 * Fails with -ESRCH when the process is gone or a zombie, -EACCES, -ENOMEM.
 */
int process_map_read(struct image_set *set, int proc_fd, pid_t pid, struct process_map *ret_map,
		     struct err *err);
void process_map_release(struct process_map *map);

/* NULL when it lies in none. */
const struct module *process_map_module(const struct process_map *map, uint64_t address);

/*
 * Whether the code at @address belongs to the dynamic loader.  musl's loader
 * is the C library too: there this is false, and only having passed `entry`
 * tells that the program runs.
 */
bool process_map_in_loader(const struct process_map *map, uint64_t address);

/*
 * All functions called @name, in address order of their modules; the array is
 * the caller's to free.  The debug symbol tables are asked only when no
 * module's own table has it.  @name may say where: "libc.so.6:read", the file
 * name of one module.  None found: 0 ranges, no failure.
 */
int process_map_find_function(const struct process_map *map, const char *name,
			      struct code_range **ret_ranges, size_t *ret_count, struct err *err);

/* As process_map_find_function(), in the modules' own tables only. */
int process_map_find_own(const struct process_map *map, const char *name,
			 struct code_range **ret_ranges, size_t *ret_count, struct err *err);

/*
 * Where line @line of @file begins, see image_find_line().  Separate debug
 * information is read only when no module has that file in its own tables.
 */
int process_map_find_line(const struct process_map *map, const char *file, int line,
			  struct image_line **ret_lines, size_t *ret_count, struct err *err);

/*
 * The code that @site means, a function's name or "file.c:42", for asking
 * whether a call stack passes there.
 */
int process_map_find_site(const struct process_map *map, const char *site,
			  struct code_range **ret_ranges, size_t *ret_count, struct err *err);

/* Split "file.c:42"; false when @text is no such place.  The file's length is *@ret_len. */
bool site_is_line(const char *text, size_t *ret_len, int *ret_line);

/*
 * Describe @address: for the return address of a call hand in address - 1.
 * What is unknown stays NULL or 0; only short memory fails.
 */
int process_map_symbolize(const struct process_map *map, uint64_t address, struct frame *ret_frame,
			  struct err *err);

#endif
