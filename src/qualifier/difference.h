/*
 * difference.h - which shared accesses the compiler has changed that others can tell.
 *
 * Two runs of one program, as it is written (-O0) and optimised.  A compiler
 * may join accesses as long as nobody sees what comes between them; atomic and
 * volatile ones it leaves alone.  So a difference is reported where the
 * optimised code no longer has an access, or has it in fewer loops, and there
 * is a witness: in the run of the program as written another process, or a
 * handler, has changed that word between two reads, or seen what was stored
 * there; or it uses the word as volatile or atomic.  Accesses that a lock or a
 * release keeps apart have no witness.
 */
#ifndef QUALIFIER_DIFFERENCE_H
#define QUALIFIER_DIFFERENCE_H

#include "qualifier/accesses.h"

enum difference_kind {
	READS_HOISTED,	/* out of a loop, or the loop is gone */
	READS_CACHED,	/* a second read takes what the first one has got */
	STORES_REMOVED, /* overwritten later, and so never made */
	STORES_SUNK,	/* out of a loop: only the last one is made */
	STORES_MERGED,	/* one wider store for two words */
	STORES_SWAPPED, /* two words are stored in another order */
	STORES_TORN,	/* a struct by more or fewer stores: `before` and `after` count those */
	DIFFERENCE_MAX_
};

struct difference {
	enum difference_kind kind;
	const struct access *at;    /* as written: one of those, the first */
	const struct access *other; /* merged, swapped: the other word's; else NULL */
	uint64_t before, after;	    /* how many in the two runs, at that place of the source */
	uint64_t witnessed;	    /* of `before`; 0: the other side is volatile or atomic */
	/* What another process has read of it, for the name; NULL = as `at` */
	const struct access *named;
	bool is_doubtful; /* counts only where the program behaves differently as well */
};

struct differences {
	struct difference *items; /* in the order of their first accesses */
	size_t count;
};

/* @optimised is aligned to @plain.  They must outlive what is found.  -ENOMEM. */
int differences_find(const struct accesses *plain, const struct accesses *optimised,
		     struct differences *ret_differences);
void differences_release(struct differences *differences);

/* "hoisted out of the loop" */
const char *difference_text(enum difference_kind kind);

#endif
