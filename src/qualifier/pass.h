/*
 * pass.h - what the compiler has done to a variable, in its own words.
 *
 * gcc tells in its dumps (-fdump-tree-…-details-lineno) which stores it has
 * deleted, which reads it has moved out of loops; clang can be stopped before
 * each of its passes (-mllvm -opt-bisect-limit), so that the first one that
 * makes a difference can be found.
 */
#ifndef QUALIFIER_PASS_H
#define QUALIFIER_PASS_H

#include <stddef.h>

#include "qualifier/cure.h"

enum pass_effect {
	PASS_DELETES_STORE,
	PASS_KEEPS_IN_REGISTER, /* stores of a loop become one behind it */
	PASS_READS_ONCE,	/* a read of a loop goes in front of it */
	PASS_SPARES_READ,	/* what was read or stored before is taken again */
	PASS_SINKS_STORE,
	PASS_EFFECT_MAX_
};

struct pass_reason {
	enum pass_effect effect;
	char *pass;	 /* "dse1" */
	char *statement; /* "message->valid = 0", as the compiler prints it, without its numbers */
	char *file;	 /* NULL = not known */
	int line;
};

struct pass_reasons {
	struct pass_reason *items; /* by effect, then as the passes follow each other */
	size_t count;
};

/*
 * Append what @dump of @pass says about the variable or member @name.
 * @before: a dump with all statements, to look up lines in; may be "".
 * 0 or -ENOMEM.
 */
int pass_read_dump(const char *pass, const char *dump, const char *before, const char *name,
		   struct pass_reasons *list);

/* "gcc's pass dse1 deletes the store `message->valid = 0` (message.c:12)"; NULL: memory is short */
char *pass_reason_text(const struct pass_reason *reason);
void pass_reasons_release(struct pass_reasons *list);

/*
 * Compile with gcc and ask for @name, in the source @unit (see compile.h: extra_for).
 * Fails as compile_get() does.
 */
int pass_ask_gcc(const struct compile_request *build, const char *unit, const char *name,
		 struct pass_reasons *ret, struct err *err);

/* Of clang: the program behaves as long as this one is not run. */
struct pass_step {
	unsigned number;
	char *pass;	/* "EarlyCSEPass"; NULL = not found, or not one alone */
	char *function; /* NULL = the whole module */
	char *unit;	/* the source whose passes are counted */
};

/* The @number-th in what clang has said; 0 or -ENOMEM. */
int pass_read_step(const char *said, unsigned number, struct pass_step *ret);
/* How many it says. */
unsigned pass_count_steps(const char *said);

/*
 * Which of the sources must not be optimised, the likeliest first, and then which
 * pass: about 10 builds of that one, and as many questions.  @texts: of the
 * build.  Fails as compile_get() does, and as @behaves does.
 */
struct pass_question {
	const struct compile_request *build;
	const struct program_texts *texts;
	const char *const *units;
	size_t unit_count;
	cure_oracle behaves;
	void *arg;
};
int pass_bisect_clang(const struct pass_question *question, struct pass_step *ret, struct err *err);
void pass_step_release(struct pass_step *step);

#endif
