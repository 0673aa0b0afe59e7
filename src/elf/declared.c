#include "elf/declared.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "elf/image.h"
#include "elf/image_private.h"
#include "elf/type.h"

#define NESTING_MAX 12 /* a debug information may be hostile */

struct walk {
	declared_visit *visit;
	void *context;
	const char *folder; /* DW_AT_comp_dir */
};

static uint64_t size_of(struct type *type)
{
	Dwarf_Word size = 0;

	return dwarf_aggregate_size(&type->die, &size) == 0 ? size : 0;
}

/* The dimensions of an array, outermost first, and the element in its place. */
static bool enter_array(struct declared *d, struct type *type)
{
	size_t first = d->dimension_count;
	struct type element;
	Dwarf_Die child;
	uint64_t stride;

	if (!type_of(&type->die, &element))
		return false;
	if (dwarf_child(&type->die, &child) == 0)
		do {
			Dwarf_Attribute attr;
			Dwarf_Word count = 0;

			if (dwarf_tag(&child) != DW_TAG_subrange_type)
				continue;
			if (d->dimension_count == DECLARED_DIMENSIONS)
				return false;
			if (dwarf_attr(&child, DW_AT_count, &attr))
				dwarf_formudata(&attr, &count);
			else if (dwarf_attr(&child, DW_AT_upper_bound, &attr) &&
				 dwarf_formudata(&attr, &count) == 0)
				count++;
			d->dimensions[d->dimension_count++].count = count;
		} while (dwarf_siblingof(&child, &child) == 0);
	stride = size_of(&element);
	for (size_t i = d->dimension_count; i-- > first;) {
		d->dimensions[i].stride = stride;
		stride *= d->dimensions[i].count;
	}
	element.is_volatile |= type->is_volatile;
	*type = element;
	return true;
}

static const char *type_name(struct type *type)
{
	const char *name = type->alias ? type->alias : dwarf_diename(&type->die);

	return name ? name : "";
}

static int visit_leaf(struct walk *walk, struct declared *d, struct type *type)
{
	cleanup_free char *text = NULL;
	struct type target;

	d->is_pointer = type->tag == DW_TAG_pointer_type;
	if (!type_is_scalar(type->tag) && !d->is_pointer)
		return 0;
	d->size = size_of(type);
	d->is_volatile |= type->is_volatile;
	d->is_atomic |= type->is_atomic;
	if (d->is_pointer && type_of(&type->die, &target)) {
		d->target_size = type_is_scalar(target.tag) ? size_of(&target) : 0;
		text = mem_printf("%s *", type_name(&target));
	} else {
		text = mem_printf("%s%s", type_name(type), d->dimension_count ? " []" : "");
	}
	if (!text)
		return -ENOMEM;
	d->type = text;
	return walk->visit(walk->context, d);
}

/* False: a declaration that has no line is no place to mend. */
static bool set_place(struct walk *walk, Dwarf_Die *die, struct declared *d, char **ret_file)
{
	const char *file = decl_file(die);

	d->line = d->column = 0;
	if (!file || dwarf_decl_line(die, &d->line) || !d->line)
		return false;
	dwarf_decl_column(die, &d->column);
	*ret_file = file[0] == '/' || !walk->folder ? mem_strdup(file)
						    : mem_printf("%s/%s", walk->folder, file);
	d->file = *ret_file;
	d->is_system = *ret_file && is_of_system(*ret_file);
	return *ret_file;
}

static int visit_members(struct walk *walk, const struct declared *outer, Dwarf_Die *record,
			 int depth);

static int visit_typed(struct walk *walk, struct declared *d, struct type *type, int depth)
{
	while (type->tag == DW_TAG_array_type)
		if (!enter_array(d, type))
			return 0;
	if (!type_is_record(type->tag))
		return visit_leaf(walk, d, type);
	d->is_volatile |= type->is_volatile;
	return depth < NESTING_MAX ? visit_members(walk, d, &type->die, depth + 1) : 0;
}

static int visit_member(struct walk *walk, const struct declared *outer, Dwarf_Die *die, int depth)
{
	const char *name = dwarf_diename(die);
	cleanup_free char *path = NULL, *file = NULL;
	struct declared d = *outer;
	Dwarf_Attribute attr;
	Dwarf_Word offset = 0;
	struct type type;

	if (!type_of(die, &type) || dwarf_attr(die, DW_AT_data_bit_offset, &attr) ||
	    dwarf_attr(die, DW_AT_bit_size, &attr))
		return 0;
	if (dwarf_attr(die, DW_AT_data_member_location, &attr))
		dwarf_formudata(&attr, &offset);
	d.offset += offset;
	if (name) {
		path = mem_printf("%s%s%s", outer->path, *outer->path ? "." : "", name);
		if (!path)
			return -ENOMEM;
		d.path = path;
		d.identifier = name;
		if (!set_place(walk, die, &d, &file))
			return 0;
	}
	return visit_typed(walk, &d, &type, depth);
}

static int visit_members(struct walk *walk, const struct declared *outer, Dwarf_Die *record,
			 int depth)
{
	Dwarf_Die child;
	int r = 0;

	if (dwarf_child(record, &child))
		return 0;
	do
		if (dwarf_tag(&child) == DW_TAG_member)
			r = visit_member(walk, outer, &child, depth);
	while (r == 0 && dwarf_siblingof(&child, &child) == 0);
	return r;
}

static int visit_record(struct walk *walk, Dwarf_Die *record, const char *name)
{
	struct declared d = {.kind = DECLARED_MEMBER, .owner = name, .path = ""};
	Dwarf_Word size = 0;

	if (dwarf_aggregate_size(record, &size))
		return 0; /* only announced */
	d.owner_size = size;
	return visit_members(walk, &d, record, 0);
}

static uint64_t address_of(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t count;

	if (!dwarf_attr(die, DW_AT_location, &attr) || dwarf_getlocation(&attr, &ops, &count) ||
	    count != 1)
		return 0;
	if (ops[0].atom == DW_OP_addr)
		return ops[0].number;
	if (ops[0].atom == DW_OP_addrx) {
		Dwarf_Attribute value;
		Dwarf_Word address;

		if (dwarf_getlocation_attr(&attr, ops, &value) == 0 &&
		    dwarf_formaddr(&value, &address) == 0)
			return address;
	}
	return 0;
}

static int visit_variable(struct walk *walk, Dwarf_Die *die, const char *function)
{
	const char *name = dwarf_diename(die);
	cleanup_free char *file = NULL;
	struct declared d = {.owner = function ? function : "", .path = name, .identifier = name};
	struct type type;

	if (!name || !type_of(die, &type) || !set_place(walk, die, &d, &file))
		return 0;
	d.address = address_of(die);
	d.kind = d.address || !function ? DECLARED_GLOBAL : DECLARED_LOCAL;
	if (d.kind == DECLARED_GLOBAL)
		d.owner = "";
	d.owner_size = size_of(&type);
	return visit_typed(walk, &d, &type, 0);
}

static int visit_scope(struct walk *walk, Dwarf_Die *scope, const char *function, int depth);

static int visit_die(struct walk *walk, Dwarf_Die *die, const char *function, int depth)
{
	struct type type;
	const char *name;

	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		name = dwarf_diename(die);
		return visit_record(walk, die, name ? name : "");
	case DW_TAG_typedef:
		if (type_peel(die, &type) && type_is_record(type.tag) && !dwarf_diename(&type.die))
			return visit_record(walk, &type.die, dwarf_diename(die));
		return 0;
	case DW_TAG_variable:
	case DW_TAG_formal_parameter:
		return visit_variable(walk, die, function);
	case DW_TAG_subprogram:
		name = dwarf_diename(die);
		return visit_scope(walk, die, name ? name : "", depth + 1);
	case DW_TAG_lexical_block:
		return visit_scope(walk, die, function, depth + 1);
	default:
		return 0;
	}
}

static int visit_scope(struct walk *walk, Dwarf_Die *scope, const char *function, int depth)
{
	Dwarf_Die child;
	int r = 0;

	if (depth > NESTING_MAX || dwarf_child(scope, &child))
		return 0;
	do
		r = visit_die(walk, &child, function, depth);
	while (r == 0 && dwarf_siblingof(&child, &child) == 0);
	return r;
}

int image_each_declared(struct image *image, declared_visit *visit, void *context)
{
	Dwfl_Module *module = image_module(image);
	struct walk walk = {.visit = visit, .context = context};
	Dwarf_Die *cu = NULL;
	Dwarf_Addr bias = 0;
	int r = 0;

	while (module && r == 0 && (cu = dwfl_module_nextcu(module, cu, &bias))) {
		Dwarf_Attribute attr;

		walk.folder = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attr));
		r = visit_scope(&walk, cu, NULL, 0);
	}
	return r;
}
