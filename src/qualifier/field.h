/*
 * field.h - the variable, or member of a struct, that lies at a place in shared memory.
 *
 * Found by the debug information of the program that made the access, and by
 * the source line where it stands: a mapping has no type of its own.
 */
#ifndef QUALIFIER_FIELD_H
#define QUALIFIER_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct image;

/* An access to the field, in the words of instrument/counts.h. */
struct field_access {
	const char *file; /* of the source line; NULL = not known */
	unsigned line, column;
	bool is_write;
	bool is_variable; /* a variable of the program: `offset` is its address */
	uint64_t offset, size;
};

enum field_kind {
	FIELD_MEMBER, /* of a struct or union */
	FIELD_GLOBAL, /* a variable with an address of its own, static ones in functions too */
	FIELD_LOCAL,  /* a variable or parameter of a function */
};

struct field {
	enum field_kind kind;
	char *name;	       /* "sh.ready", "stop", "work.tries"; an anonymous struct: "ready" */
	char *identifier;      /* "ready": what stands at the declaration */
	char *type;	       /* "unsigned int", "int [4]"; NULL = it has no name */
	char *file;	       /* of the declaration; a path as the compiler was given it */
	unsigned line, column; /* from 1; column 0 = not known */
	bool is_volatile, is_atomic, is_pointer;
};

/*
 * What the accesses, all of the same word, are to.  -ENOENT: the debug
 * information and the source lines do not tell.
 */
int field_find(struct image *image, const struct field_access *accesses, size_t count,
	       struct field *ret_field, struct err *err);

void field_release(struct field *field);

#endif
