/*
 * image.h - the program and library files that targets run, read once.
 *
 * A cache keyed by what the file is (device, inode, size, time of its last
 * change), so that many runs of the same program cost nothing after the first.
 * All addresses here are link addresses, as nm(1) prints them; process_map.h
 * turns them into those of a process.
 *
 * A file that is no usable ELF file for this machine is remembered as such:
 * nothing is found in it.  Files may be hostile; nothing is mapped, so one
 * that is truncated while in use costs answers, not a SIGBUS.
 *
 * A set and its images belong to one thread.
 */
#ifndef ELF_IMAGE_H
#define ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct err;
struct image;
struct image_set;

/* A function of the file's own .symtab and .dynsym; the name belongs to the image. */
struct image_function {
	const char *name; /* may carry a version: "read@@GLIBC_2.2.5" */
	uint64_t address, size;
};

/* [start, end) */
struct code_range {
	uint64_t start, end;
};

/* A place where a source line begins. */
struct image_line {
	uint64_t address;
	int line;
};

/* NULL when memory is short. */
struct image_set *image_set_new(void);
void image_set_free(struct image_set *set);

/* The image of the file with that identity, or NULL if it was not read yet. */
struct image *image_set_find(struct image_set *set, const struct stat *st);

/*
 * Read the file open as @fd, which the set takes over in every case; @name is
 * for messages and for finding debug information beside it.  The image belongs
 * to the set.  Fails with -ENOMEM or when the file cannot be read; a file that
 * is no ELF file is no failure.
 */
int image_set_add(struct image_set *set, int fd, const char *name, struct image **ret_image,
		  struct err *err);

/* The kernel's vdso, read from our own memory; NULL when there is none. */
struct image *image_set_vdso(struct image_set *set);

bool image_is_elf(const struct image *image);
/* Whether it holds line tables itself; else asking for lines reads separate debug information. */
bool image_has_lines(struct image *image);
const char *image_name(const struct image *image);
/* DT_SONAME; NULL when it has none. */
const char *image_soname(struct image *image);

/* The range of its loaded segments. */
struct code_range image_span(const struct image *image);

/*
 * What to add to link addresses when the part of the file at @offset was
 * mapped executable at @start; false when no segment has code there.
 */
bool image_bias(const struct image *image, uint64_t start, uint64_t offset, uint64_t *ret_bias);

/* Whether @bytes (@len of them, at least 64) are how the file begins. */
bool image_begins_with(const struct image *image, const void *bytes, size_t len);

/* @len bytes of code or constants at @address, as the file has them; false when it has not. */
bool image_read(const struct image *image, uint64_t address, void *buf, size_t len);

/*
 * All code of a function; *@ret_code, to be freed, is NULL where the file does not hold it, or
 * where it is longer than 1 MiB.  0 or -ENOMEM.
 */
int image_function_code(const struct image *image, struct code_range function, uint8_t **ret_code);

/*
 * The functions called @name (compared up to '@'), aliases at one address only
 * once: *@ret of them in an array that the caller frees.  0 also when there is
 * none.  With @debug, the symbol table of separate debug information is
 * searched too where the file has only a .dynsym, which costs milliseconds the
 * first time.
 */
int image_find_functions(struct image *image, const char *name, bool debug,
			 struct code_range **ret_ranges, size_t *ret_count, struct err *err);

/* The function that @address lies in, from the file's own tables; false when none is known. */
bool image_function_at(struct image *image, uint64_t address, struct image_function *ret);

/* Name of the function at @address, from everything there is; NULL when unknown. */
const char *image_name_at(struct image *image, uint64_t address);

/*
 * The function in whose text the source line of @address stands: where it was
 * inlined, not the one that it is part of now.  NULL without debug information.
 */
const char *image_written_at(struct image *image, uint64_t address);

/* Source file and line of @address; false without debug information.  The file is the image's. */
bool image_source_at(struct image *image, uint64_t address, const char **ret_file, int *ret_line);

/* More of it: line 0 = code that no line is to blame for, column 0 = not known. */
struct image_position {
	const char *file;
	int line, column;
};
bool image_position_at(struct image *image, uint64_t address, struct image_position *ret_position);

/*
 * The places where line @line of @file begins, one for each function and each
 * inlined copy that holds it; when that line has no code, the next one that
 * has (as gdb does).  @file matches whole components from the right: "a.c"
 * and "src/a.c" both match /x/src/a.c.  Freed by the caller; 0 of them without
 * debug information.  The first question about a line costs a walk over all
 * line tables; answers are kept.
 */
int image_find_line(struct image *image, const char *file, int line, struct image_line **ret_lines,
		    size_t *ret_count, struct err *err);

/* The code of exactly that line of @file, for asking whether an address is on it. */
int image_line_ranges(struct image *image, const char *file, int line,
		      struct code_range **ret_ranges, size_t *ret_count, struct err *err);

#endif
