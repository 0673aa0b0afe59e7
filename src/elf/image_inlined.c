#include <dwarf.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "elf/image_private.h"

/* clang writes no .debug_aranges, and without them libdwfl finds no unit. */
static Dwarf_Die *unit_at(Dwfl_Module *module, uint64_t address, Dwarf_Addr *ret_bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(module, address, ret_bias);

	if (unit)
		return unit;
	while ((unit = dwfl_module_nextcu(module, unit, ret_bias)))
		if (dwarf_haspc(unit, address - *ret_bias) == 1)
			return unit;
	return NULL;
}

static bool is_function(Dwarf_Die *scope)
{
	int tag = dwarf_tag(scope);

	return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram;
}

const char *image_written_at(struct image *image, uint64_t address)
{
	Dwfl_Module *module = image_module(image);
	cleanup_free Dwarf_Die *scopes = NULL;
	Dwarf_Addr bias = 0;
	Dwarf_Die *unit = module ? unit_at(module, address, &bias) : NULL;
	int count = unit ? dwarf_getscopes(unit, address - bias, &scopes) : 0;

	for (int i = 0; i < count; i++)
		if (is_function(&scopes[i]))
			return dwarf_diename(&scopes[i]);
	return NULL;
}
