#include "elf/type.h"

#include <dwarf.h>
#include <string.h>

#define NESTING_MAX 12 /* a debug information may be hostile */

bool type_get(Dwarf_Die *die, Dwarf_Die *ret_type)
{
	Dwarf_Attribute attr;

	return dwarf_attr_integrate(die, DW_AT_type, &attr) && dwarf_formref_die(&attr, ret_type);
}

bool type_peel(Dwarf_Die *from, struct type *type)
{
	*type = (struct type){.die = *from};
	for (int i = 0; i < NESTING_MAX; i++) {
		Dwarf_Die inner;

		type->tag = dwarf_tag(&type->die);
		if (type->tag == DW_TAG_volatile_type)
			type->is_volatile = true;
		else if (type->tag == DW_TAG_atomic_type)
			type->is_atomic = true;
		else if (type->tag == DW_TAG_typedef)
			type->alias = type->alias ? type->alias : dwarf_diename(&type->die);
		else if (type->tag != DW_TAG_const_type && type->tag != DW_TAG_restrict_type)
			return true;
		if (!type_get(&type->die, &inner))
			return false; /* const void */
		type->die = inner;
	}
	return false;
}

bool type_of(Dwarf_Die *die, struct type *type)
{
	Dwarf_Die first;

	return type_get(die, &first) && type_peel(&first, type);
}

bool type_is_record(int tag)
{
	return tag == DW_TAG_structure_type || tag == DW_TAG_union_type;
}

bool type_is_scalar(int tag)
{
	return tag == DW_TAG_base_type || tag == DW_TAG_enumeration_type;
}

/* Not dwarf_decl_file(): of DWARF 5 that one does not know file 0 (elfutils 0.188), as clang has.
 */
const char *decl_file(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Files *files;
	Dwarf_Word index;
	Dwarf_Die cu;
	size_t count;
	const char *file;

	if (!dwarf_attr_integrate(die, DW_AT_decl_file, &attribute) ||
	    dwarf_formudata(&attribute, &index) ||
	    !dwarf_cu_die(attribute.cu, &cu, NULL, NULL, NULL, NULL, NULL, NULL) ||
	    dwarf_getsrcfiles(&cu, &files, &count) || index >= count)
		return NULL;
	file = dwarf_filesrc(files, index, NULL, NULL);
	return file && strcmp(file, "???") != 0 ? file : NULL;
}

bool is_of_system(const char *file)
{
	return strncmp(file, "/usr/include/", strlen("/usr/include/")) == 0 ||
	       strncmp(file, "/usr/lib", strlen("/usr/lib")) == 0 || file[0] == '<';
}
