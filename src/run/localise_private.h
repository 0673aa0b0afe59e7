/*
 * localise_private.h - what the files of localise share.
 */
#ifndef RUN_LOCALISE_PRIVATE_H
#define RUN_LOCALISE_PRIVATE_H

#include "compile/compile.h"
#include "qualifier/program_text.h"
#include "run/localise.h"

#define INDENT "\n  "

/* Some of the candidates. */
struct names {
	const struct declaration **items;
	size_t count;
};

struct localisation {
	struct job *job;
	const struct localise_request *request;
	const struct divergence *d; /* the one that it is about */
	struct compile_request build;
	struct program_texts texts;
	struct declarations all; /* of the program; may be empty */
	bool fails;		 /* as it is: seen, so that a cure says something */
	struct mended_list *list;
};

/* A cure_oracle of the localisation: what behaves once must do it again. */
int localise_behaves(void *arg, const char *folder, struct err *err);

/* reasons.c.  Appended to @text, which is taken over: what the compiler has done to the names. */
char *localise_say_pass(struct localisation *l, const struct names *names, char *text,
			struct err *err);

/* mended.c.  Of another compiler the same declarations are one entry; takes @text over. */
int mended_add(struct localisation *l, const struct names *names, char *text);

/* "with `volatile` at …" of this compiler and level, in a line of its own; NULL: memory is short */
char *mended_proof(const struct localisation *l, const char *qualifier, const struct names *names);

const char *short_path(const char *path);

#endif
