/*
 * accesses.h - what a program has done with shared memory, by source line, so
 * that runs of differently compiled programs can be compared.
 */
#ifndef QUALIFIER_ACCESSES_H
#define QUALIFIER_ACCESSES_H

#include "elf/image.h"
#include "instrument/counts.h"

/* A line and a column of a source; file NULL = not known, line 0 = the compiler says none. */
struct source_place {
	const char *file; /* an image's, or a test's */
	unsigned line, column;
};

struct access {
	size_t object; /* of runs that were aligned, the same number */
	uint64_t offset, size;
	bool is_write, is_in_handler;
	enum segment_access_kind kind;
	size_t process; /* in the order of their start */
	struct source_place source;
	const char *module;
	uint64_t place;
	uint64_t first, count, changed; /* as in instrument/counts.h */
	bool is_stale;
	uint64_t value, now;
};

/* A place in the code where an access is made, whether it was reached or not. */
struct site {
	bool is_write;
	struct source_place source;
	const char *module;
	uint64_t function; /* where that begins, which it is in */
	uint64_t place;	   /* return address */
	unsigned loops;	   /* that hold it, or calls that lead to it */
};

struct accesses {
	struct access *items;
	size_t count;
	struct site *sites;
	size_t site_count;
	const struct counts_object **objects; /* by number; NULL: only others have it */
	size_t object_count;
	bool cut_short; /* the program did not come to its end */
};

/*
 * @counts and @images must outlive it.  @reference NULL: as they are; else
 * objects and variables get the numbers and offsets that they have there, and
 * variables that are not there are left out.
 */
int accesses_read(const struct counts *counts, struct image_set *images,
		  const struct accesses *reference, struct accesses *ret_accesses, struct err *err);
void accesses_release(struct accesses *accesses);

/* The image of a module or program; NULL: it cannot be read. */
struct image *accesses_image(struct image_set *images, const char *path);

/* NULL: not known, as of an access of a shared library. */
const struct site *accesses_site(const struct accesses *accesses, const struct access *of);

/* The same line of the same file. */
bool source_is_same(const struct source_place *a, const struct source_place *b);

#endif
