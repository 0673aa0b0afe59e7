#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/image.h"
#include "elf/image_private.h"

/* Hand libdwfl the Elf that we have; it counts references and ends its own. */
static int find_elf(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
		    char **ret_file, Elf **ret_elf)
{
	struct image *image = *userdata;

	(void)module, (void)name, (void)base;
	*ret_elf = elf_begin(image->fd, ELF_C_READ, image->elf);
	*ret_file = mem_strdup(image->name);
	return -1;
}

/*
 * By build id, then beside the program as .gnu_debuglink says.  Not libdwfl's
 * standard search: where DEBUGINFOD_URLS is set that one asks the network,
 * with a time-out of 90 s, in the middle of a run.
 */
static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *name, Dwarf_Addr base,
			  const char *file, const char *link, GElf_Word crc, char **ret_file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file, link, crc,
					      ret_file);

	if (fd >= 0 || !link || !slash || strchr(link, '/'))
		return fd;
	for (int i = 0; i < 2; i++) {
		char *path = mem_printf("%.*s/%s%s", (int)(slash - file), file, i ? ".debug/" : "",
					link);

		fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		if (fd >= 0) {
			*ret_file = path;
			return fd;
		}
		free(path);
	}
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = find_debuginfo,
};

Dwfl_Module *image_module(struct image *image)
{
	struct code_range span = image_span(image);
	void **userdata;

	if (image->debug_tried)
		return image->module;
	image->debug_tried = true;
	if (!image->elf || !image->segment_count)
		return NULL;
	image->dwfl = dwfl_begin(&callbacks);
	if (!image->dwfl)
		return NULL;
	dwfl_report_begin(image->dwfl);
	/* where the first segment is linked: a bias of 0 */
	image->module = dwfl_report_module(image->dwfl, image->name, span.start & ~UINT64_C(0xfff),
					   span.end);
	if (image->module) {
		dwfl_module_info(image->module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
		*userdata = image;
	}
	dwfl_report_end(image->dwfl, NULL, NULL);
	return image->module;
}

static void forget_answers(struct image *image);

void image_release_debug(struct image *image)
{
	forget_answers(image);
	dwfl_end(image->dwfl);
	image->dwfl = NULL;
	image->module = NULL;
}

const char *image_name_at(struct image *image, uint64_t address)
{
	struct image_function function;
	Dwfl_Module *module;
	GElf_Sym sym;
	GElf_Off offset;
	const char *name;

	if (image_function_at(image, address, &function))
		return function.name;
	module = image_module(image);
	if (!module)
		return NULL;
	name = dwfl_module_addrinfo(module, address, &offset, &sym, NULL, NULL, NULL);
	/* libdwfl also names the nearest symbol before it, however far */
	return name && (sym.st_size ? offset < sym.st_size : offset < 4096) ? name : NULL;
}

/* clang writes no .debug_aranges, and without them libdwfl finds no unit. */
static Dwarf_Line *search_line(Dwfl_Module *module, uint64_t address)
{
	Dwarf_Addr bias = 0;
	Dwarf_Die *cu = NULL;

	while ((cu = dwfl_module_nextcu(module, cu, &bias))) {
		if (dwarf_haspc(cu, address - bias) == 1)
			return dwarf_getsrc_die(cu, address - bias);
	}
	return NULL;
}

bool image_position_at(struct image *image, uint64_t address, struct image_position *ret_position)
{
	Dwfl_Module *module = image_module(image);
	Dwfl_Line *known = module ? dwfl_module_getsrc(module, address) : NULL;
	struct image_position position = {.file = NULL};
	Dwarf_Line *line = NULL;

	if (known)
		position.file =
			dwfl_lineinfo(known, NULL, &position.line, &position.column, NULL, NULL);
	else if (module)
		line = search_line(module, address);
	if (line && dwarf_lineno(line, &position.line) == 0)
		position.file = dwarf_linesrc(line, NULL, NULL);
	if (line)
		dwarf_linecol(line, &position.column);
	if (!position.file)
		return false;
	*ret_position = position;
	return true;
}

bool image_source_at(struct image *image, uint64_t address, const char **ret_file, int *ret_line)
{
	struct image_position position;

	if (!image_position_at(image, address, &position))
		return false;
	*ret_file = position.file;
	*ret_line = position.line;
	return true;
}

/* @file names @path, or its last components. */
static bool path_ends_with(const char *path, const char *file)
{
	size_t path_len = strlen(path), file_len = strlen(file);

	if (file_len > path_len || strcmp(path + path_len - file_len, file) != 0)
		return false;
	return file_len == path_len || *file == '/' || path[path_len - file_len - 1] == '/';
}

/* One row of a line table; the next often begins at the same address. */
struct row {
	Dwarf_Die *cu;
	Dwarf_Addr bias;
	uint64_t start, end;
	int line;
	bool is_statement;
};

typedef int row_visit(void *context, const struct row *row);

static int visit_cu(Dwarf_Die *cu, Dwarf_Addr bias, const char *file, row_visit *visit,
		    void *context)
{
	size_t count;
	Dwarf_Lines *lines;

	if (dwarf_getsrclines(cu, &lines, &count) != 0)
		return 0;
	for (size_t i = 0; i + 1 < count; i++) {
		Dwarf_Line *line = dwarf_onesrcline(lines, i);
		Dwarf_Addr start, end;
		struct row row = {.cu = cu, .bias = bias};
		const char *source = dwarf_linesrc(line, NULL, NULL);
		bool is_end = true;
		int r;

		if (!source || !path_ends_with(source, file) ||
		    dwarf_lineendsequence(line, &is_end) != 0 || is_end ||
		    dwarf_lineno(line, &row.line) != 0 || dwarf_lineaddr(line, &start) != 0 ||
		    dwarf_lineaddr(dwarf_onesrcline(lines, i + 1), &end) != 0 ||
		    dwarf_linebeginstatement(line, &row.is_statement) != 0 || end < start)
			continue;
		row.start = start + bias;
		row.end = end + bias;
		r = visit(context, &row);
		if (r != 0)
			return r;
	}
	return 0;
}

static int visit_rows(struct image *image, const char *file, row_visit *visit, void *context)
{
	Dwfl_Module *module = image_module(image);
	Dwarf_Addr bias = 0;
	Dwarf_Die *cu = NULL;
	int r = 0;

	while (module && r == 0 && (cu = dwfl_module_nextcu(module, cu, &bias)))
		r = visit_cu(cu, bias, file, visit, context);
	return r;
}

/* The line itself if it has code, else the nearest after it. */
struct nearest {
	int wanted, found;
};

static int note_nearest(void *context, const struct row *row)
{
	struct nearest *nearest = context;

	if (row->is_statement && row->line >= nearest->wanted &&
	    (!nearest->found || row->line < nearest->found))
		nearest->found = row->line;
	return 0;
}

/*
 * The innermost function or inlined copy around an address: one place each, at
 * the first statement there is, or at the first code where a compiler marks no
 * statement (clang, for a copy that stands right behind another).
 */
struct place {
	Dwarf_Off scope;
	struct image_line line;
	bool is_statement;
};

struct places {
	int line;
	struct place *items;
	size_t count;
};

static Dwarf_Off scope_at(Dwarf_Die *cu, Dwarf_Addr address)
{
	Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes(cu, address, &scopes);
	Dwarf_Off scope = 0;

	for (int i = 0; i < count && !scope; i++) {
		int tag = dwarf_tag(&scopes[i]);

		if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine)
			scope = dwarf_dieoffset(&scopes[i]);
	}
	free(scopes);
	return scope;
}

static struct place *place_of(struct places *places, Dwarf_Off scope)
{
	struct place *place;

	for (size_t i = 0; i < places->count; i++) {
		if (places->items[i].scope == scope)
			return &places->items[i];
	}
	place = mem_append(&places->items, &places->count, sizeof(*place));
	if (place) {
		place->scope = scope;
		place->line = (struct image_line){UINT64_MAX, places->line};
	}
	return place;
}

static int note_place(void *context, const struct row *row)
{
	struct places *places = context;
	struct place *place;

	if (row->line != places->line || (!row->is_statement && row->end == row->start))
		return 0;
	place = place_of(places, scope_at(row->cu, row->start - row->bias));
	if (!place)
		return -ENOMEM;
	if (place->is_statement > row->is_statement)
		return 0;
	if (row->is_statement > place->is_statement || row->start < place->line.address)
		place->line.address = row->start;
	place->is_statement = row->is_statement;
	return 0;
}

struct ranges {
	int line;
	struct code_range *items;
	size_t count;
};

static int note_range(void *context, const struct row *row)
{
	struct ranges *ranges = context;
	struct code_range *range;

	if (row->line != ranges->line || row->end == row->start)
		return 0;
	range = mem_append(&ranges->items, &ranges->count, sizeof(*range));
	if (!range)
		return -ENOMEM;
	*range = (struct code_range){row->start, row->end};
	return 0;
}

/* A filter by call site asks the same at every call. */
struct line_answer {
	char *file;
	int line;
	struct places places;
	struct ranges ranges;
	struct line_answer *next;
};

static void answer_free(struct line_answer *answer)
{
	free(answer->file);
	free(answer->places.items);
	free(answer->ranges.items);
	free(answer);
}

static void forget_answers(struct image *image)
{
	while (image->line_answers) {
		struct line_answer *answer = image->line_answers;

		image->line_answers = answer->next;
		answer_free(answer);
	}
}

static int find_answer(struct image *image, struct line_answer *answer)
{
	struct nearest nearest = {answer->line, 0};
	int r;

	answer->ranges.line = answer->line;
	r = visit_rows(image, answer->file, note_range, &answer->ranges);
	if (r == 0)
		r = visit_rows(image, answer->file, note_nearest, &nearest);
	answer->places.line = nearest.found;
	if (r == 0 && nearest.found)
		r = visit_rows(image, answer->file, note_place, &answer->places);
	return r;
}

/* NULL when memory is short. */
static const struct line_answer *ask_line(struct image *image, const char *file, int line)
{
	struct line_answer *answer;

	for (answer = image->line_answers; answer; answer = answer->next) {
		if (answer->line == line && strcmp(answer->file, file) == 0)
			return answer;
	}
	answer = mem_zalloc(sizeof(*answer));
	if (!answer)
		return NULL;
	answer->line = line;
	answer->file = mem_strdup(file);
	if (!answer->file || find_answer(image, answer) != 0) {
		answer_free(answer);
		return NULL;
	}
	answer->next = image->line_answers;
	image->line_answers = answer;
	return answer;
}

int image_find_line(struct image *image, const char *file, int line, struct image_line **ret_lines,
		    size_t *ret_count, struct err *err)
{
	const struct line_answer *answer = ask_line(image, file, line);
	struct image_line *lines =
		answer ? mem_zalloc(answer->places.count * sizeof(*lines)) : NULL;

	if (!lines)
		return err_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < answer->places.count; i++)
		lines[i] = answer->places.items[i].line;
	*ret_lines = lines;
	*ret_count = answer->places.count;
	return 0;
}

int image_line_ranges(struct image *image, const char *file, int line,
		      struct code_range **ret_ranges, size_t *ret_count, struct err *err)
{
	const struct line_answer *answer = ask_line(image, file, line);
	size_t size = answer ? answer->ranges.count * sizeof(**ret_ranges) : 0;
	struct code_range *ranges = answer ? mem_zalloc(size) : NULL;

	if (!ranges)
		return err_set(err, -ENOMEM, "out of memory");
	if (size)
		memcpy(ranges, answer->ranges.items, size);
	*ret_ranges = ranges;
	*ret_count = answer->ranges.count;
	return 0;
}
