#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "elf/process_map.h"
#include "model/result.h"

static int add_ranges(const struct module *module, const struct code_range *found,
		      size_t found_count, struct code_range **ranges, size_t *count,
		      struct err *err)
{
	for (size_t i = 0; i < found_count; i++) {
		struct code_range *range = mem_append(ranges, count, sizeof(*range));

		if (!range)
			return err_set(err, -ENOMEM, "out of memory");
		range->start = found[i].start + module->bias;
		range->end = found[i].end + module->bias;
	}
	return 0;
}

/* "libc.so.6:read" names one module; @ret_name is what stands behind the colon. */
static bool is_wanted_module(const struct module *module, const char *name, const char **ret_name)
{
	const char *colon = strchr(name, ':');
	const char *slash = strrchr(module->path, '/');
	const char *file = slash ? slash + 1 : module->path;

	*ret_name = name;
	if (!colon || colon[1] == ':')
		return true;
	*ret_name = colon + 1;
	return strlen(file) == (size_t)(colon - name) &&
	       strncmp(file, name, (size_t)(colon - name)) == 0;
}

static int find_function(const struct process_map *map, const char *name, bool debug,
			 struct code_range **ranges, size_t *count, struct err *err)
{
	for (size_t i = 0; i < map->module_count; i++) {
		const struct module *module = &map->modules[i];
		cleanup_free struct code_range *found = NULL;
		size_t found_count;
		const char *function;
		int r;

		if (!is_wanted_module(module, name, &function))
			continue;
		r = image_find_functions(module->image, function, debug, &found, &found_count, err);
		if (r == 0)
			r = add_ranges(module, found, found_count, ranges, count, err);
		if (r != 0)
			return r;
	}
	return 0;
}

int process_map_find_function(const struct process_map *map, const char *name,
			      struct code_range **ret_ranges, size_t *ret_count, struct err *err)
{
	cleanup_free struct code_range *ranges = NULL;
	size_t count = 0;
	int r = find_function(map, name, false, &ranges, &count, err);

	if (r == 0 && count == 0)
		r = find_function(map, name, true, &ranges, &count, err);
	if (r != 0)
		return r;
	*ret_ranges = TAKE_PTR(ranges);
	*ret_count = count;
	return 0;
}

int process_map_find_own(const struct process_map *map, const char *name,
			 struct code_range **ret_ranges, size_t *ret_count, struct err *err)
{
	cleanup_free struct code_range *ranges = NULL;
	size_t count = 0;
	int r = find_function(map, name, false, &ranges, &count, err);

	if (r != 0)
		return r;
	*ret_ranges = TAKE_PTR(ranges);
	*ret_count = count;
	return 0;
}

static int add_lines(const struct module *module, const struct image_line *found,
		     size_t found_count, struct image_line **lines, size_t *count, struct err *err)
{
	for (size_t i = 0; i < found_count; i++) {
		struct image_line *line;

		if (*count && found[i].line > (*lines)[0].line)
			continue; /* another module has a line nearer to the wanted one */
		if (*count && found[i].line < (*lines)[0].line)
			*count = 0;
		line = mem_append(lines, count, sizeof(*line));
		if (!line)
			return err_set(err, -ENOMEM, "out of memory");
		line->address = found[i].address + module->bias;
		line->line = found[i].line;
	}
	return 0;
}

/* In modules that hold line tables themselves, or in those that do not. */
static int find_line(const struct process_map *map, const char *file, int line, bool own,
		     struct image_line **lines, size_t *count, struct err *err)
{
	for (size_t i = 0; i < map->module_count; i++) {
		cleanup_free struct image_line *found = NULL;
		struct image *image = map->modules[i].image;
		size_t found_count;
		int r;

		if (image_has_lines(image) != own)
			continue;
		r = image_find_line(image, file, line, &found, &found_count, err);
		if (r == 0)
			r = add_lines(&map->modules[i], found, found_count, lines, count, err);
		if (r != 0)
			return r;
	}
	return 0;
}

int process_map_find_line(const struct process_map *map, const char *file, int line,
			  struct image_line **ret_lines, size_t *ret_count, struct err *err)
{
	cleanup_free struct image_line *lines = NULL;
	size_t count = 0;
	int r = find_line(map, file, line, true, &lines, &count, err);

	if (r == 0 && count == 0)
		r = find_line(map, file, line, false, &lines, &count, err);
	if (r != 0)
		return r;
	*ret_lines = TAKE_PTR(lines);
	*ret_count = count;
	return 0;
}

bool site_is_line(const char *text, size_t *ret_len, int *ret_line)
{
	const char *colon = strrchr(text, ':');
	char *end;
	long line;

	if (!colon || colon == text || colon[1] < '1' || colon[1] > '9')
		return false;
	line = strtol(colon + 1, &end, 10);
	if (*end || line > INT32_MAX)
		return false;
	*ret_len = (size_t)(colon - text);
	*ret_line = (int)line;
	return true;
}

static int find_line_ranges(const struct process_map *map, const char *file, int line, bool own,
			    struct code_range **ranges, size_t *count, struct err *err)
{
	for (size_t i = 0; i < map->module_count; i++) {
		cleanup_free struct code_range *found = NULL;
		struct image *image = map->modules[i].image;
		size_t found_count;
		int r;

		if (image_has_lines(image) != own)
			continue;
		r = image_line_ranges(image, file, line, &found, &found_count, err);
		if (r == 0)
			r = add_ranges(&map->modules[i], found, found_count, ranges, count, err);
		if (r != 0)
			return r;
	}
	return 0;
}

int process_map_find_site(const struct process_map *map, const char *site,
			  struct code_range **ret_ranges, size_t *ret_count, struct err *err)
{
	cleanup_free struct code_range *ranges = NULL;
	cleanup_free char *file = NULL;
	size_t count = 0, len;
	int line, r;

	if (!site_is_line(site, &len, &line))
		return process_map_find_function(map, site, ret_ranges, ret_count, err);
	file = mem_strndup(site, len);
	if (!file)
		return err_set(err, -ENOMEM, "out of memory");
	r = find_line_ranges(map, file, line, true, &ranges, &count, err);
	if (r == 0 && count == 0)
		r = find_line_ranges(map, file, line, false, &ranges, &count, err);
	if (r != 0)
		return r;
	*ret_ranges = TAKE_PTR(ranges);
	*ret_count = count;
	return 0;
}

int process_map_symbolize(const struct process_map *map, uint64_t address, struct frame *ret_frame,
			  struct err *err)
{
	const struct module *module = process_map_module(map, address);
	struct frame frame = {.offset = address};
	const char *name, *file;
	int line;

	if (!module) {
		*ret_frame = frame;
		return 0;
	}
	frame.offset = address - module->bias;
	name = image_name_at(module->image, frame.offset);
	if (image_source_at(module->image, frame.offset, &file, &line)) {
		frame.file = mem_strdup(file);
		frame.line = line;
		if (!frame.file)
			goto out_of_memory;
	}
	frame.module = mem_strdup(module->path);
	frame.function = name ? mem_strndup(name, strcspn(name, "@")) : NULL;
	if (!frame.module || (name && !frame.function))
		goto out_of_memory;
	*ret_frame = frame;
	return 0;
out_of_memory:
	free(frame.function);
	free(frame.file);
	free(frame.module);
	return err_set(err, -ENOMEM, "out of memory");
}
