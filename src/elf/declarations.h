/*
 * declarations.h - what a program declares that holds a value: members of
 * structures and unions, variables outside of functions, and inside; and the
 * names of types that they have.
 *
 * From its debug information, so only what is used and not optimised away:
 * ask a build at -O0.  Left out are what is volatile or _Atomic already, and
 * what the system's headers declare.
 */
#ifndef ELF_DECLARATIONS_H
#define ELF_DECLARATIONS_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct image;

enum declaration_kind {
	DECLARATION_MEMBER,
	DECLARATION_GLOBAL,
	DECLARATION_TYPE, /* a typedef of a number or pointer */
	DECLARATION_LOCAL,
};

/* Texts are owned by the struct, where it is in a list of this module. */
struct declaration {
	enum declaration_kind kind;
	char *owner; /* the structure, or the function; NULL = has no name */
	char *name, *file;
	char *type;	  /* the typedef that it is of; NULL = another type */
	int line, column; /* of the name; 0 = not known (clang tells no columns) */
	bool is_target;	  /* not the pointer that is called so, but what it points to */
};

struct declarations {
	struct declaration *items; /* by kind, then as in the debug information; none twice */
	size_t count;
};

/* None without debug information.  0 or -ENOMEM. */
int image_declarations(struct image *image, struct declarations *ret, struct err *err);
void declarations_release(struct declarations *list);

#endif
