/*
 * culprit.h - a variable that lacks a qualifier: what the compilers have done to its accesses.
 */
#ifndef QUALIFIER_CULPRIT_H
#define QUALIFIER_CULPRIT_H

#include "qualifier/difference.h"
#include "qualifier/field.h"

/* One access in the source, in the first combination that has changed it. */
struct culprit_place {
	enum difference_kind kind;
	bool is_write;
	char *file;
	char *function; /* NULL = not known */
	unsigned line;
	uint64_t before, after;
	char *level; /* of `after` */
	char *other; /* merged, swapped: the other variable; else NULL */
};

/* A process was stuck: what it goes on with is not what is there. */
struct culprit_stale {
	char *file;	/* of its last read; NULL: no process was */
	char *function; /* NULL = not known */
	unsigned line;
	uint64_t value, now;
	char *level;
};

struct culprit {
	struct field field; /* no file: only the place in the mapping is known */
	struct culprit_place *places;
	size_t place_count;
	struct culprit_stale stale;
	enum segment_object_kind object;
	char *path;		   /* of the object; "" = has none */
	bool has_volatile_partner; /* other processes use it as volatile */
	bool is_doubtful;	   /* see struct difference: all of it */
	size_t *cells;		   /* where it differs, as the caller numbers them; ascending */
	size_t cell_count;
};

struct culprits {
	struct culprit *items;
	size_t count;
};

/* The runs of a combination that were compared. */
struct culprit_runs {
	const struct accesses *plain, *optimised;
	struct image_set *images;
	size_t cell; /* of the optimised one */
	const char *level;
};

/* Adds what the differences are about. */
int culprits_add(struct culprits *culprits, const struct differences *differences,
		 const struct culprit_runs *runs, struct err *err);
void culprits_release(struct culprits *culprits);

/*
 * In words, without the table: "sh.ready (int, flag.c:3)", what happened to
 * its accesses, what mends it and why.  On the heap; NULL when memory is short.
 */
char *culprit_text(const struct culprit *culprit);

#endif
