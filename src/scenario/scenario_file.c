#include "scenario/scenario_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/util.h"
#include "scenario/file_text.h"
#include "scenario/reader.h"

#define NODES_VISITED_MAX 1000000
#define TEXT_MADE_MAX	  (16 * 1024 * 1024)
#define DEADLINE_DEFAULT  (10 * NS_PER_S)

static void reader_release(struct reader *reader)
{
	for (size_t i = 0; i < reader->binding_count; i++)
		free(reader->bindings[i].value);
	free(reader->bindings);
	scenario_free(reader->scenario);
}

static bool reader_init(struct reader *reader, const struct reader *common)
{
	*reader = *common;
	reader->bindings = NULL;
	reader->binding_count = 0;
	reader->complaints = common->combinations ? 0 : 1;
	reader->scenario = mem_zalloc(sizeof(*reader->scenario));
	if (!reader->scenario ||
	    !(reader->scenario->file = mem_strdup(reader->source->problems->file))) {
		scenario_free(reader->scenario);
		reader->scenario = NULL;
		reader->oom = true;
		return false;
	}
	reader->scenario->pos = reader->root->pos;
	reader->scenario->deadline_ns = DEADLINE_DEFAULT;
	reader->scenario->repeat = 1;
	return true;
}

/* Fill the scenario of one combination. */
static void read_combination(struct reader *reader, size_t combination)
{
	collect_channels(reader);
	if (!bind_variables(reader, combination))
		return;
	read_matrix_values(reader);
	bind_build(reader, combination);
	collect_names(reader);
	map_read(reader, reader->root, reader->root->pos, &scenario_table, reader->scenario);
	default_expectations(reader);
	if (!reader->complaints && !reader->oom)
		check_cycles(reader);
	if (!reader->complaints && !reader->oom && reader->options->check_programs)
		check_programs(reader);
}

/* 0 or -ENOMEM */
static int add_combination(const struct reader *common, size_t combination,
			   struct scenario_file *file)
{
	struct reader reader;
	struct scenario **slot;

	if (!reader_init(&reader, common))
		return -ENOMEM;
	read_combination(&reader, combination);
	if (!reader.complaints && !is_enough(&reader)) {
		slot = add_item(&reader, &file->scenarios, &file->count, sizeof(*slot));
		if (slot)
			*slot = TAKE_PTR(reader.scenario);
	}
	reader_release(&reader);
	return reader.oom ? -ENOMEM : 0;
}

static int read_document(struct source *source, const struct scenario_options *options,
			 struct budget *budget, const struct node *root, struct scenario_file *file)
{
	struct reader common = {
		.source = source, .options = options, .budget = budget, .root = root};
	size_t i = 0;
	int r;

	if (root->kind != NODE_MAP)
		return source_problem(
			source, root->pos, NULL,
			"a scenario is a mapping that begins with `scenario: title`, not %s",
			node_kind_name(root));
	common.combinations = matrix_combinations(&common);
	if (common.oom)
		return -ENOMEM;
	do /* once also where the matrix is wrong */
		r = add_combination(&common, i++, file);
	while (r == 0 && i < common.combinations && !is_enough(&common));
	return r;
}

static void drop_scenarios(struct scenario_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		scenario_free(file->scenarios[i]);
	free(file->scenarios);
	file->scenarios = NULL;
	file->count = 0;
}

static int read_documents(struct source *source, const struct scenario_options *options,
			  struct scenario_file *file)
{
	struct budget budget = {NODES_VISITED_MAX, TEXT_MADE_MAX, false};
	struct tree tree = {0};
	int r = tree_read(source, &tree);
	size_t problems = source->problems->count;

	for (size_t i = 0; i < tree.count && r == 0 && !budget.exhausted; i++)
		r = read_document(source, options, &budget, tree.roots[i], file);
	if (r == 0 && !tree.count && !source->problems->count)
		r = source_problem(source, (struct pos){0, 0}, NULL, "there is no scenario in it");
	tree_release(&tree);
	if (problems) /* nobody knows which document it was */
		drop_scenarios(file);
	return r;
}

static int too_large(struct scenario_file *file)
{
	struct source source = {"", 0, &file->problems};

	return source_problem(&source, (struct pos){0, 0}, NULL, "larger than %d KiB",
			      SCENARIO_FILE_MAX / 1024);
}

/* A copy with a NUL behind it and without a byte order mark. */
static int read_text_of(const char *text, size_t len, const struct scenario_options *options,
			struct scenario_file *file)
{
	size_t bom = len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	cleanup_free char *copy = NULL;
	struct source source = {NULL, len - bom, &file->problems};

	if (len > SCENARIO_FILE_MAX)
		return too_large(file);
	copy = mem_strndup(text + bom, len - bom);
	if (!copy)
		return -ENOMEM;
	source.text = copy;
	return read_documents(&source, options, file);
}

int scenario_text_read(const char *path, const char *text, size_t len,
		       const struct scenario_options *options, struct scenario_file *ret_file,
		       struct err *err)
{
	static const struct scenario_options none = {0};
	struct scenario_file file = {0};
	int r = -ENOMEM;

	file.problems.file = mem_strdup(path);
	if (file.problems.file)
		r = read_text_of(text, len, options ? options : &none, &file);
	if (r < 0) {
		scenario_file_release(&file);
		return err_errno(err, r, "%s", path);
	}
	problems_sort(&file.problems);
	*ret_file = file;
	return 0;
}

int scenario_file_read(const char *path, const struct scenario_options *options,
		       struct scenario_file *ret_file, struct err *err)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	int r = file_text_read(path, SCENARIO_FILE_MAX, &text, &len);

	if (r < 0)
		return err_errno(err, r, "%s", path);
	return scenario_text_read(path, text, len, options, ret_file, err);
}

void scenario_file_release(struct scenario_file *file)
{
	drop_scenarios(file);
	problems_release(&file->problems);
	*file = (struct scenario_file){0};
}
