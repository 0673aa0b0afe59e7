#include "scenario/baseline_file.h"

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

/* As it stands there: nothing is put in for ${name}. */
static void read_plain(struct reader *reader, const struct node *value, const struct key_row *row,
		       void *target)
{
	(void)row;
	if (!need_text(reader, value, "a text"))
		return;
	if (!*value->text) {
		complain(reader, value, "expected a text, not an empty one");
		return;
	}
	set_text(target, mem_strdup(value->text));
	reader->oom |= !*(char **)target;
}

static void read_finding(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	int kind = take_word(reader, value, &finding_vocab);

	(void)row;
	if (kind >= 0)
		*(enum finding_kind *)target = (enum finding_kind)kind;
}

static void read_object(struct reader *reader, const struct node *value, const struct key_row *row,
			void *target)
{
	int kind = take_word(reader, value, &fd_kind_vocab);

	(void)row;
	if (kind >= 0)
		*(enum fd_kind *)target = (enum fd_kind)kind;
}

static void read_genuine(struct reader *reader, const struct node *value, const struct key_row *row,
			 void *target)
{
	struct known *known = target;

	known->judged = true;
	read_bool(reader, value, row, &known->genuine);
}

/* clang-format off */
#define FIELD(f) .offset = offsetof(struct known, f)
static const struct key_row rows[] = {
	{ .name = "of", .read = read_plain, FIELD(of), .flags = KEY_REQUIRED },
	{ .name = "finding", .read = read_finding, FIELD(kind), .flags = KEY_REQUIRED },
	{ .name = "silent", .read = read_bool, FIELD(silent) },
	{ .name = "process", .read = read_plain, FIELD(process) },
	{ .name = "caller", .read = read_plain, FIELD(caller) },
	{ .name = "call", .read = read_plain, FIELD(call), .flags = KEY_REQUIRED },
	{ .name = "on", .read = read_object, FIELD(on) },
	{ .name = "fault", .read = read_plain, FIELD(fault), .flags = KEY_REQUIRED },
	{ .name = "at", .read = read_plain, FIELD(at) },
	{ .name = "genuine", .read = read_genuine },
	{ .name = "reason", .read = read_plain, FIELD(reason) },
};
#undef FIELD
/* clang-format on */
static const struct key_table table = {
	.name = "known", .owner = "a known finding", .rows = rows, .count = ARRAY_SIZE(rows)};

static void read_known(struct reader *reader, const struct node *node, struct baseline *baseline)
{
	struct known *known;

	if (!need_map(reader, node))
		return;
	known = add_item(reader, &baseline->items, &baseline->count, sizeof(*known));
	if (!known)
		return;
	known->pos = node->pos;
	map_read(reader, node, node->pos, &table, known);
}

static int read_root(struct source *source, const struct node *root, struct baseline *baseline)
{
	static const struct scenario_options none = {.harness = NULL};
	struct scenario nothing = {.title = NULL};
	struct budget budget = {NODES_VISITED_MAX, SCENARIO_FILE_MAX, false};
	struct reader reader = {.source = source,
				.options = &none,
				.budget = &budget,
				.scenario = &nothing,
				.root = root};

	if (!need_list(&reader, root))
		return 0;
	for (size_t i = 0; i < root->count && !is_enough(&reader); i++)
		read_known(&reader, root->items[i], baseline);
	return reader.oom ? -ENOMEM : 0;
}

static int read_source(struct source *source, struct baseline *baseline)
{
	struct tree tree = {0};
	int rc = tree_read(source, &tree);

	for (size_t i = 0; i < tree.count && !rc; i++)
		rc = read_root(source, tree.roots[i], baseline);
	tree_release(&tree);
	return rc;
}

int baseline_text_read(const char *path, const char *text, size_t len,
		       struct baseline *ret_baseline, struct problems *ret_problems,
		       struct err *err)
{
	struct baseline baseline = {.file = mem_strdup(path)};
	struct problems problems = {.file = mem_strdup(path)};
	cleanup_free char *copy = mem_strndup(text, len);
	struct source source = {copy, len, &problems};
	int rc = baseline.file && problems.file && copy ? read_source(&source, &baseline) : -ENOMEM;

	if (rc) {
		baseline_release(&baseline);
		problems_release(&problems);
		return err_errno(err, rc, "%s", path);
	}
	problems_sort(&problems);
	*ret_baseline = baseline;
	*ret_problems = problems;
	return 0;
}

int baseline_file_read(const char *path, struct baseline *ret_baseline,
		       struct problems *ret_problems, struct err *err)
{
	cleanup_free char *text = NULL;
	size_t len = 0;
	int rc = file_text_read(path, SCENARIO_FILE_MAX, &text, &len);

	if (rc)
		return err_errno(err, rc, "%s", path);
	if (len > SCENARIO_FILE_MAX)
		return err_set(err, -EFBIG, "%s: larger than %d KiB", path,
			       SCENARIO_FILE_MAX / 1024);
	return baseline_text_read(path, text, len, ret_baseline, ret_problems, err);
}
