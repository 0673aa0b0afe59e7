/*
 * localise.h - which declaration lacks a qualifier, where the levels of
 * optimisation differ.
 *
 * Named is only what was proven: with the qualifier, and nothing else changed,
 * the program behaves as it does at the level that it is compared with.
 */
#ifndef RUN_LOCALISE_H
#define RUN_LOCALISE_H

#include <stdbool.h>

#include "elf/declarations.h"
#include "run/behaviour.h"
#include "run/job.h"

/* A combination that behaves otherwise than the one it is compared with. */
struct divergence {
	const char *compiler, *level;
};

struct localise_request {
	const struct divergence *items; /* one of each compiler is enough */
	size_t count;
	const char *wanted_by;		/* "gcc -O0"… */
	const struct behaviour *wanted; /* …behaves so */
	const char *wanted_fails; /* …which is not as the scenario expects: why; NULL = it is */
	const struct declaration *suspects; /* to be tried before all others */
	size_t suspect_count;
	const char *const *files; /* of accesses that differ: there the compiler has done it */
	size_t file_count;
};

/* A set of declarations that mends some of the combinations. */
struct mended {
	struct declaration *names;
	size_t count;
	char *variable; /* "box.full": the first, or what is of that type */
	char *text; /* lines for a finding: the proof, and what the compilers did; with indent */
};

struct mended_list {
	struct mended *items;
	size_t count;
};

/*
 * The job's own build and folder stay as they are; the objects of its run are
 * gone.  Fails with -ENOMEM only: where a compiler or a run does not play
 * along, nothing is proven.
 */
int localise(struct job *job, const struct localise_request *request, struct mended_list *ret);
void mended_list_release(struct mended_list *list);

/* All that is known of it, where no difference of accesses tells more; NULL: memory is short. */
char *mended_text(const struct mended *mended);
/* "box.full" */
char *declaration_text(const struct declaration *name);

/* The lines of what gcc, as @compiler, has done to @name at @level; "" = it says nothing. */
int localise_ask_gcc(struct job *job, const struct divergence *d, const char *name,
		     char **ret_text);

#endif
