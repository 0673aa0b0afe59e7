/*
 * levels_private.h - what the files of levels share.
 */
#ifndef RUN_LEVELS_PRIVATE_H
#define RUN_LEVELS_PRIVATE_H

#include "qualifier/culprit.h"
#include "run/behaviour.h"
#include "run/job.h"
#include "run/localise.h"

struct cell {
	const char *compiler, *level;
	bool missing; /* the compiler is not installed */
	struct behaviour seen;
	char *folder; /* of the programs, as they are shipped */
};

struct levels {
	struct cell *cells;
	size_t count;
	size_t reference;
	struct culprits culprits;
};

/* Whether they can be compared, and behave differently. */
bool levels_differ(const struct cell *a, const struct cell *b);

/*
 * levels_mend.c: which declarations mend it.  @wanted_fails: the reference
 * itself is not as the scenario expects.  0 or -ENOMEM.
 */
int levels_find_mended(struct job *job, const struct levels *levels, bool wanted_fails,
		       struct mended_list *ret);

/* Some of them are about the variable. */
bool levels_is_proven(const struct mended_list *mended, const struct culprit *culprit);

/*
 * Append to *@text the proof for the variable, which is taken out of @mended;
 * else only what gcc says of it.
 */
int levels_add_proof(struct job *job, const struct levels *levels, const struct culprit *culprit,
		     struct mended_list *mended, char **text);

/* What no difference of accesses has told; @outcomes NULL: it stands in another finding. */
int levels_add_mended(const struct mended *mended, const char *outcomes, struct findings *findings);

#endif
