/*
 * type.h - what declarations in the debug information are of, and where they stand.
 */
#ifndef ELF_TYPE_H
#define ELF_TYPE_H

#include <elfutils/libdw.h>
#include <stdbool.h>

/* What a declaration's type comes to without typedefs and qualifiers. */
struct type {
	Dwarf_Die die;
	int tag; /* 0 = void */
	bool is_volatile, is_atomic;
	const char *alias; /* the outermost typedef */
};

/* The next one: of a declaration, a typedef, an array; false = none, or void. */
bool type_get(Dwarf_Die *die, Dwarf_Die *ret_type);

/* Of the type @from; false: it is void, or nested without end. */
bool type_peel(Dwarf_Die *from, struct type *type);
/* The same of what @die is of. */
bool type_of(Dwarf_Die *die, struct type *type);

bool type_is_record(int tag);
bool type_is_scalar(int tag);

/* Where it is declared; NULL = not known. */
const char *decl_file(Dwarf_Die *die);
/* The file of a declaration that is nobody's to change. */
bool is_of_system(const char *file);

#endif
