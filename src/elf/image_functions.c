#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/image.h"
#include "elf/image_private.h"
#include "elf/loops.h"

static size_t bare_length(const char *name)
{
	return strcspn(name, "@");
}

static int compare_bare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order != 0)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}

static int by_name(const void *a, const void *b)
{
	const struct image_function *x = a, *y = b;
	int order = compare_bare(x->name, bare_length(x->name), y->name, bare_length(y->name));

	if (order != 0)
		return order;
	return x->address < y->address ? -1 : x->address > y->address;
}

/* The one that people write comes first: read, not __libc_read. */
static int compare_aliases(const char *a, const char *b)
{
	size_t a_under = strspn(a, "_"), b_under = strspn(b, "_");
	size_t a_len = strlen(a), b_len = strlen(b);

	if (a_under != b_under)
		return a_under < b_under ? -1 : 1;
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return strcmp(a, b);
}

static int by_address(const void *a, const void *b)
{
	const struct image_function *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return compare_aliases(x->name, y->name);
}

/* An indirect function's address is that of its resolver: nobody calls it. */
static bool is_function(const GElf_Sym *sym)
{
	return GELF_ST_TYPE(sym->st_info) == STT_FUNC && sym->st_shndx != SHN_UNDEF &&
	       sym->st_value;
}

static int add_functions(struct image *image, Elf_Scn *scn, const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Sym sym;

	for (int i = 0; data && gelf_getsym(data, i, &sym); i++) {
		const char *name;
		struct image_function *function;

		if (!is_function(&sym))
			continue;
		name = elf_strptr(image->elf, shdr->sh_link, sym.st_name);
		if (!name || !*name)
			continue;
		function =
			mem_append(&image->by_address, &image->function_count, sizeof(*function));
		if (!function)
			return -ENOMEM;
		*function = (struct image_function){name, sym.st_value, sym.st_size};
	}
	return 0;
}

static int collect_functions(struct image *image)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;

	while (image->elf && (scn = elf_nextscn(image->elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			continue;
		image->has_symtab |= shdr.sh_type == SHT_SYMTAB;
		if ((shdr.sh_type == SHT_SYMTAB || shdr.sh_type == SHT_DYNSYM) &&
		    add_functions(image, scn, &shdr) != 0)
			return -ENOMEM;
	}
	return 0;
}

/* Fill both tables, or leave none. */
static int read_functions(struct image *image)
{
	size_t bytes;

	if (image->functions_read)
		return 0;
	if (collect_functions(image) != 0)
		goto out_of_memory;
	bytes = image->function_count * sizeof(*image->by_address);
	image->by_name = mem_zalloc(bytes);
	if (!image->by_name)
		goto out_of_memory;
	if (bytes) {
		memcpy(image->by_name, image->by_address, bytes);
		qsort(image->by_name, image->function_count, sizeof(*image->by_name), by_name);
		qsort(image->by_address, image->function_count, sizeof(*image->by_address),
		      by_address);
	}
	image->functions_read = true;
	return 0;
out_of_memory:
	free(image->by_address);
	image->by_address = NULL;
	image->function_count = 0;
	return -ENOMEM;
}

static int add_range(struct code_range **ranges, size_t *count, uint64_t address, uint64_t size)
{
	struct code_range *range;
	uint64_t end = address + (size ? size : 1);

	for (size_t i = 0; i < *count; i++) {
		if ((*ranges)[i].start != address)
			continue;
		if ((*ranges)[i].end < end)
			(*ranges)[i].end = end;
		return 0;
	}
	range = mem_append(ranges, count, sizeof(*range));
	if (!range)
		return -ENOMEM;
	*range = (struct code_range){address, end};
	return 0;
}

/* Index of the first function that is not before @name. */
static size_t lower_bound(const struct image_function *sorted, size_t count, const char *name,
			  size_t len)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *other = sorted[middle].name;

		if (compare_bare(other, bare_length(other), name, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int find_in(const struct image_function *sorted, size_t sorted_count, const char *name,
		   struct code_range **ranges, size_t *count)
{
	size_t len = bare_length(name);

	for (size_t i = lower_bound(sorted, sorted_count, name, len); i < sorted_count; i++) {
		const struct image_function *function = &sorted[i];

		if (compare_bare(function->name, bare_length(function->name), name, len) != 0)
			break;
		if (add_range(ranges, count, function->address, function->size) != 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * The symbol table of the separate debug information, which libdwfl joins with
 * the file's own: only for files that were stripped of theirs.
 */
static int read_debug_functions(struct image *image)
{
	Dwfl_Module *module;
	int symbols;

	if (image->debug_functions_read || image->has_symtab)
		return 0;
	module = image_module(image);
	symbols = module ? dwfl_module_getsymtab(module) : 0;
	for (int i = 1; i < symbols; i++) {
		struct image_function *function;
		GElf_Sym sym;
		GElf_Addr address;
		const char *name =
			dwfl_module_getsym_info(module, i, &sym, &address, NULL, NULL, NULL);

		if (!name || !*name || !is_function(&sym))
			continue;
		function = mem_append(&image->debug_by_name, &image->debug_function_count,
				      sizeof(*function));
		if (!function) {
			free(image->debug_by_name);
			image->debug_by_name = NULL;
			image->debug_function_count = 0;
			return -ENOMEM;
		}
		*function = (struct image_function){name, address, sym.st_size};
	}
	if (image->debug_function_count)
		qsort(image->debug_by_name, image->debug_function_count,
		      sizeof(*image->debug_by_name), by_name);
	image->debug_functions_read = true;
	return 0;
}

static int find_own(struct image *image, const char *name, struct code_range **ranges,
		    size_t *count)
{
	if (read_functions(image) != 0)
		return -ENOMEM;
	return find_in(image->by_name, image->function_count, name, ranges, count);
}

static int find_in_debug(struct image *image, const char *name, struct code_range **ranges,
			 size_t *count)
{
	if (read_debug_functions(image) != 0)
		return -ENOMEM;
	return find_in(image->debug_by_name, image->debug_function_count, name, ranges, count);
}

int image_find_functions(struct image *image, const char *name, bool debug,
			 struct code_range **ret_ranges, size_t *ret_count, struct err *err)
{
	cleanup_free struct code_range *ranges = NULL;
	size_t count = 0;

	if (find_own(image, name, &ranges, &count) != 0 ||
	    (debug && find_in_debug(image, name, &ranges, &count) != 0))
		return err_set(err, -ENOMEM, "out of memory");
	*ret_ranges = TAKE_PTR(ranges);
	*ret_count = count;
	return 0;
}

bool image_function_at(struct image *image, uint64_t address, struct image_function *ret)
{
	size_t low = 0, high;

	if (read_functions(image) != 0)
		return false;
	high = image->function_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (image->by_address[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	/* step back over nested and zero-sized symbols; a few are enough */
	for (size_t tries = 0; low > 0 && tries < 8; tries++) {
		const struct image_function *function = &image->by_address[--low];

		if (address - function->address < (function->size ? function->size : 1)) {
			while (low > 0 && image->by_address[low - 1].address == function->address)
				function = &image->by_address[--low];
			*ret = *function;
			return true;
		}
	}
	return false;
}

int image_each_function(struct image *image,
			int (*visit)(void *context, const struct image_function *function),
			void *context)
{
	int r = read_functions(image) ? -ENOMEM : 0;

	for (size_t i = 0; r == 0 && i < image->function_count; i++)
		r = visit(context, &image->by_address[i]);
	return r;
}
