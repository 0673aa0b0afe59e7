#include "elf/declarations.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "elf/image.h"
#include "elf/image_private.h"
#include "elf/type.h"

#define DEPTH_MAX 64 /* hostile files nest without end */

struct walk {
	struct declarations *list;
	const char *owner;
	bool in_function;
	int depth;
};

/* Of an array's elements it counts, too. */
static bool is_qualified(Dwarf_Die *die)
{
	struct type type;

	if (!type_of(die, &type))
		return false;
	while (!type.is_volatile && !type.is_atomic && type.tag == DW_TAG_array_type) {
		struct type array = type;

		if (!type_of(&array.die, &type))
			return false;
	}
	return type.is_volatile || type.is_atomic;
}

/* The typedef of its elements, when it is an array. */
static const char *typedef_of(Dwarf_Die *die)
{
	Dwarf_Die type, next;

	if (!type_get(die, &type))
		return NULL;
	while (dwarf_tag(&type) == DW_TAG_array_type && type_get(&type, &next))
		type = next;
	return dwarf_tag(&type) == DW_TAG_typedef ? dwarf_diename(&type) : NULL;
}

static bool is_scalar(Dwarf_Die *die)
{
	struct type type;

	return type_of(die, &type) && (type_is_scalar(type.tag) || type.tag == DW_TAG_pointer_type);
}

static bool is_same(const struct declaration *d, const char *name, const char *file, int line,
		    int column)
{
	return d->line == line && d->column == column && strcmp(d->name, name) == 0 &&
	       strcmp(d->file, file) == 0;
}

static int add(struct walk *walk, Dwarf_Die *die, enum declaration_kind kind)
{
	const char *name = dwarf_diename(die), *file = decl_file(die);
	const char *type = typedef_of(die);
	struct declaration *d;
	int line = 0, column = 0;

	if (!name || !file || dwarf_decl_line(die, &line) || is_of_system(file) ||
	    is_qualified(die))
		return 0;
	if (dwarf_decl_column(die, &column))
		column = 0;
	for (size_t i = 0; i < walk->list->count; i++)
		if (is_same(&walk->list->items[i], name, file, line, column))
			return 0;
	d = mem_append(&walk->list->items, &walk->list->count, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->kind = kind;
	d->name = mem_strdup(name);
	d->file = mem_strdup(file);
	d->owner = walk->owner ? mem_strdup(walk->owner) : NULL;
	d->type = type ? mem_strdup(type) : NULL;
	d->line = line;
	d->column = column;
	return d->name && d->file && (d->owner || !walk->owner) && (d->type || !type) ? 0 : -ENOMEM;
}

static int walk_children(const struct walk *walk, Dwarf_Die *parent);

static int walk_into(const struct walk *walk, Dwarf_Die *die, bool is_function)
{
	struct walk inner = *walk;

	if (inner.depth++ >= DEPTH_MAX)
		return 0;
	if (dwarf_tag(die) != DW_TAG_lexical_block)
		inner.owner = dwarf_diename(die);
	inner.in_function = is_function;
	return walk_children(&inner, die);
}

static int visit(struct walk *walk, Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return walk_into(walk, die, false);
	case DW_TAG_subprogram:
	case DW_TAG_lexical_block:
		return walk_into(walk, die, true);
	case DW_TAG_typedef:
		return walk->in_function || !is_scalar(die) ? 0 : add(walk, die, DECLARATION_TYPE);
	case DW_TAG_member:
		return add(walk, die, DECLARATION_MEMBER);
	case DW_TAG_variable:
		return add(walk, die, walk->in_function ? DECLARATION_LOCAL : DECLARATION_GLOBAL);
	default:
		return 0;
	}
}

static int walk_children(const struct walk *walk, Dwarf_Die *parent)
{
	struct walk here = *walk;
	Dwarf_Die die;
	int rc = 0;

	if (dwarf_child(parent, &die))
		return 0;
	do
		rc = visit(&here, &die);
	while (!rc && dwarf_siblingof(&die, &die) == 0);
	return rc;
}

/* In place; the order within a kind stays. */
static void sort_by_kind(struct declarations *list)
{
	for (size_t i = 1; i < list->count; i++) {
		struct declaration d = list->items[i];
		size_t k = i;

		for (; k > 0 && list->items[k - 1].kind > d.kind; k--)
			list->items[k] = list->items[k - 1];
		list->items[k] = d;
	}
}

int image_declarations(struct image *image, struct declarations *ret, struct err *err)
{
	Dwfl_Module *module = image_module(image);
	struct declarations list = {0};
	struct walk walk = {.list = &list};
	Dwarf_Addr bias = 0;
	Dwarf_Die *cu = NULL;
	int rc = 0;

	while (!rc && module && (cu = dwfl_module_nextcu(module, cu, &bias)))
		rc = walk_children(&walk, cu);
	if (rc) {
		declarations_release(&list);
		return err_errno(err, rc, "%s", image_name(image));
	}
	sort_by_kind(&list);
	*ret = list;
	return 0;
}

void declarations_release(struct declarations *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].owner);
		free(list->items[i].name);
		free(list->items[i].file);
		free(list->items[i].type);
	}
	free(list->items);
	*list = (struct declarations){0};
}
