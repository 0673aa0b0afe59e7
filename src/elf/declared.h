/*
 * declared.h - what a program's debug information declares: members of structs, variables.
 */
#ifndef ELF_DECLARED_H
#define ELF_DECLARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;

enum declared_kind { DECLARED_MEMBER, DECLARED_GLOBAL, DECLARED_LOCAL };

#define DECLARED_DIMENSIONS 3

/* Valid during the visit. */
struct declared {
	enum declared_kind kind;
	const char *owner; /* struct, union or typedef; function of a local; "" = has no name */
	const char *path; /* "ready", "slots.state" from the owner on, "board.ready" of variables */
	const char *identifier; /* its last part, as it stands at the declaration */
	const char *type;	/* "unsigned int", "char []"; qualifiers are left out */
	const char *file;	/* absolute where the debug information knows the folder */
	int line, column;	/* column 0: not known */
	bool is_volatile, is_atomic, is_pointer;
	bool is_system;		     /* declared in /usr/include and the like */
	uint64_t size;		     /* of it, or of one element */
	uint64_t offset, owner_size; /* of the first element in the owner, or variable; its size */
	uint64_t target_size;	     /* pointers to scalars: of what they point to, 0 = other */
	uint64_t address;	     /* of a variable; 0 = has none of its own */
	/* Elements of arrays on the way, outermost first. */
	struct {
		uint64_t stride, count; /* bytes; 0 = open */
	} dimensions[DECLARED_DIMENSIONS];
	size_t dimension_count;
};

/*
 * Calls @visit for each scalar, pointer and element that is declared, members
 * of nested structs under each struct that holds them.  Stops at what is not 0
 * and returns it.  -ENOMEM.  0 also where there is no debug information.
 */
typedef int declared_visit(void *context, const struct declared *declared);
int image_each_declared(struct image *image, declared_visit *visit, void *context);

#endif
